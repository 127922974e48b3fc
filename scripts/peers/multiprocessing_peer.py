"""Python's own process pool; each process loads the model when it starts."""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing.pool import Pool

import numpy as np

from served_model import ServedModel, Tuples
from turns import Variant, always, cut, joined, read_workload, serve_turns

# In each process of the pool.
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


def tuple_variant(pool: Pool, call, tuples: Tuples) -> Variant:
    return lambda processes: joined(pool.map(call, cut(tuples, processes), chunksize=1))


def array_variant(pool: Pool, array: np.ndarray) -> Variant:
    def serve(processes: int) -> np.ndarray:
        return np.concatenate(pool.map(from_array, cut(array, processes), chunksize=1))

    return serve


def main() -> None:
    workload = read_workload()
    # TensorFlow does not survive a fork; once the pool has started, `spawn` costs nothing.
    context = multiprocessing.get_context("spawn")
    with context.Pool(
        workload.processes, load_model, (workload.folder, workload.item_shape)
    ) as pool:
        variants = {
            "per-item": tuple_variant(pool, per_item, workload.tuples),
            "tuples": tuple_variant(pool, from_tuples, workload.tuples),
            "array": array_variant(pool, workload.array),
        }
        serve_turns(always(variants), {"python": sys.version.split()[0]})


if __name__ == "__main__":
    main()
