"""Synthetic windows: generic backgrounds, and anomalies injected into any background.

Real labels exist for few targets and two kinds of event, and the bundle must work on
recordings it has never seen. Windows are [items, 60] and values per item [items, 1], so
thousands of windows take a handful of NumPy calls.
"""

from __future__ import annotations

import numpy as np

from windows import WINDOW

MINUTE = np.arange(WINDOW, dtype=np.float64)
LAST = WINDOW - 1

# Effects up to the first multiple of the window's spread are labelled 0, from the second
# on 1, logarithmically between. Labelling every injected event 1 ranked outages as well,
# with ten times the false alarms: real series have many moderate jumps.
NOT_ANOMALOUS_SPREADS = 3.0
ANOMALOUS_SPREADS = 25.0

# Ordinary minutes that a window needs before an event for it to count as one.
MINUTES_BEFORE = 6


def _column(rng: np.random.Generator, items: int, low: float, high: float) -> np.ndarray:
    return rng.uniform(low, high, (items, 1))


def _log_column(rng: np.random.Generator, items: int, low: float, high: float) -> np.ndarray:
    return np.exp(rng.uniform(np.log(low), np.log(high), (items, 1)))


def _flat(rng: np.random.Generator, items: int) -> np.ndarray:
    return np.tile(rng.choice([0.0, 1.0, 100.0], (items, 1)), (1, WINDOW))


def _white_noise(rng: np.random.Generator, items: int) -> np.ndarray:
    return rng.standard_normal((items, WINDOW))


def _autoregressive(rng: np.random.Generator, items: int) -> np.ndarray:
    memory = _column(rng, items, 0.5, 1.0)
    steps = rng.standard_normal((items, WINDOW))
    walk = np.empty((items, WINDOW))
    state = steps[:, :1] / np.sqrt(1.001 - memory**2)
    for minute in range(WINDOW):
        state = memory * state + steps[:, minute : minute + 1]
        walk[:, minute : minute + 1] = state
    return walk


def _sine(rng: np.random.Generator, items: int) -> np.ndarray:
    period = _log_column(rng, items, 4, 1500)
    phase = _column(rng, items, 0, 2 * np.pi)
    noise = _log_column(rng, items, 1e-4, 0.5) * rng.standard_normal((items, WINDOW))
    return np.sin(2 * np.pi * MINUTE / period + phase) + noise


def _ramp(rng: np.random.Generator, items: int) -> np.ndarray:
    bend = _column(rng, items, 0.4, 2.5)
    slope = rng.choice([-1.0, 1.0], (items, 1))
    noise = _log_column(rng, items, 1e-4, 0.5) * rng.standard_normal((items, WINDOW))
    # Bent both ways: without the mirrored half, late accelerations would look anomalous.
    rise = (MINUTE / LAST) ** bend
    mirrored = 1 - rise[:, ::-1]
    pick = rng.random((items, 1)) < 0.5
    return slope * np.where(pick, rise, mirrored) + noise


def _counts(rng: np.random.Generator, items: int) -> np.ndarray:
    # Above 0.1 per minute: a rarer event in an empty hour looks like a spike.
    return rng.poisson(_log_column(rng, items, 0.1, 50), (items, WINDOW)).astype(np.float64)


def _heavy_tail(rng: np.random.Generator, items: int) -> np.ndarray:
    return np.exp(_column(rng, items, 0.3, 1.2) * rng.standard_normal((items, WINDOW)))


def _coarse_steps(rng: np.random.Generator, items: int) -> np.ndarray:
    return np.round(_autoregressive(rng, items) * _column(rng, items, 0.1, 1.0))


BACKGROUNDS = (
    _flat,
    _white_noise,
    _autoregressive,
    _sine,
    _ramp,
    _counts,
    _heavy_tail,
    _coarse_steps,
)


def backgrounds(rng: np.random.Generator, items: int) -> np.ndarray:
    """[items, 60] ordinary windows, every kind equally often; level and size random."""
    parts = np.array_split(np.arange(items), len(BACKGROUNDS))
    windows = np.concatenate(
        [make(rng, len(part)) for make, part in zip(BACKGROUNDS, parts, strict=True)]
    )
    return windows + _column(rng, items, -20, 20)


def _noise_size(windows: np.ndarray) -> np.ndarray:
    """[items, 1]: the usual step of the window; 1 for a constant window."""
    steps = np.abs(np.diff(windows, axis=1))
    size = np.maximum(np.median(steps, axis=1), 0.25 * steps.mean(axis=1))[:, None]
    return np.where(size > 0, size, 1.0)


def _event_course(rng: np.random.Generator, items: int) -> np.ndarray:
    """[items, 60] between 0 (ordinary) and 1 (full effect): onset, hold, recovery."""
    kind = rng.random((items, 1))
    spike = kind < 0.35
    # Events start anywhere in the window, a third of them in the last minutes, where a
    # late alarm costs most, a tenth just before the window.
    anywhere = rng.integers(-6, WINDOW, (items, 1))
    recent = rng.integers(WINDOW - 8, WINDOW, (items, 1))
    onset = np.where(rng.random((items, 1)) < 0.35, recent, anywhere)
    rise = np.where(spike, 1, rng.integers(1, 11, (items, 1)))
    hold = np.where(spike, rng.integers(0, 4, (items, 1)), rng.integers(3, 240, (items, 1)))
    fall = np.where(
        rng.random((items, 1)) < 0.5,
        rng.integers(1, 6, (items, 1)),
        np.where(spike, 2, rng.integers(5, 200, (items, 1))),
    )
    since = MINUTE[None, :] - onset
    up = np.clip((since + 1) / rise, 0, 1)
    down = 1 - np.clip((since + 1 - rise - hold) / fall, 0, 1)
    # Recoveries bend: a backlog drains slowly at first (as after the training outage) or fast.
    return up * down ** _log_column(rng, items, 0.3, 3.0)


def inject(rng: np.random.Generator, windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Injects one event into each window: [items, 60] -> windows, labels in 0..1.

    The label is the *last* minute's distance from its value without the event, so a spike
    that is over is labelled 0. An event that starts in the window's first MINUTES_BEFORE
    minutes is the new normal: otherwise a lone spike would raise a second alarm an hour
    later, when only its end is left in the window.
    """
    items = len(windows)
    course = _event_course(rng, items)
    before = (course == 0).cumprod(axis=1).sum(axis=1)
    noise = _noise_size(windows)
    direction = np.where(rng.random((items, 1)) < 0.6, -1.0, 1.0)
    size = noise * _log_column(rng, items, 6, 300) * direction

    # Half of the events scale the level, like an outage or a surge of traffic, if there is
    # a level and the noise does not hide the effect.
    level = windows - windows.min(axis=1, keepdims=True) * _column(rng, items, 0, 1)
    share = np.where(direction < 0, -_column(rng, items, 0.35, 1), _log_column(rng, items, 0.5, 5))
    proportional = share * level
    wide_enough = np.abs(proportional[:, -1:]) > 6 * noise
    by_level = (rng.random((items, 1)) < 0.5) & wide_enough
    effect = np.where(by_level, proportional, size) * course

    from_median = np.abs(windows - np.median(windows, axis=1, keepdims=True))
    spread = np.maximum(noise[:, 0], np.quantile(from_median, 0.9, axis=1))
    remaining = np.abs(effect[:, -1])
    spreads = np.maximum(remaining / spread, 1e-9)
    labels = np.log(spreads / NOT_ANOMALOUS_SPREADS) / np.log(
        ANOMALOUS_SPREADS / NOT_ANOMALOUS_SPREADS
    )
    # Against a constant, any deviation is infinitely many spreads.
    flat = np.ptp(windows, axis=1) == 0
    labels = np.where(flat, remaining > 0, labels)
    labels = np.where(before >= MINUTES_BEFORE, labels, 0)
    return windows + effect, np.clip(labels, 0, 1)
