"""Windows and their normalization, which the TypeScript program repeats.

Every step is an IEEE 754 basic operation in double precision (+ - * / and comparison) in a
fixed order, so that other languages get the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

WINDOW = 60


@dataclass(frozen=True)
class RobustNormalization:
    """Parameters of `window-robust`, as in the bundle's manifest.

    mad_scale:    turns the MAD of Gaussian noise into its standard deviation.
    spread_floor: share of the mean absolute deviation added to the scale. It keeps
                  sparse counts (MAD = 0) finite: |z| <= window / spread_floor.
    level_floor:  share of |median| added to the scale, which suppresses the rounding
                  noise of a large constant.
    limit:        upper bound of |result|.
    """

    mad_scale: float = 1.4826
    spread_floor: float = 0.1
    level_floor: float = 1e-10
    limit: float = 30

    def manifest(self) -> dict[str, object]:
        return {
            "kind": "window-robust",
            "madScale": self.mad_scale,
            "spreadFloor": self.spread_floor,
            "levelFloor": self.level_floor,
            "limit": self.limit,
        }

    def manifest_input(self) -> dict[str, object]:
        """The manifest's `input` for a model that sees windows of one column."""
        return {
            "columns": "each",
            "window": WINDOW,
            "shape": "[window]",
            "normalize": self.manifest(),
            "missing": "hold",
        }


@dataclass(frozen=True)
class ColumnNormalization:
    """Parameters of `zscore`: one mean and one standard deviation for each column."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    @staticmethod
    def of(values: np.ndarray) -> ColumnNormalization:
        """From [minutes, columns]; the deviation is the population's."""
        return ColumnNormalization(tuple(values.mean(axis=0)), tuple(values.std(axis=0)))

    def manifest(self) -> dict[str, object]:
        return {"kind": "zscore", "mean": list(self.mean), "std": list(self.std)}

    def normalize(self, items: np.ndarray) -> np.ndarray:
        """[items, minutes, columns] float64 -> the same as float32."""
        return ((items - np.array(self.mean)) / np.array(self.std)).astype(np.float32)


def sliding_windows(values: np.ndarray, window: int = WINDOW) -> np.ndarray:
    """[minutes] -> [minutes - 59, 60]; row i ends at minute i + 59, which it scores.

    [minutes, columns] -> [minutes - 59, 60, columns].
    """
    views = np.lib.stride_tricks.sliding_window_view(values, window, axis=0)
    return np.moveaxis(views, -1, 1)


def row_median(rows: np.ndarray) -> np.ndarray:
    """[items, n] -> [items]; for an even n the mean of the two middle values."""
    ordered = np.sort(rows, axis=1)
    middle = rows.shape[1] // 2
    if rows.shape[1] % 2 == 1:
        return ordered[:, middle]
    return (ordered[:, middle - 1] + ordered[:, middle]) / 2


def normalize_double(windows: np.ndarray, parameters: RobustNormalization) -> np.ndarray:
    """[items, 60] float64 -> [items, 60] float64 in (-limit, limit).

    A window whose scale is 0 (constant zeros) becomes all zeros.
    """
    windows = np.asarray(windows, dtype=np.float64)
    median = row_median(windows)
    centred = windows - median[:, None]
    distance = np.abs(centred)
    mad = row_median(distance)
    # Summed oldest first: NumPy's pairwise sum rounds differently.
    total = np.zeros(len(windows))
    for column in range(windows.shape[1]):
        total = total + distance[:, column]
    mean_deviation = total / windows.shape[1]
    scale = (
        parameters.mad_scale * mad
        + parameters.spread_floor * mean_deviation
        + parameters.level_floor * np.abs(median)
    )
    z = centred / np.where(scale > 0, scale, 1.0)[:, None]
    squashed = parameters.limit * z / (parameters.limit + np.abs(z))
    return np.where(scale[:, None] > 0, squashed, 0.0)


def normalize(windows: np.ndarray, parameters: RobustNormalization) -> np.ndarray:
    """[items, 60] float64 -> [items, 60] float32, the graph's input."""
    return normalize_double(windows, parameters).astype(np.float32)
