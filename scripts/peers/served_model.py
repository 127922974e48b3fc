"""A process's model, and the ways in which a peer serves a chunk with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

# What the origin's actors receive and return: a target with its flat list of numbers.
Tuples = list[tuple[str, list[float]]]


class Calls(NamedTuple):
    """Two ways to call a model, both from `[items, numbers]` float32 to `[items, outputs]`."""

    # As in TensorFlow's guide: tf.saved_model.load, the signature called by keyword.
    signature: Callable[[np.ndarray], np.ndarray]
    # The fastest in Python, and what tfjs-node does: a TensorFlow 1 session.
    session: Callable[[np.ndarray], np.ndarray]


class ServedModel:
    """Loads a SavedModel once; without a folder, echoes its input."""

    def __init__(self, folder: str | None, item_shape: list[int]) -> None:
        echo = Calls(signature=np.copy, session=np.copy)
        self._calls = echo if folder is None else load(folder, item_shape)

    def per_item(self, chunk: Tuples) -> Tuples:
        call = self._calls.signature
        return [(target, call(as_float32([values]))[0].tolist()) for target, values in chunk]

    def from_tuples(self, chunk: Tuples) -> Tuples:
        outputs = self._calls.signature(as_float32([values for _, values in chunk]))
        return [(target, row) for (target, _), row in zip(chunk, outputs.tolist())]

    def per_item_from_array(self, chunk: np.ndarray) -> np.ndarray:
        call = self._calls.session
        return np.concatenate([call(chunk[i : i + 1]) for i in range(len(chunk))])

    def from_array(self, chunk: np.ndarray) -> np.ndarray:
        return self._calls.session(as_float32(chunk))


def as_float32(values: list[list[float]] | np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=np.float32)


def load(folder: str, item_shape: list[int]) -> Calls:
    """Both ways to call `serving_default` (one input, one output) on one thread."""
    import tensorflow as tf  # here, because it takes seconds and 300 MB

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    shape = (-1, *item_shape)
    signature = tf.saved_model.load(folder).signatures["serving_default"]
    (input_name,) = signature.structured_input_signature[1]
    (output_name,) = signature.structured_outputs

    def by_signature(items: np.ndarray) -> np.ndarray:
        seen = tf.constant(items.reshape(shape))
        return flat(signature(**{input_name: seen})[output_name].numpy())

    session_call = session_callable(tf.compat.v1, folder)
    return Calls(by_signature, lambda items: flat(session_call(items.reshape(shape))[0]))


def session_callable(tf1, folder: str) -> Callable[[np.ndarray], list[np.ndarray]]:
    tf1.logging.set_verbosity(tf1.logging.ERROR)  # hides that its loader is deprecated
    threads = tf1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    session = tf1.Session(graph=tf1.Graph(), config=threads)
    with session.graph.as_default():
        graph = tf1.saved_model.loader.load(session, ["serve"], folder)
    signature = graph.signature_def["serving_default"]
    (seen,) = signature.inputs.values()
    (given,) = signature.outputs.values()
    return session.make_callable([given.name], [seen.name])


def flat(outputs: np.ndarray) -> np.ndarray:
    return outputs.reshape(len(outputs), -1)
