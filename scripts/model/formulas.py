"""Writes fixtures/golden/formulas.json: normalizations and scores by their textbook formulas.

It shares nothing with windows.py or the TypeScript program: plain NumPy in double
precision, `np.mean`, `np.std` and `np.median`. Results stay doubles; tests round them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).resolve().parents[2] / "fixtures" / "golden" / "formulas.json"
SEED = 20180428

# Base and noise, in raw units. Constant columns have no noise.
LEVELS: dict[str, tuple[float, float]] = {
    "base 0": (0, 1),
    "base 1e3": (1e3, 5),
    "base 1.7e12": (1.7e12, 6e4),
    "tiny": (1e-9, 3e-10),
    "negative": (-250, 40),
    "constant": (7.1, 0),
    "zeros": (0, 0),
}
WIDTHS = (1, 3, 4)
# Intervals per item, and how many of the oldest the statistics cover: odd and even for the
# median; the last is a forecast's.
SPANS = ((1, 1), (6, 6), (6, 5))

WINDOW_KINDS: list[dict[str, object]] = [
    {"kind": "window-zscore", "epsilon": 1e-8},
    {"kind": "window-zscore", "epsilon": 0.5},
    {"kind": "window-robust", "madScale": 1.4826, "spreadFloor": 0.1, "levelFloor": 1e-10},
    {
        "kind": "window-robust",
        "madScale": 1.4826,
        "spreadFloor": 0.1,
        "levelFloor": 1e-10,
        "limit": 30,
    },
    {"kind": "window-robust", "madScale": 2, "spreadFloor": 0, "levelFloor": 0, "limit": 3},
]


def column_kinds(base: float, noise: float, width: int) -> list[dict[str, object]]:
    """Kinds with parameters per column; the first column never varied in training."""
    place = np.arange(width)
    mean = base + 0.25 * noise * place
    std = noise * place / 2
    return [
        {"kind": "none"},
        {"kind": "zscore", "mean": mean.tolist(), "std": std.tolist()},
        {"kind": "zscore", "mean": mean.tolist(), "std": (std + noise + 1).tolist()},
        {"kind": "minmax", "min": (mean - std).tolist(), "max": (mean + 3 * std).tolist()},
        {"kind": "minmax", "min": (mean - noise - 1).tolist(), "max": (mean + noise).tolist()},
    ]


def centre_and_scale(
    spec: dict[str, object], values: np.ndarray, basis: int
) -> tuple[np.ndarray, np.ndarray]:
    """What each column of [intervals, width] is shifted and divided by: [width] both."""
    seen = values[:basis]
    match spec["kind"]:
        case "none":
            return np.zeros(values.shape[1]), np.ones(values.shape[1])
        case "window-zscore":
            return np.mean(seen, axis=0), np.std(seen, axis=0) + spec["epsilon"]
        case "window-robust":
            median = np.median(seen, axis=0)
            distance = np.abs(seen - median)
            scale = (
                spec["madScale"] * np.median(distance, axis=0)
                + spec["spreadFloor"] * np.mean(distance, axis=0)
                + spec["levelFloor"] * np.abs(median)
            )
            return median, scale
        case "zscore":
            std = np.array(spec["std"])
            return np.array(spec["mean"]), np.where(std == 0, 1, std)
        case "minmax":
            low, high = np.array(spec["min"]), np.array(spec["max"])
            return low, np.where(high == low, 1, high - low)
    raise ValueError(spec["kind"])


def normalized(
    spec: dict[str, object], values: np.ndarray, basis: int
) -> tuple[np.ndarray, np.ndarray]:
    """[intervals, width] normalized, and the scales [width]; a robust scale of 0 gives 0."""
    centre, scale = centre_and_scale(spec, values, basis)
    z = np.where(scale == 0, 0, (values - centre) / np.where(scale == 0, 1, scale))
    limit = spec.get("limit")
    return (z if limit is None else limit * z / (limit + np.abs(z))), scale


def normalize_case(
    name: str, values: np.ndarray, basis: int, specs: list[dict[str, object]]
) -> dict[str, object]:
    results = []
    for spec in specs:
        answer, scale = normalized(spec, values, basis)
        flat = answer.ravel().tolist()
        results.append({"spec": spec, "scale": scale.tolist(), "normalized": flat})
    intervals, width = values.shape
    return {
        "name": name,
        "intervals": intervals,
        "width": width,
        "basis": basis,
        "values": values.ravel().tolist(),
        "results": results,
    }


def normalize_cases() -> list[dict[str, object]]:
    rng = np.random.default_rng(SEED)
    cases = []
    for level, (base, noise) in LEVELS.items():
        for width in WIDTHS:
            specs = WINDOW_KINDS + column_kinds(base, noise, width)
            for intervals, basis in SPANS:
                values = base + noise * rng.standard_normal((intervals, width))
                if width > 1 and intervals > 1:
                    # More than half are equal: the MAD is 0, the mean distance is not.
                    values[: intervals // 2 + 1, 1] = base
                name = f"{level}, {intervals} x {width}, statistics over {basis}"
                cases.append(normalize_case(name, values, basis, specs))
    return cases


def rounding_case() -> dict[str, object]:
    """A window [60] whose newest z-score changes if values are rounded to float32 first."""
    noise = np.random.default_rng(198).standard_normal(60)
    noise[-1] = 8
    values = 1.7e12 + np.round(6e4 * noise)
    rounded = values.astype(np.float32).astype(np.float64)
    spec = WINDOW_KINDS[0]
    newest, newest_of_rounded = (
        float(normalized(spec, of[:, None], 60)[0][-1, 0]) for of in (values, rounded)
    )
    return {
        "spec": spec,
        "values": values.tolist(),
        "newest": newest,
        "newestOfRounded": newest_of_rounded,
    }


def error_of(measure: str, actual: np.ndarray, predicted: np.ndarray) -> float:
    errors = (actual - predicted).ravel()
    match measure:
        case "rmse":
            return float(np.sqrt(np.mean(errors**2)))
        case "mse":
            return float(np.mean(errors**2))
        case "mae":
            return float(np.mean(np.abs(errors)))
    raise ValueError(measure)


def score_case(
    output: dict[str, object], item: np.ndarray, outputs: np.ndarray, score: float | None
) -> dict[str, object]:
    intervals, width = item.shape
    return {
        "output": output,
        "intervals": intervals,
        "width": width,
        "item": item.ravel().tolist(),
        "outputs": outputs.ravel().tolist(),
        "score": score,
    }


def score_cases() -> list[dict[str, object]]:
    rng = np.random.default_rng(SEED)

    def numbers(*shape: int, size: float = 1) -> np.ndarray:
        return (size * rng.standard_normal(shape)).astype(np.float32).astype(np.float64)

    one, three = numbers(1), np.array([0.125, 0.25, 0.625])
    window = numbers(5, 1)
    cases = [
        score_case({"kind": "raw"}, window, one, float(one[0])),
        score_case({"kind": "raw"}, window, three, None),
        score_case({"kind": "probability"}, window, three[:1], 0.125),
        score_case({"kind": "probability"}, window, three[:2], 0.25),
        score_case({"kind": "probability", "class": 0}, window, three[:2], 0.125),
        score_case({"kind": "probability", "class": 2}, window, three, 0.625),
    ]
    for measure in ("rmse", "mse", "mae"):
        for width in WIDTHS:
            # From errors near 0 to errors whose square exceeds float32.
            for size in (1e-4, 1, 1e20):
                item, forecast = numbers(6, width, size=size), numbers(width, size=size)
                again = numbers(6, width, size=size)
                score = error_of(measure, item[-1], forecast)
                output = {"kind": "forecast", "error": measure}
                cases.append(score_case(output, item, forecast, score))
                for over, rows in (("window", slice(None)), ("last", slice(-1, None))):
                    score = error_of(measure, item[rows], again[rows])
                    output = {"kind": "reconstruction", "error": measure, "over": over}
                    cases.append(score_case(output, item, again, score))
    return cases


def lines(cases: list[dict[str, object]]) -> str:
    return "[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=GOLDEN, metavar="FILE")
    parts = {
        "normalize": lines(normalize_cases()),
        "rounding": json.dumps(rounding_case()),
        "score": lines(score_cases()),
    }
    text = ",\n".join(f'"{name}": {part}' for name, part in parts.items())
    parser.parse_args().file.write_text("{\n" + text + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
