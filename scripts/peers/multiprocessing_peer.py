"""Python's own pool of processes, each of which loads the model when it starts."""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing.pool import Pool

import numpy as np

from served_model import ServedModel, Tuples
from turns import Arm, always, cut, joined, read_workload, serve_turns

# Of a process of the pool.
served: ServedModel


def load_model(folder: str | None, item_shape: list[int]) -> None:
    global served
    served = ServedModel(folder, item_shape)


def per_item(chunk: Tuples) -> Tuples:
    return served.per_item(chunk)


def from_tuples(chunk: Tuples) -> Tuples:
    return served.from_tuples(chunk)


def from_array(chunk: np.ndarray) -> np.ndarray:
    return served.from_array(chunk)


def tuple_arm(pool: Pool, call, tuples: Tuples) -> Arm:
    return lambda processes: joined(pool.map(call, cut(tuples, processes), chunksize=1))


def array_arm(pool: Pool, array: np.ndarray) -> Arm:
    def serve(processes: int) -> np.ndarray:
        return np.concatenate(pool.map(from_array, cut(array, processes), chunksize=1))

    return serve


def main() -> None:
    workload = read_workload()
    # Not fork: TensorFlow does not survive one, and `spawn` costs nothing once the pool is up.
    context = multiprocessing.get_context("spawn")
    with context.Pool(
        workload.processes, load_model, (workload.folder, workload.item_shape)
    ) as pool:
        arms = {
            "per-item": tuple_arm(pool, per_item, workload.tuples),
            "tuples": tuple_arm(pool, from_tuples, workload.tuples),
            "array": array_arm(pool, workload.array),
        }
        serve_turns(always(arms), {"python": sys.version.split()[0]})


if __name__ == "__main__":
    main()
