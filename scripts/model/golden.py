"""Golden files: items with their normalization, output, score and verdict."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from detector import Detector
from recording import Series, split_minute
from windows import WINDOW, sliding_windows


def edge_cases() -> dict[str, np.ndarray]:
    """Synthetic windows [60] of one column, by name."""
    rng = np.random.default_rng(60)
    noise = rng.standard_normal(WINDOW)
    minute = np.arange(WINDOW, dtype=np.float64)
    sparse = np.zeros(WINDOW)
    sparse[[7, 23, 24, 51]] = [1, 2, 1, 1]
    sparse_last = sparse.copy()
    sparse_last[-1] = 1
    alone = np.zeros(WINDOW)
    alone[-1] = 1
    spike = 100 + noise
    spike[-1] = 500
    past_spike = spike[::-1].copy()
    step = 100 + noise
    step[50:] -= 80
    return {
        "zeros": np.zeros(WINDOW),
        "constant": np.full(WINDOW, 7.25),
        "constant, negative and large": np.full(WINDOW, -1.7e12),
        "constant but for rounding noise": np.where(minute % 2 == 0, 0.3, 0.1 + 0.2),
        "sparse counts, MAD is 0": sparse,
        "sparse counts, MAD is 0, one in the last minute": sparse_last,
        "zeros and a one in the last minute": alone,
        "noise at 1.7e12": np.round(1.7e12 + 6e4 * noise),
        "noise at 1.7e12, last minute 20 sigma": np.round(
            1.7e12 + 6e4 * np.where(minute == WINDOW - 1, 20.0, noise)
        ),
        "single spike in the last minute": spike,
        "single spike in the first minute": past_spike,
        "step down ten minutes ago": step,
        "ramp": 3 * minute - 20,
        "sine of 60 minutes": np.sin(2 * np.pi * minute / 60),
        "tiny numbers": 1e-300 * (1 + np.abs(noise)),
    }


def real_cases(series: list[Series]) -> dict[str, np.ndarray]:
    """Windows [60] named by target and the index of the last minute in the recording."""
    first = split_minute()
    picked = {
        "ingress-01": [4176, 8530],
        "ingress-04": [2000],
        "ingress-05": [2085],
        "mongo-02": [3898],
        "mongo-03": [3000],
        "mongo-04": [5170],
    }
    cases = {}
    for one in series:
        windows = sliding_windows(one.values)
        for minute in picked.get(one.target, []):
            cases[f"{one.target}, minute {minute}"] = windows[minute - WINDOW + 1]
        if one.target in ("ingress-02", "unavail-01"):
            # These are zero throughout the training days.
            odd = first + int(np.argmax(one.values[first:] != 0))
            cases[f"{one.target}, minute {odd}"] = windows[odd - WINDOW + 1]
    return cases


def write_golden(
    path: Path, cases: dict[str, np.ndarray], detector: Detector, threshold: float
) -> None:
    """Writes one line per case; numbers are the shortest text that reads back the same.

    Items are row-major, oldest minute first. Float32 numbers are written as doubles: JSON
    has no shorter exact form.
    """
    items = np.stack(list(cases.values()))
    judged = detector.judge(items)
    lines = [
        json.dumps(
            {
                "name": name,
                "values": items[i].ravel().tolist(),
                "normalized": judged.normalized[i].ravel().astype(np.float64).tolist(),
                "score": float(judged.scores[i]),
                "output": judged.outputs[i].astype(np.float64).tolist(),
                # Compared as float32, as in the program.
                "anomaly": bool(np.float32(judged.scores[i]) > np.float32(threshold)),
            }
        )
        for i, name in enumerate(cases)
    ]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
