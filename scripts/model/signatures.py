"""Writes fixtures/models: small SavedModels whose outputs tests compute by hand. See README.md."""

from __future__ import annotations

from pathlib import Path

from tensorflow_setup import fix_randomness  # isort: skip  (first: see there)

import tensorflow as tf

MODELS = Path(__file__).resolve().parents[2] / "fixtures" / "models"
WINDOW = tf.TensorSpec([None, 3], tf.float32, name="window")


class Arithmetic(tf.Module):
    """Functions of a window [items, 3] without any weights."""

    @tf.function(input_signature=[WINDOW])
    def several(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        """Outputs of ranks 1, 2 and 3, one of them integers."""
        return {
            "total": tf.reduce_sum(window, axis=1),
            "above_one": tf.cast(window > 1, tf.int64),
            "pairs": tf.stack([window, -window], axis=2),
        }

    @tf.function(input_signature=[WINDOW])
    def last(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"newest": window[:, -1:]}

    @tf.function(input_signature=[WINDOW])
    def logarithm(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        """NaN where the newest minute is below 0."""
        return {"logarithm": tf.math.log(window[:, -1:])}

    @tf.function(input_signature=[WINDOW, WINDOW])
    def two_inputs(self, window: tf.Tensor, other: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"difference": window - other}


class Rounded(tf.Module):
    """A type of output that tfjs-node does not support, beside one that it does."""

    @tf.function(input_signature=[WINDOW])
    def rounded(self, window: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"newest": window[:, -1:], "rounded": tf.cast(window, tf.bfloat16)}


def main() -> None:
    fix_randomness(1)
    module = Arithmetic()
    signatures = {
        "serving_default": module.several,
        "last": module.last,
        "logarithm": module.logarithm,
        "two_inputs": module.two_inputs,
    }
    tf.saved_model.save(module, str(MODELS / "four-signatures"), signatures=signatures)
    tf.saved_model.save(module, str(MODELS / "one-signature"), signatures={"newest": module.last})
    rounded = Rounded()
    tf.saved_model.save(rounded, str(MODELS / "bfloat16-output"), signatures=rounded.rounded)


if __name__ == "__main__":
    main()
