"""Shared by the two example bundles: arguments, threshold, report, writing."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from bundle import write_bundle
from detector import Detector
from golden import write_golden
from metrics import alarm_runs, average_precision, confusion
from recording import MINUTES_PER_DAY

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

# About 1.4 alarms per day and series on the training minutes.
THRESHOLD_QUANTILE = 0.999


def parse_arguments(description: str | None, name: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    week = FIXTURES / "recordings" / "cloud-monitoring-week.csv.gz"
    parser.add_argument("--recording", type=Path, default=week)
    parser.add_argument("--bundle", type=Path, default=FIXTURES / "bundles" / name)
    parser.add_argument("--threads", type=int, default=2, help="TensorFlow threads (default 2)")
    return parser.parse_args()


def fit(model: tf.keras.Model, seen: np.ndarray, expected: np.ndarray, rounds: int) -> None:
    """Trains for the least mean squared error, in an order drawn from the global seed."""
    batch = 256
    steps = rounds * -(-len(seen) // batch)
    schedule = tf.keras.optimizers.schedules.CosineDecay(2e-3, steps, 0.02)
    model.compile(tf.keras.optimizers.Adam(schedule), "mse")
    model.fit(seen, expected, batch_size=batch, epochs=rounds, verbose=0)


def choose_threshold(detector: Detector, ordinary: np.ndarray) -> float:
    """The quantile of the training days' scores, rounded to three digits."""
    scores = detector.judge(ordinary).scores
    return float(f"{np.quantile(scores, THRESHOLD_QUANTILE):.3g}")


@dataclass(frozen=True)
class TestDays:
    """One target's test minutes: `items` [minutes, window, …] raw, `labels` [minutes] bool."""

    target: str
    items: np.ndarray
    labels: np.ndarray


def report(
    detector: Detector,
    baseline: Callable[[np.ndarray], np.ndarray],
    threshold: float,
    days: list[TestDays],
) -> str:
    """A Markdown table over the test days; `baseline` scores raw items."""
    rows = [
        "| target | anomalous minutes | average precision | baseline | recall "
        "| false-alarm minutes per day | runs of alarm per day |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in days:
        scores = detector.judge(one.items).scores
        counts = confusion(scores, one.labels, threshold)
        number_of_days = len(scores) / MINUTES_PER_DAY
        cells = [one.target, f"{one.labels.sum()}", "", "", ""]
        if one.labels.any():
            cells[2] = f"{average_precision(scores, one.labels):.3f}"
            cells[3] = f"{average_precision(baseline(one.items), one.labels):.3f}"
            cells[4] = f"{counts.recall:.3f}"
        cells.append(f"{counts.false_positives / number_of_days:.1f}")
        cells.append(f"{alarm_runs(scores, threshold) / number_of_days:.1f}")
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def write_example(
    folder: Path,
    detector: Detector,
    description: dict[str, object],
    cases: dict[str, np.ndarray],
    graph_source: tf.keras.Model | None = None,
) -> None:
    """Writes the bundle, and its golden file next to it."""
    write_bundle(folder, detector.model, description, graph_source)
    golden = folder.with_name(f"{folder.name}.golden.json")
    write_golden(golden, cases, detector, description["output"]["threshold"])
