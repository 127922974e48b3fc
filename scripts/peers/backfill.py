"""Scores a recording with a bundle's SavedModel: what one would write instead of using a program.

    python backfill.py RECORDING.csv BUNDLE RESULTS.jsonl

Holds the whole recording in memory, and expects a value of every target in every minute. Prints
the seconds that each part took, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

STARTED = perf_counter()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402
import tensorflow as tf  # noqa: E402

THREADS = 2
ITEMS_PER_CALL = 8192

Predict = Callable[[np.ndarray], np.ndarray]

seconds: dict[str, float] = {"imports": perf_counter() - STARTED}


@contextmanager
def timed(part: str) -> Iterator[None]:
    began = perf_counter()
    yield
    seconds[part] = seconds.get(part, 0.0) + perf_counter() - began


def read(path: str, columns: list[str] | None) -> tuple[pl.DataFrame, np.ndarray, list[str]]:
    """The rows' minutes and targets, in order; values [minutes, targets, columns]; the columns."""
    frame = pl.read_csv(path).sort("timestamp", "target")
    names = columns or [name for name in frame.columns if name not in ("timestamp", "target")]
    minutes, targets = frame["timestamp"].n_unique(), frame["target"].n_unique()
    if frame.height != minutes * targets or any(frame.select(names).null_count().row(0)):
        raise SystemExit(f"{path}: expected a value of every target in every minute")
    values = frame.select(names).to_numpy().astype(np.float64, copy=False)
    return frame.select("timestamp", "target"), values.reshape(minutes, targets, -1), names


def median(rows: np.ndarray) -> np.ndarray:
    """[items, n] -> [items, 1]; sorting short rows is faster than np.median."""
    ordered = np.sort(rows, axis=1)
    middle = rows.shape[1] // 2
    return (ordered[:, [middle]] + ordered[:, [(rows.shape[1] - 1) // 2]]) / 2


def robust(windows: np.ndarray, spec: dict) -> np.ndarray:
    """[items, window], relative to each window's median and spread."""
    middle = median(windows)
    centred = windows - middle
    distance = np.abs(centred)
    spread = spec["spreadFloor"] * distance.mean(axis=1, keepdims=True)
    level = spec["levelFloor"] * np.abs(middle)
    scale = spec["madScale"] * median(distance) + spread + level
    z = np.divide(centred, scale, out=np.zeros_like(centred), where=scale > 0)
    return spec["limit"] * z / (spec["limit"] + np.abs(z))


def normalize(windows: np.ndarray, spec: dict) -> np.ndarray:
    if spec["kind"] == "window-robust":
        return robust(windows, spec).astype(np.float32)
    return ((windows - np.array(spec["mean"])) / np.array(spec["std"])).astype(np.float32)


def load(folder: str) -> Predict:
    """A function from [items, …] to [items, outputs]."""
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)
    signature = tf.saved_model.load(folder).signatures["serving_default"]
    (name,) = signature.structured_input_signature[1]
    (output,) = signature.structured_outputs
    return lambda items: signature(**{name: tf.constant(items)})[output].numpy()


def windows_of(values: np.ndarray, given: dict) -> np.ndarray:
    """Values [minutes, targets, columns] -> views [series, items, (columns,) window]."""
    if given["columns"] == "each":
        series = values.reshape(len(values), -1).T
    else:
        series = values.transpose(1, 0, 2)
    contiguous = np.ascontiguousarray(series)
    return np.lib.stride_tricks.sliding_window_view(contiguous, given["window"], axis=1)


def scores_of(windows: np.ndarray, manifest: dict, predict: Predict) -> np.ndarray:
    """Views [series, items, …] -> scores [items, series], float32."""
    series, per_series = windows.shape[:2]
    is_forecast = manifest["output"]["kind"] == "forecast"
    scores = np.empty(series * per_series, np.float32)
    for start in range(0, len(scores), ITEMS_PER_CALL):
        items = np.arange(start, min(start + ITEMS_PER_CALL, len(scores)))
        with timed("normalize"):
            chosen = windows[items // per_series, items % per_series]
            if chosen.ndim == 3:
                chosen = chosen.transpose(0, 2, 1)
            chosen = normalize(chosen, manifest["input"]["normalize"])
        with timed("predict"):
            outputs = predict(chosen[:, :-1] if is_forecast else chosen)
        if is_forecast:
            errors = chosen[:, -1].astype(np.float64) - outputs
            scores[items] = np.sqrt(np.mean(errors**2, axis=1))
        else:
            scores[items] = outputs[:, 0]
    return scores.reshape(series, per_series).T


def results_of(
    rows: pl.DataFrame, columns: list[str | None], scores: np.ndarray, manifest: dict
) -> pl.DataFrame:
    """A row per series and minute, in the order of the minutes."""
    warm_up = np.full((manifest["input"]["window"] - 1, scores.shape[1]), np.nan, np.float32)
    score = pl.Series("score", np.concatenate([warm_up, scores]).ravel()).fill_nan(None)
    names = pl.DataFrame({"column": columns}, {"column": pl.String})
    threshold = float(np.float32(manifest["output"]["threshold"]))
    is_warm_up = pl.col("score").is_null()
    return (
        rows.join(names, how="cross", maintain_order="left_right")
        .with_columns(score)
        .select(
            pl.col("timestamp").alias("minute"),
            "target",
            "column",
            pl.when(is_warm_up).then(pl.lit("warmup")).otherwise(pl.lit("ok")).alias("status"),
            "score",
            (pl.col("score") > threshold).alias("anomaly"),
        )
    )


def main() -> None:
    recording, bundle, results = sys.argv[1:]
    with open(os.path.join(bundle, "aiops-model.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    given = manifest["input"]
    is_each = given["columns"] == "each"
    with timed("read"):
        rows, values, names = read(recording, None if is_each else given["columns"])
    with timed("load"):
        predict = load(os.path.join(bundle, manifest["formats"]["saved-model"]))
    scores = scores_of(windows_of(values, given), manifest, predict)
    with timed("write"):
        results_of(rows, names if is_each else [None], scores, manifest).write_ndjson(results)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
