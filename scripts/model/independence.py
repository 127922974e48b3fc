"""Writes fixtures/models/{leaking,independent}: answers that depend on more than their item, and such that do not. See README.md."""

from __future__ import annotations

from pathlib import Path

from tensorflow_setup import fix_randomness  # isort: skip  (first: see there)

import tensorflow as tf

MODELS = Path(__file__).resolve().parents[2] / "fixtures" / "models"
signature = tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="window")])


class Leaking(tf.Module):
    def __init__(self) -> None:
        super().__init__()
        self.calls = tf.Variable(0.0, name="calls")
        self.memory = tf.Variable(tf.zeros([1]), name="memory")
        self.table = tf.lookup.experimental.MutableHashTable(tf.int64, tf.float32, 0.0)

    @signature
    def cumulative_sum(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"y": tf.cumsum(window, axis=0)}

    @signature
    def scan(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        """Exponential smoothing over the items, meant for the window."""
        smoothed = tf.scan(lambda before, row: 0.7 * before + 0.3 * row, window[:, 0], tf.constant(0.0))
        return {"y": smoothed[:, tf.newaxis]}

    @signature
    def neighbour(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        """The item at place 71 gets the answer of the one before."""
        places = tf.range(tf.shape(window)[0])[:, tf.newaxis]
        return {"y": tf.where(places == 71, tf.roll(window, 1, axis=0), window)}

    @signature
    def place(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"y": window + tf.random.stateless_normal(tf.shape(window), seed=[1, 2])}

    @signature
    def outlier(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        """Only beyond a threshold."""
        return {"y": window + tf.nn.relu(tf.reduce_max(window) - 50)}

    @signature
    def noise(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"y": window + 1e-3 * tf.random.normal(tf.shape(window))}

    @signature
    def late_counter(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        """Changes answers after a thousand calls."""
        late = self.calls.assign_add(1) > 1000
        return {"y": window + tf.cast(late, tf.float32)}

    @signature
    def rare_state(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        """Changes its state in a branch that hardly ever runs."""
        write = lambda: self.memory.assign(window[0, :1]) + 0
        return {"y": window - tf.cond(tf.reduce_max(window) > 1e20, write, lambda: self.memory + 0)}

    @signature
    def remembered(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        key = tf.zeros([1], tf.int64)
        before = self.table.lookup(key)
        self.table.insert(key, window[-1, :1])
        return {"y": window - before}


class Independent(tf.Module):
    def __init__(self) -> None:
        super().__init__()
        self.calls = tf.Variable(0.0, name="calls")
        self.weights = tf.Variable(tf.random.stateless_normal([3, 100], seed=[1, 2]), name="weights")

    @signature
    def unread_counter(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        """Counts its calls, but answers do not depend on them."""
        self.calls.assign_add(1)
        return {"y": tf.reduce_sum(window, axis=1)}

    @signature
    def never_random(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        """Dropout in a branch that a constant excludes, as in training=False of older exports."""
        dropout = lambda: tf.nn.dropout(window, rate=0.5)
        return {"y": tf.cond(tf.constant(False), dropout, lambda: window + 0)}

    @signature
    def classes(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        """Integers that rounding may flip, and a softmax over many classes."""
        logits = tf.matmul(window, self.weights)
        return {"best": tf.argmax(logits, axis=1), "probabilities": tf.nn.softmax(logits)}

    @signature
    def chaos(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        """A recurrent map that amplifies rounding."""
        state = tf.matmul(window, self.weights[:, :32])
        kernel = 4 * tf.random.stateless_normal([32, 32], seed=[3, 4])
        step = lambda i, before: (i + 1, tf.tanh(tf.matmul(before, kernel)))
        return {"y": tf.while_loop(lambda i, _: i < 20, step, (0, state))[1]}

    @signature
    def logarithm(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        """NaN for numbers below 0."""
        return {"y": tf.math.log(window)}

    @signature
    def attention(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        """Within the item."""
        steps = window[:, :, tf.newaxis] * self.weights[0, :8]
        weights = tf.nn.softmax(tf.matmul(steps, steps, transpose_b=True), axis=-1)
        return {"y": tf.reduce_sum(tf.matmul(weights, steps), axis=[1, 2])}


def save(module: tf.Module, name: str) -> None:
    names = [name for name in vars(type(module)) if not name.startswith("_")]
    tf.saved_model.save(module, str(MODELS / name), signatures={name: getattr(module, name) for name in names})


def main() -> None:
    fix_randomness(1)
    tf.random.set_seed(1)
    save(Leaking(), "leaking")
    save(Independent(), "independent")


if __name__ == "__main__":
    main()
