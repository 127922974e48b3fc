"""A trained network with its normalization and score, as the program runs a bundle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf


@dataclass(frozen=True)
class Judged:
    """normalized [items, window, …] and outputs [items, …] float32, scores [items]."""

    normalized: np.ndarray
    outputs: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True)
class Detector:
    """normalize: raw items [items, window, …] float64 -> float32.
    seen:      how many of a window's oldest intervals the network sees.
    score:     normalized items and the network's outputs -> [items].
    """

    model: tf.keras.Model
    normalize: Callable[[np.ndarray], np.ndarray]
    seen: int
    score: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def judge(self, items: np.ndarray) -> Judged:
        normalized = self.normalize(items)
        seen = normalized[:, : self.seen]
        outputs = self.model.predict(seen, batch_size=4096, verbose=0)
        return Judged(normalized, outputs, self.score(normalized, outputs))


def root_mean_square(errors: np.ndarray) -> np.ndarray:
    """[items, n] -> [items], in double precision."""
    return np.sqrt(np.mean(errors.astype(np.float64) ** 2, axis=1))


def newest_minute_error(normalized: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """The network's error on the newest minute: [items], the root mean square over the columns.

    `normalized` is [items, window] or [items, window, columns]; `outputs` are the window or
    its newest minute only.
    """
    actual = normalized[:, -1].reshape(len(normalized), -1)
    predicted = outputs.reshape(len(outputs), -1)[:, -actual.shape[1] :]
    return root_mean_square(actual.astype(np.float64) - predicted)
