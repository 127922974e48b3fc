"""A peer that takes turns on request: one JSON object per line on stdin and stdout."""

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
# Serves all items with the given number of processes; returns answers in order.
Variant = Callable[[int], Answers]
# A variant that exists during its turns only, because it would disturb the others.
Opened = Callable[[], AbstractContextManager[Variant]]


class Workload(NamedTuple):
    """What every peer serves."""

    # A SavedModel; None: no model.
    folder: str | None
    item_shape: list[int]
    processes: int
    # [items, numbers] float32
    array: np.ndarray
    tuples: Tuples


def read_workload() -> Workload:
    """Reads the JSON file named on the command line, and the file of items that it names."""
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    array = np.fromfile(given["items"], np.float32).reshape(len(given["targets"]), -1)
    tuples = list(zip(given["targets"], array.tolist()))
    return Workload(given["folder"], given["itemShape"], given["processes"], array, tuples)


def cut(items: Any, parts: int) -> list[Any]:
    """Contiguous chunks by divmod; the first ones take the remainder, an item each."""
    quotient, remainder = divmod(len(items), parts)
    ends = [part * quotient + min(part, remainder) for part in range(parts + 1)]
    return [items[start:end] for start, end in zip(ends, ends[1:])]


def joined(parts: list[Tuples]) -> Tuples:
    return [answer for part in parts for answer in part]


def always(variants: dict[str, Variant]) -> dict[str, Opened]:
    """Variants that need no set-up or clean-up around their turns."""
    return {name: lambda serve=serve: nullcontext(serve) for name, serve in variants.items()}


def serve_turns(variants: dict[str, Opened], facts: dict[str, str]) -> None:
    """Reports that it is ready, then takes turns until stdin ends."""
    answers = take_over_stdout()
    print(json.dumps({"ready": facts}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        with variants[request["variant"]]() as variant:
            reply = take_turn(variant, request)
        print(json.dumps(reply), file=answers, flush=True)


def take_turn(variant: Variant, request: dict[str, Any]) -> dict[str, Any]:
    """Times some minutes, or writes one minute's answers to a file."""
    if "outputs" not in request:
        return {"ms": timed(variant, request["processes"], request["minutes"], request["mostMs"])}
    as_array(variant(request["processes"])).tofile(request["outputs"])
    return {}


def timed(variant: Variant, processes: int, minutes: int, most_ms: float) -> list[float]:
    """Times in ms of `minutes` minutes, or as many as fit in `most_ms`, at least one."""
    variant(processes)  # refills caches after the other variants' turns
    times: list[float] = []
    while len(times) < minutes and sum(times) < most_ms:
        started = perf_counter()
        variant(processes)
        times.append((perf_counter() - started) * 1000)
    return times


def as_array(answers: Answers) -> np.ndarray:
    if isinstance(answers, np.ndarray):
        return answers.astype(np.float32)
    return np.array([row for _, row in answers], np.float32)


def take_over_stdout():
    """Reserves stdout for replies: prints go to stderr."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def faster(variants: dict[str, Variant], processes: int) -> str:
    """The name of the variant with the lowest median of 20 minutes, taking turns."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(4):
        for name, variant in variants.items():
            times[name] += timed(variant, processes, 5, most_ms=5000)
    return min(times, key=lambda name: float(np.median(times[name])))
