"""Baselines and figures of merit. Scores and labels are [items]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from windows import row_median


def rolling_zscore(windows: np.ndarray) -> np.ndarray:
    """|last - mean| / standard deviation of the same 60 minutes; 0 if all are equal."""
    mean = windows.mean(axis=1)
    deviation = windows.std(axis=1)
    flat = np.ptp(windows, axis=1) == 0
    return np.where(flat, 0.0, np.abs(windows[:, -1] - mean) / np.where(flat, 1.0, deviation))


def rolling_mad(windows: np.ndarray) -> np.ndarray:
    """|last - median| / (1.4826 MAD) of the same 60 minutes; 0/0 is 0, x/0 infinite."""
    median = row_median(windows)
    mad = 1.4826 * row_median(np.abs(windows - median[:, None]))
    distance = np.abs(windows[:, -1] - median)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(distance == 0, 0.0, distance / mad)


def average_precision(scores: np.ndarray, labels: np.ndarray) -> float:
    """Sum of precision x recall gained per step, from the highest score down.

    Equal scores are one step, so the order among ties does not matter. NaN without a
    positive label.
    """
    positives = int(labels.sum())
    if positives == 0:
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    ordered_scores = scores[order]
    hits = np.cumsum(labels[order])
    # Not np.diff: infinity minus infinity is NaN.
    ends = np.flatnonzero(np.append(ordered_scores[1:] != ordered_scores[:-1], True))
    precision = hits[ends] / (ends + 1)
    gained = np.diff(np.concatenate(([0], hits[ends])))
    return float((precision * gained).sum() / positives)


@dataclass(frozen=True)
class Confusion:
    true_positives: int
    false_positives: int
    false_negatives: int

    @property
    def precision(self) -> float:
        flagged = self.true_positives + self.false_positives
        return self.true_positives / flagged if flagged else float("nan")

    @property
    def recall(self) -> float:
        positives = self.true_positives + self.false_negatives
        return self.true_positives / positives if positives else float("nan")

    @property
    def f1(self) -> float:
        denominator = 2 * self.true_positives + self.false_positives + self.false_negatives
        return 2 * self.true_positives / denominator if denominator else float("nan")


def confusion(scores: np.ndarray, labels: np.ndarray, threshold: float) -> Confusion:
    """Counts with `score > threshold` as the alarm, as in the program."""
    flagged = scores > threshold
    positive = labels.astype(bool)
    return Confusion(
        int((flagged & positive).sum()),
        int((flagged & ~positive).sum()),
        int((~flagged & positive).sum()),
    )


def alarm_runs(scores: np.ndarray, threshold: float) -> int:
    """Number of unbroken runs of alarm minutes: how often a person is called."""
    flagged = np.concatenate(([False], scores > threshold)).astype(np.int8)
    return int((np.diff(flagged) == 1).sum())
