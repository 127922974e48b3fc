"""Ray's actors: as the origin of this program calls them, and at their best."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep

import numpy as np
import ray
from ray.dag import InputNode, MultiOutputNode

from served_model import ServedModel, Tuples
from turns import Arm, Workload, always, cut, faster, joined, read_workload, serve_turns


# For what a graph's end leaves to be done, which would be in the next turn's figures.
SETTLE_S = 0.3


@ray.remote(num_cpus=1)
class Actor(ServedModel):
    """A process with the model."""

    def ready(self) -> bool:
        return True


class ArrayArms:
    """One array to each actor: sent along with the call, or put into Ray's store before."""

    def __init__(self, actors: list, workload: Workload) -> None:
        self._actors = actors
        self._array = workload.array
        self._doubles = workload.array.astype(np.float64)

    def arms(self, method: str, doubles: bool = False) -> dict[str, Arm]:
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
def compiled(actors: list, array: np.ndarray) -> Iterator[Arm]:
    """
    Ray's compiled graph: the calls are laid down once and go through shared memory. While it is
    up its actors wait busily, a whole processor each, so it must be gone in the others' turns.
    """
    chunks = cut(array, len(actors))
    with InputNode() as given:
        calls = [actor.from_array.bind(given[i]) for i, actor in enumerate(actors)]
        graph = MultiOutputNode(calls)
    # Room for a chunk's numbers and what describes them.
    size = max(chunk.nbytes for chunk in chunks) + 2**20
    running = graph.experimental_compile(_buffer_size_bytes=size)
    # An answer's memory is the next one's: joining copies it.
    yield lambda processes: np.concatenate(ray.get(running.execute(*chunks)))
    running.teardown()
    sleep(SETTLE_S)


def tuple_arm(actors: list, method: str, tuples: Tuples) -> Arm:
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
    arrays = ArrayArms(actors, workload)
    arms = {
        "per-item": tuple_arm(actors, "per_item", workload.tuples),
        "tuples": tuple_arm(actors, "from_tuples", workload.tuples),
    }
    for name, ways in {
        "per-item-array": arrays.arms("per_item_from_array"),
        "array": arrays.arms("from_array"),
        "array-of-doubles": arrays.arms("from_array", doubles=True),
    }.items():
        chosen = faster(ways, workload.processes)
        arms[name] = ways[chosen]
        facts[f"{name} goes by"] = chosen
    in_turn = {"compiled": lambda: compiled(actors, workload.array)}
    serve_turns(always(arms) | in_turn, facts)
    ray.shutdown()


if __name__ == "__main__":
    main()
