"""The network, the windows it is trained on, and its training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

import synthetic
from recording import Series, split_minute
from windows import WINDOW, RobustNormalization, normalize, sliding_windows


@dataclass(frozen=True)
class Recipe:
    """How many windows of each kind a round has, and how long to train."""

    seed: int = 20180425
    rounds: int = 35
    batch: int = 512
    learning_rate: float = 2e-3
    real_ordinary: int = 38_000
    real_anomalous: int = 2_000
    injected_into_real: int = 20_000
    generic: int = 10_000
    injected_into_generic: int = 5_000

    @property
    def windows_per_round(self) -> int:
        return (
            self.real_ordinary
            + self.real_anomalous
            + self.injected_into_real
            + self.generic
            + self.injected_into_generic
        )


def build() -> tf.keras.Model:
    """[batch, 60] -> [batch, 1]: two small convolutions, then dense layers.

    The dense layers also see the window itself, because pooling blurs which minute is
    last. Every layer has a name: generated ones depend on how many models the process
    has built.
    """
    layers = tf.keras.layers
    window = layers.Input((WINDOW,), name="window")
    x = layers.Reshape((WINDOW, 1), name="as_channel")(window)
    x = layers.Conv1D(12, 5, padding="same", activation="relu", name="conv_1")(x)
    x = layers.MaxPooling1D(2, name="pool_1")(x)
    x = layers.Conv1D(16, 5, padding="same", activation="relu", name="conv_2")(x)
    x = layers.MaxPooling1D(2, name="pool_2")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Concatenate(name="with_window")([x, window])
    x = layers.Dense(32, activation="relu", name="dense_1")(x)
    x = layers.Dense(16, activation="relu", name="dense_2")(x)
    probability = layers.Dense(1, activation="sigmoid", name="probability")(x)
    return tf.keras.Model(window, probability, name="builtin")


class TrainingWindows:
    """Real windows of the training days, from which rounds are drawn."""

    def __init__(self, series: list[Series]) -> None:
        end = split_minute()
        windows, ordinary, anomalous, clean = [], [], [], []
        for one in series:
            labels = one.labels[:end].astype(bool)
            trusted = one.trusted()[:end]
            label_windows = sliding_windows(labels)
            last = label_windows[:, -1]
            usable = trusted[WINDOW - 1 :]
            windows.append(sliding_windows(one.values[:end]))
            ordinary.append(usable & ~last)
            # A scale-free window does not show a long outage from inside; training on such
            # minutes as positives taught the network to flag gentle rises.
            ordinary_minutes = WINDOW - label_windows.sum(axis=1)
            anomalous.append(usable & last & (ordinary_minutes >= synthetic.MINUTES_BEFORE))
            clean.append(sliding_windows(trusted).all(axis=1) & ~label_windows.any(axis=1))
        self._windows = np.concatenate(windows)
        self._ordinary = np.flatnonzero(np.concatenate(ordinary))
        self._anomalous = np.flatnonzero(np.concatenate(anomalous))
        self._clean = np.flatnonzero(np.concatenate(clean))

    def draw(self, rng: np.random.Generator, recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
        """Draws a round in random order: raw windows [n, 60] and labels [n] in 0..1."""
        ordinary = self._windows[rng.choice(self._ordinary, recipe.real_ordinary)]
        anomalous = self._windows[rng.choice(self._anomalous, recipe.real_anomalous)]
        generic = synthetic.backgrounds(rng, recipe.generic)
        clean = self._windows[rng.choice(self._clean, recipe.injected_into_real)]
        in_real, in_real_labels = synthetic.inject(rng, clean)
        in_generic, in_generic_labels = synthetic.inject(
            rng, synthetic.backgrounds(rng, recipe.injected_into_generic)
        )
        windows = np.concatenate([ordinary, anomalous, generic, in_real, in_generic])
        labels = np.concatenate(
            [
                np.zeros(len(ordinary)),
                np.ones(len(anomalous)),
                np.zeros(len(generic)),
                in_real_labels,
                in_generic_labels,
            ]
        )
        order = rng.permutation(len(windows))
        return windows[order], labels[order]


def train(
    series: list[Series], normalization: RobustNormalization, recipe: Recipe
) -> tf.keras.Model:
    """Trains a new network on the training days of these targets."""
    tf.keras.backend.clear_session()
    tf.keras.utils.set_random_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    source = TrainingWindows(series)
    steps = recipe.rounds * -(-recipe.windows_per_round // recipe.batch)
    schedule = tf.keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps, 0.02)
    model = build()
    model.compile(tf.keras.optimizers.Adam(schedule), "binary_crossentropy")
    for _ in range(recipe.rounds):
        windows, labels = source.draw(rng, recipe)
        model.fit(
            normalize(windows, normalization),
            labels.astype(np.float32),
            batch_size=recipe.batch,
            shuffle=False,
            verbose=0,
        )
    return model


def predict(
    model: tf.keras.Model, windows: np.ndarray, normalization: RobustNormalization
) -> np.ndarray:
    """Raw windows [items, 60] -> scores [items], float32."""
    return model.predict(normalize(windows, normalization), batch_size=4096, verbose=0)[:, 0]
