"""Ray's actors, called as this program's origin does and at their best."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep

import numpy as np
import ray
from ray.dag import InputNode, MultiOutputNode

from served_model import ServedModel, Tuples
from turns import Variant, Workload, always, cut, faster, joined, read_workload, serve_turns

# Lets a torn-down graph finish, so that it does not slow the next turn.
SETTLE_S = 0.3


@ray.remote(num_cpus=1)
class Actor(ServedModel):
    """A process with the model."""

    def ready(self) -> bool:
        return True


class ArrayVariants:
    """One array to each actor, sent with the call or put into Ray's store first."""

    def __init__(self, actors: list, workload: Workload) -> None:
        self._actors = actors
        self._array = workload.array
        self._doubles = workload.array.astype(np.float64)

    def variants(self, method: str, doubles: bool = False) -> dict[str, Variant]:
        array = self._doubles if doubles else self._array
        return {
            "argument": lambda processes: self._ask(method, array, processes, lambda chunk: chunk),
            "ray.put": lambda processes: self._ask(method, array, processes, ray.put),
        }

    def _ask(self, method: str, array: np.ndarray, processes: int, given) -> np.ndarray:
        pairs = zip(self._actors, cut(array, processes))
        asked = [getattr(actor, method).remote(given(chunk)) for actor, chunk in pairs]
        return np.concatenate(ray.get(asked))


@contextmanager
def compiled(actors: list, array: np.ndarray) -> Iterator[Variant]:
    """
    Ray's compiled graph: calls are planned once and use shared memory. Its actors wait busily, a
    whole processor each, so it must not exist during other turns.
    """
    chunks = cut(array, len(actors))
    with InputNode() as given:
        calls = [actor.from_array.bind(given[i]) for i, actor in enumerate(actors)]
        graph = MultiOutputNode(calls)
    # Room for a chunk's numbers and their metadata.
    size = max(chunk.nbytes for chunk in chunks) + 2**20
    running = graph.experimental_compile(_buffer_size_bytes=size)
    # Answers share memory; concatenating copies them.
    yield lambda processes: np.concatenate(ray.get(running.execute(*chunks)))
    running.teardown()
    sleep(SETTLE_S)


def tuple_variant(actors: list, method: str, tuples: Tuples) -> Variant:
    def serve(processes: int) -> Tuples:
        pairs = zip(actors, cut(tuples, processes))
        return joined(ray.get([getattr(actor, method).remote(chunk) for actor, chunk in pairs]))

    return serve


def start_actors(workload: Workload) -> list:
    actors = [Actor.remote(workload.folder, workload.item_shape) for _ in range(workload.processes)]
    ray.get([actor.ready.remote() for actor in actors])
    return actors


def main() -> None:
    workload = read_workload()
    ray.init(
        num_cpus=workload.processes,
        include_dashboard=False,
        log_to_driver=False,
        _node_ip_address="127.0.0.1",
    )
    actors = start_actors(workload)
    facts = {"ray": ray.__version__, "numpy": np.__version__, "python": sys.version.split()[0]}
    arrays = ArrayVariants(actors, workload)
    variants = {
        "per-item": tuple_variant(actors, "per_item", workload.tuples),
        "tuples": tuple_variant(actors, "from_tuples", workload.tuples),
    }
    for name, ways in {
        "per-item-array": arrays.variants("per_item_from_array"),
        "array": arrays.variants("from_array"),
        "array-of-doubles": arrays.variants("from_array", doubles=True),
    }.items():
        chosen = faster(ways, workload.processes)
        variants[name] = ways[chosen]
        facts[f"{name} goes by"] = chosen
    in_turn = {"compiled": lambda: compiled(actors, workload.array)}
    serve_turns(always(variants) | in_turn, facts)
    ray.shutdown()


if __name__ == "__main__":
    main()
