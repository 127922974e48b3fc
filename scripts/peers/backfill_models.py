"""Writes the bundles of `npm run bench:backfill` that fixtures do not have.

    python backfill_models.py one-row|lstm RECORDING.csv BUNDLE

`one-row` is a linear model that sees one row of all columns. `lstm` is the example bundle
lstm-forecast, with the recording's columns. Means and deviations are those of the recording.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "model"))

from tensorflow_setup import fix_randomness  # noqa: E402  isort: skip  (first: see there)

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402
import tensorflow as tf  # noqa: E402
from bundle import read_manifest, write_bundle, write_manifest  # noqa: E402
from windows import ColumnNormalization  # noqa: E402

LSTM = ROOT / "fixtures" / "bundles" / "lstm-forecast"
SEED = 14


def input_of(recording: str, window: int) -> dict[str, object]:
    """A manifest's `input` for a model that sees all columns of the recording."""
    frame = pl.read_csv(recording).drop("timestamp", "target")
    return {
        "columns": frame.columns,
        "window": window,
        "shape": "[window,columns]",
        "normalize": ColumnNormalization.of(frame.to_numpy()).manifest(),
        "missing": "hold",
    }


def write_one_row(recording: str, bundle: Path) -> None:
    """A score of about unit variance if columns are independent."""
    given = input_of(recording, window=1)
    columns = len(given["columns"])
    layers = tf.keras.layers
    row = layers.Input((1, columns), name="row")
    flat = layers.Flatten(name="flat")(row)
    model = tf.keras.Model(row, layers.Dense(1, name="score")(flat), name="one_row")
    kernel = np.random.default_rng(SEED).standard_normal((columns, 1)) / np.sqrt(columns)
    model.set_weights([kernel.astype(np.float32), np.zeros(1, np.float32)])
    output = {"kind": "raw", "threshold": 2.5}
    write_bundle(
        bundle, model, {"name": "one-row", "version": "1.0.0", "input": given, "output": output}
    )


def write_lstm(recording: str, bundle: Path) -> None:
    shutil.copytree(LSTM, bundle, dirs_exist_ok=True)
    manifest = read_manifest(bundle)
    given = input_of(recording, window=manifest["input"]["window"])
    del manifest["seal"], manifest["description"]
    write_manifest(bundle, {**manifest, "input": given})


def main() -> None:
    model, recording, bundle = sys.argv[1:]
    fix_randomness(threads=1)
    write = {"one-row": write_one_row, "lstm": write_lstm}[model]
    write(recording, Path(bundle))


if __name__ == "__main__":
    main()
