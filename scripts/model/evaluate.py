"""Chooses the threshold on the training days, and reports on the test days."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from metrics import alarm_runs, average_precision, confusion, rolling_mad, rolling_zscore
from network import Recipe, predict, train
from recording import MINUTES_PER_DAY, Series, split_minute
from synthetic import MINUTES_BEFORE
from windows import WINDOW, RobustNormalization, sliding_windows

THRESHOLDS = np.round(np.arange(0.10, 0.91, 0.05), 2)


def out_of_family_scores(
    series: list[Series], normalization: RobustNormalization, recipe: Recipe
) -> tuple[np.ndarray, np.ndarray]:
    """Scores and labels on the training days from networks that never saw the family.

    One outage hit all ingress targets at once, so excluding a single target would leave
    its answer in the training set; whole families are excluded. A family without labels
    (unavail) has nothing to choose by and stays in. Untrusted minutes, and anomalous ones
    with too few ordinary minutes before them in the window, do not count (see network.py).
    """
    end = split_minute()
    scores, labels = [], []
    labelled = sorted({one.family for one in series if one.labels[:end].any()})
    for family in labelled:
        model = train([one for one in series if one.family != family], normalization, recipe)
        for one in series:
            if one.family != family:
                continue
            of_target = predict(model, sliding_windows(one.values[:end]), normalization)
            target_labels = one.labels[:end].astype(bool)
            last = target_labels[WINDOW - 1 :]
            ordinary_minutes = WINDOW - sliding_windows(target_labels).sum(axis=1)
            reachable = ~last | (ordinary_minutes >= MINUTES_BEFORE)
            counted = one.trusted()[WINDOW - 1 : end] & reachable
            scores.append(of_target[counted])
            labels.append(last[counted])
            if last.any():
                figure = average_precision(of_target[counted], last[counted])
                print(f"  {one.target} unseen, training days: average precision {figure:.3f}")
    return np.concatenate(scores), np.concatenate(labels)


def choose_threshold(scores: np.ndarray, labels: np.ndarray) -> float:
    """The threshold with the best pooled F1, and of equal ones the highest."""
    f1 = np.array([confusion(scores, labels, threshold).f1 for threshold in THRESHOLDS])
    for threshold, figure in zip(THRESHOLDS, f1, strict=True):
        print(f"  threshold {threshold:.2f}: F1 {figure:.3f}")
    return float(THRESHOLDS[np.flatnonzero(f1 == f1.max())[-1]])


def _test_windows(one: Series) -> tuple[np.ndarray, np.ndarray]:
    """Every test minute with the 59 minutes before it, the first of which are training minutes."""
    first = split_minute()
    return sliding_windows(one.values[first - WINDOW + 1 :]), one.labels[first:].astype(bool)


def report(
    model: tf.keras.Model,
    series: list[Series],
    normalization: RobustNormalization,
    threshold: float,
) -> str:
    """Markdown tables over the test days: ranking, and alarms with and without labels."""
    ranking = ["| target | anomalous minutes | model | rolling z-score | rolling median/MAD |"]
    ranking.append("|---|---|---|---|---|")
    alarms = ["| target | precision | recall | F1 | alarm minutes |", "|---|---|---|---|---|"]
    quiet = ["| target | false-alarm minutes per day | runs of alarm per day |", "|---|---|---|"]
    averages: list[tuple[float, float, float]] = []
    for one in series:
        windows, labels = _test_windows(one)
        scores = predict(model, windows, normalization)
        days = len(labels) / MINUTES_PER_DAY
        counts = confusion(scores, labels, threshold)
        flagged = counts.true_positives + counts.false_positives
        runs = alarm_runs(scores, threshold)
        if labels.any():
            row = (
                average_precision(scores, labels),
                average_precision(rolling_zscore(windows), labels),
                average_precision(rolling_mad(windows), labels),
            )
            averages.append(row)
            cells = " | ".join(f"{figure:.3f}" for figure in row)
            ranking.append(f"| {one.target} | {labels.sum()} | {cells} |")
            precision = f"{counts.precision:.3f}" if flagged else "no alarm"
            alarms.append(
                f"| {one.target} | {precision} | {counts.recall:.3f} "
                f"| {counts.f1:.3f} | {flagged} |"
            )
        else:
            quiet.append(f"| {one.target} | {flagged / days:.1f} | {runs / days:.1f} |")
    means = " | ".join(f"**{figure:.3f}**" for figure in np.mean(averages, axis=0))
    ranking.append(f"| mean | | {means} |")
    return "\n\n".join("\n".join(table) for table in (ranking, alarms, quiet))
