"""The recording: one week of ten targets, one value per minute, with expert labels."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

MINUTES_PER_DAY = 1440
TRAINING_DAYS = 4

# The outage of 2018-04-27 22:10-02:28 hit every ingress target at once. ingress-03 shows
# it like the three that were labelled, but without a label, so training excludes those
# minutes. Evaluation on the test days uses all labels.
UNTRUSTED_MINUTES: dict[str, tuple[int, int]] = {"ingress-03": (4170, 4480)}


@dataclass(frozen=True)
class Series:
    """One target: `values` and `labels` are [minutes], without gaps, oldest first."""

    target: str
    values: np.ndarray
    labels: np.ndarray

    @property
    def family(self) -> str:
        """The target's name without its number: ingress, mongo, unavail."""
        return self.target.rsplit("-", 1)[0]

    def trusted(self) -> np.ndarray:
        """Boolean [minutes]: whether to train on the label."""
        mask = np.ones(len(self.values), dtype=bool)
        if self.target in UNTRUSTED_MINUTES:
            first, end = UNTRUSTED_MINUTES[self.target]
            mask[first:end] = False
        return mask


def read_recording(path: Path) -> list[Series]:
    """Reads a gzipped CSV `timestamp,target,value,label`, sorted by time.

    Raises ValueError if targets differ in length or a value is not finite: windows rely
    on one row per target and minute.
    """
    values: dict[str, list[float]] = {}
    labels: dict[str, list[int]] = {}
    with gzip.open(path, "rt", newline="") as text:
        for row in csv.DictReader(text):
            values.setdefault(row["target"], []).append(float(row["value"]))
            labels.setdefault(row["target"], []).append(int(row["label"]))
    if len({len(column) for column in values.values()}) != 1:
        raise ValueError(f"{path}: targets differ in their number of minutes")
    series = [
        Series(target, np.array(values[target]), np.array(labels[target], dtype=np.int8))
        for target in sorted(values)
    ]
    if not all(np.isfinite(one.values).all() for one in series):
        raise ValueError(f"{path}: a value is missing or not finite")
    return series


def split_minute() -> int:
    """The first minute of the test days: training windows end before it."""
    return TRAINING_DAYS * MINUTES_PER_DAY
