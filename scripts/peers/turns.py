"""A peer that takes its turns when told to: one JSON object a line on stdin and on stdout."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from served_model import Tuples

Answers = Tuples | np.ndarray
# Serves all items with the given number of processes, gathered in order.
Arm = Callable[[int], Answers]
# What an arm has up during its turns only, for it would disturb the others'.
Opened = Callable[[], AbstractContextManager[Arm]]


class Workload(NamedTuple):
    """What is served, the same for every peer."""

    # A SavedModel; None: no model.
    folder: str | None
    item_shape: list[int]
    processes: int
    # [items, numbers] float32
    array: np.ndarray
    tuples: Tuples


def read_workload() -> Workload:
    """From the JSON file that the command line names; the items are in a file of their own."""
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    array = np.fromfile(given["items"], np.float32).reshape(len(given["targets"]), -1)
    tuples = list(zip(given["targets"], array.tolist()))
    return Workload(given["folder"], given["itemShape"], given["processes"], array, tuples)


def cut(items: Any, parts: int) -> list[Any]:
    """Contiguous chunks by divmod, the first ones an item longer where it does not come out even."""
    quotient, remainder = divmod(len(items), parts)
    ends = [part * quotient + min(part, remainder) for part in range(parts + 1)]
    return [items[start:end] for start, end in zip(ends, ends[1:])]


def joined(parts: list[Tuples]) -> Tuples:
    return [answer for part in parts for answer in part]


def always(arms: dict[str, Arm]) -> dict[str, Opened]:
    """Arms that are idle between their turns without any help."""
    return {name: lambda arm=arm: nullcontext(arm) for name, arm in arms.items()}


def serve_turns(arms: dict[str, Opened], facts: dict[str, str]) -> None:
    """Says that it is ready, then takes turns until stdin ends."""
    answers = take_over_stdout()
    print(json.dumps({"ready": facts}), file=answers, flush=True)
    for line in sys.stdin:
        told = json.loads(line)
        with arms[told["arm"]]() as arm:
            reply = take_turn(arm, told)
        print(json.dumps(reply), file=answers, flush=True)


def take_turn(arm: Arm, told: dict[str, Any]) -> dict[str, Any]:
    """Times some minutes, or leaves one minute's answers in a file."""
    if "outputs" not in told:
        return {"ms": timed(arm, told["processes"], told["minutes"], told["mostMs"])}
    as_array(arm(told["processes"])).tofile(told["outputs"])
    return {}


def timed(arm: Arm, processes: int, minutes: int, most_ms: float) -> list[float]:
    """In ms; fewer minutes, but at least one, where they take longer than expected."""
    arm(processes)  # whatever the others' turns pushed out of caches
    times: list[float] = []
    while len(times) < minutes and sum(times) < most_ms:
        started = perf_counter()
        arm(processes)
        times.append((perf_counter() - started) * 1000)
    return times


def as_array(answers: Answers) -> np.ndarray:
    if isinstance(answers, np.ndarray):
        return answers.astype(np.float32)
    return np.array([row for _, row in answers], np.float32)


def take_over_stdout():
    """Keeps stdout for the replies; what anybody prints goes to stderr."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def faster(arms: dict[str, Arm], processes: int) -> str:
    """The name of the arm with the lower median of 20 minutes, turn about."""
    times: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(4):
        for name, arm in arms.items():
            times[name] += timed(arm, processes, 5, most_ms=5000)
    return min(times, key=lambda name: float(np.median(times[name])))
