"""Trains and exports the example bundle mlp-autoencoder. See README.md."""

from __future__ import annotations

from tensorflow_setup import fix_randomness  # isort: skip  (first: see there)

import numpy as np
import tensorflow as tf

from detector import Detector, newest_minute_error
from examples import TestDays, choose_threshold, fit, parse_arguments, report, write_example
from golden import edge_cases, real_cases
from metrics import rolling_zscore
from recording import Series, read_recording, split_minute
from windows import WINDOW, RobustNormalization, normalize, sliding_windows

NAME = "mlp-autoencoder"
SEED = 20180426
ROUNDS = 30
# A denoising autoencoder: it must infer each minute from the others, not copy it
# (Vincent et al., "Extracting and Composing Robust Features with Denoising
# Autoencoders", ICML 2008). Dropout hides minutes in training only.
HIDDEN_SHARE = 0.5


def build() -> tf.keras.Model:
    """[batch, 60] -> [batch, 60] through a bottleneck of 16."""
    layers = tf.keras.layers
    window = layers.Input((WINDOW,), name="window")
    x = layers.Dropout(HIDDEN_SHARE, name="corruption")(window)
    x = layers.Dense(64, activation="relu", name="encoder")(x)
    x = layers.Dense(16, activation="relu", name="bottleneck")(x)
    x = layers.Dense(64, activation="relu", name="decoder")(x)
    reconstruction = layers.Dense(WINDOW, name="reconstruction")(x)
    return tf.keras.Model(window, reconstruction, name="mlp_autoencoder")


def ordinary_windows(series: list[Series]) -> np.ndarray:
    """Every window of the training days without a labelled or untrusted minute.

    Constant windows, a quarter of all, are excluded: they all become the same zeros.
    """
    end = split_minute()
    kept = []
    for one in series:
        doubtful = one.labels[:end].astype(bool) | ~one.trusted()[:end]
        clean = ~sliding_windows(doubtful).any(axis=1)
        kept.append(sliding_windows(one.values[:end])[clean])
    windows = np.concatenate(kept)
    return windows[np.ptp(windows, axis=1) > 0]


def test_days(series: list[Series]) -> list[TestDays]:
    first = split_minute()
    return [
        TestDays(
            one.target,
            sliding_windows(one.values[first - WINDOW + 1 :]),
            one.labels[first:].astype(bool),
        )
        for one in series
    ]


def describe(normalization: RobustNormalization, threshold: float) -> dict[str, object]:
    return {
        "name": NAME,
        "version": "1.0.0",
        "description": "Example: how far the newest minute is from its reconstruction.",
        "input": normalization.manifest_input(),
        "output": {
            "kind": "reconstruction",
            "error": "rmse",
            "over": "last",
            "threshold": threshold,
        },
    }


def main() -> None:
    arguments = parse_arguments(__doc__, NAME)
    fix_randomness(arguments.threads)
    tf.keras.utils.set_random_seed(SEED)
    series = read_recording(arguments.recording)
    normalization = RobustNormalization()
    model = build()
    detector = Detector(
        model, lambda windows: normalize(windows, normalization), WINDOW, newest_minute_error
    )
    ordinary = ordinary_windows(series)
    seen = detector.normalize(ordinary)
    fit(model, seen, seen, ROUNDS)

    threshold = choose_threshold(detector, ordinary)
    print(f"{len(ordinary)} windows, {model.count_params()} parameters, threshold {threshold}\n")
    print(report(detector, rolling_zscore, threshold, test_days(series)))
    cases = edge_cases() | real_cases(series)
    write_example(arguments.bundle, detector, describe(normalization, threshold), cases)


if __name__ == "__main__":
    main()
