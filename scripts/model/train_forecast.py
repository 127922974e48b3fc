"""Trains and exports the example bundle lstm-forecast. See README.md."""

from __future__ import annotations

from tensorflow_setup import fix_randomness  # isort: skip  (first: see there)

import numpy as np
import tensorflow as tf

from detector import Detector, newest_minute_error, root_mean_square
from examples import TestDays, choose_threshold, fit, parse_arguments, report, write_example
from recording import Series, read_recording, split_minute
from windows import ColumnNormalization, sliding_windows

NAME = "lstm-forecast"
SEED = 20180427
ROUNDS = 60
# ingress-02 is 0 throughout the training days.
COLUMNS = ("ingress-01", "ingress-03", "ingress-04", "ingress-05")
SEEN = 60
WINDOW = SEEN + 1


def build(unroll: bool = False) -> tf.keras.Model:
    """[batch, 60, 4] -> [batch, 4]: the minute after those 60.

    Unrolled, the graph has 60 steps in a row: more nodes, but no loop, which TensorFlow.js
    would run with control flow.
    """
    layers = tf.keras.layers
    window = layers.Input((SEEN, len(COLUMNS)), name="window")
    x = layers.LSTM(32, unroll=unroll, name="lstm")(window)
    forecast = layers.Dense(len(COLUMNS), name="forecast")(x)
    return tf.keras.Model(window, forecast, name="lstm_forecast")


def pivot(series: list[Series]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values [minutes, columns]; whether any column is labelled, and trusted: [minutes]."""
    by_target = {one.target: one for one in series}
    columns = [by_target[name] for name in COLUMNS]
    values = np.stack([one.values for one in columns], axis=1)
    labelled = np.any([one.labels.astype(bool) for one in columns], axis=0)
    trusted = np.all([one.trusted() for one in columns], axis=0)
    return values, labelled, trusted


def last_minute_distance(normalization: ColumnNormalization, items: np.ndarray) -> np.ndarray:
    """The baseline: forecasts the last minute's values."""
    normalized = normalization.normalize(items)
    return root_mean_square(normalized[:, -1] - normalized[:, -2])


def _edge_cases(normalization: ColumnNormalization) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(SEEN)
    mean, std = np.array(normalization.mean), np.array(normalization.std)
    noise = rng.standard_normal((WINDOW, len(COLUMNS)))
    ordinary = mean + std * noise
    outage = ordinary.copy()
    outage[-1] = 0
    one_column = ordinary.copy()
    one_column[-1, 2] *= 4
    swing = np.sin(2 * np.pi * np.arange(WINDOW)[:, None] / 60 + np.arange(len(COLUMNS)))
    return {
        "zeros": np.zeros((WINDOW, len(COLUMNS))),
        "constant at the training days' mean": np.tile(mean, (WINDOW, 1)),
        "noise of the training days' size": ordinary,
        "all columns 0 in the last minute": outage,
        "one column fourfold in the last minute": one_column,
        "sines of 60 minutes": mean + std * swing,
        "a base of 1.7e12 with noise of 6e4, far from any training": 1.7e12 + 6e4 * noise,
        "negative": -ordinary,
        "tiny numbers": 1e-300 * np.abs(noise),
    }


def _real_cases(values: np.ndarray) -> dict[str, np.ndarray]:
    items = sliding_windows(values, WINDOW)
    minutes = [60, 700, 2085, 3000, 4176, 4230, 4480, 5170, 6000, 7777, 8500, 8530, 8600, 10_000]
    return {f"minute {minute}": items[minute - WINDOW + 1] for minute in minutes}


def describe(normalization: ColumnNormalization, threshold: float) -> dict[str, object]:
    return {
        "name": NAME,
        "version": "1.0.0",
        "description": "Example: how far the newest minute is from what the hour before foretold.",
        "input": {
            "columns": list(COLUMNS),
            "window": WINDOW,
            "shape": "[window,columns]",
            "normalize": normalization.manifest(),
            "missing": "hold",
        },
        "output": {"kind": "forecast", "error": "rmse", "threshold": threshold},
    }


def main() -> None:
    arguments = parse_arguments(__doc__, NAME)
    fix_randomness(arguments.threads)
    tf.keras.utils.set_random_seed(SEED)
    values, labelled, trusted = pivot(read_recording(arguments.recording))
    first = split_minute()
    clean = (~labelled & trusted)[:first]
    normalization = ColumnNormalization.of(values[:first][clean])
    model = build()
    detector = Detector(model, normalization.normalize, SEEN, newest_minute_error)

    windows = sliding_windows(values[:first], WINDOW)
    ordinary = windows[sliding_windows(clean, WINDOW).all(axis=1)]
    normalized = detector.normalize(ordinary)
    fit(model, normalized[:, :SEEN], normalized[:, SEEN], ROUNDS)

    threshold = choose_threshold(detector, ordinary)
    print(f"{len(ordinary)} windows, {model.count_params()} parameters, threshold {threshold}\n")
    days = TestDays("service", sliding_windows(values[first - SEEN :], WINDOW), labelled[first:])
    print(report(detector, lambda it: last_minute_distance(normalization, it), threshold, [days]))
    unrolled = build(unroll=True)
    unrolled.set_weights(model.get_weights())
    cases = _edge_cases(normalization) | _real_cases(values)
    write_example(arguments.bundle, detector, describe(normalization, threshold), cases, unrolled)


if __name__ == "__main__":
    main()
