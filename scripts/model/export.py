"""Writes one Keras model as a TensorFlow.js LayersModel and GraphModel, and as a SavedModel.

The `tensorflowjs` package would pull in jax, flax and decision forests to write two JSON
files. Both formats are simple: a `model.json` with the topology and `weightsManifest`, and
a file with the weights' little-endian bytes in the manifest's order.

Models here have one input and one output; their Keras names become the names in the
signatures of SavedModel and GraphModel.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from tensorflow.core.protobuf import config_pb2, meta_graph_pb2
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
from tensorflow.python.grappler import tf_optimizer

CONVERTER = "aiops-serve scripts/model"
WEIGHTS_FILE = "weights.bin"

# Keras 2.15 writes these into a configuration for Keras 3; TensorFlow.js reads Keras 2.
_KERAS_3_KEYS = {"module", "registered_name", "build_config", "compile_config"}


def _write_json(path: Path, content: object) -> None:
    # Sorted, because the key order of protobuf maps changes from process to process.
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _write_weights(path: Path, weights: list[tuple[str, np.ndarray]]) -> list[dict[str, object]]:
    """Writes the weights and returns their `weightsManifest`."""
    kinds = {np.dtype(np.float32): "float32", np.dtype(np.int32): "int32"}
    entries = [
        {"name": name, "shape": list(value.shape), "dtype": kinds[value.dtype]}
        for name, value in weights
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"".join(value.astype(value.dtype.newbyteorder("<")).tobytes() for _, value in weights)
    )
    return [{"paths": [path.name], "weights": entries}]


def _without_keras_3_keys(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: _without_keras_3_keys(inner)
            for key, inner in value.items()
            if key not in _KERAS_3_KEYS
        }
    if isinstance(value, list):
        return [_without_keras_3_keys(inner) for inner in value]
    return value


def write_layers_model(model: tf.keras.Model, folder: Path) -> None:
    """Writes `model.json` and the weights of a LayersModel into `folder`."""
    weights = [(weight.name.removesuffix(":0"), weight.numpy()) for weight in model.weights]
    topology = json.loads(model.to_json())
    _write_json(
        folder / "model.json",
        {
            "format": "layers-model",
            "generatedBy": f"keras v{topology['keras_version']}",
            "convertedBy": CONVERTER,
            "modelTopology": {
                "keras_version": topology["keras_version"],
                "backend": topology["backend"],
                "model_config": _without_keras_3_keys(
                    {"class_name": topology["class_name"], "config": topology["config"]}
                ),
            },
            "weightsManifest": _write_weights(folder / WEIGHTS_FILE, weights),
        },
    )


def _optimized(graph: tf.compat.v1.GraphDef, output: str) -> tf.compat.v1.GraphDef:
    """Folds constants and drops the nodes that only training and Keras need."""
    config = config_pb2.ConfigProto()
    options = config.graph_options.rewrite_options
    options.optimizers.extend(["pruning", "constfold", "arithmetic", "dependency"])
    options.meta_optimizer_iterations = 1
    # By default Grappler skips graphs of fewer than four nodes.
    options.min_graph_nodes = -1
    with tf.Graph().as_default() as imported:
        tf.import_graph_def(graph, name="")
        meta = tf.compat.v1.train.export_meta_graph(graph=imported)
    fetches = meta_graph_pb2.CollectionDef()
    fetches.node_list.value.append(output)
    meta.collection_def["train_op"].CopyFrom(fetches)
    return tf_optimizer.OptimizeGraph(config, meta)


def _input_spec(model: tf.keras.Model) -> tf.TensorSpec:
    return tf.TensorSpec(model.input_shape, tf.float32, name=model.input_names[0])


def _tensor_info(name: str, shape: tuple[int | None, ...]) -> dict[str, object]:
    sizes = [{"size": str(-1 if size is None else size)} for size in shape]
    return {"name": f"{name}:0", "dtype": "DT_FLOAT", "tensorShape": {"dim": sizes}}


def _share_weights(graph: tf.compat.v1.GraphDef) -> None:
    """Keeps one of equal weights: freezing makes a copy for each read of a variable."""
    first_of_value: dict[bytes, str] = {}
    first_of: dict[str, str] = {}
    for node in graph.node:
        if node.op == "Const" and node.attr["dtype"].type == tf.float32.as_datatype_enum:
            value = node.attr["value"].tensor.SerializeToString(deterministic=True)
            first_of[node.name] = first_of_value.setdefault(value, node.name)
    kept = [node for node in graph.node if first_of.get(node.name, node.name) == node.name]
    for node in kept:
        node.input[:] = [first_of.get(name, name) for name in node.input]
    del graph.node[:]
    graph.node.extend(kept)


def _take_constants(graph: tf.compat.v1.GraphDef) -> list[tuple[str, np.ndarray]]:
    """Moves the constants' values out of the graph, where readers need only their type."""
    weights: list[tuple[str, np.ndarray]] = []
    for node in graph.node:
        if node.op != "Const":
            continue
        tensor = node.attr["value"].tensor
        weights.append((node.name, tf.make_ndarray(tensor)))
        for field in ("tensor_content", "float_val", "int_val"):
            tensor.ClearField(field)
    return weights


def write_graph_model(model: tf.keras.Model, folder: Path) -> None:
    """Writes `model.json` and the weights of a frozen GraphModel into `folder`."""

    @tf.function(input_signature=[_input_spec(model)])
    def forward(window: tf.Tensor) -> tf.Tensor:
        return model(window, training=False)

    frozen = convert_variables_to_constants_v2(forward.get_concrete_function())
    frozen_output = frozen.outputs[0].op.name
    graph = _optimized(frozen.graph.as_graph_def(), frozen_output)
    input_name, output_name = model.input_names[0], model.output_names[0]
    for node in graph.node:
        if node.name == frozen_output:
            # Freezing calls it "Identity"; no node reads it, so it can be renamed.
            node.name = output_name
    _share_weights(graph)
    weights = _take_constants(graph)
    graph.ClearField("library")
    _write_json(
        folder / "model.json",
        {
            "format": "graph-model",
            "generatedBy": tf.__version__,
            "convertedBy": CONVERTER,
            "signature": {
                "inputs": {input_name: _tensor_info(input_name, model.input_shape)},
                "outputs": {output_name: _tensor_info(output_name, model.output_shape)},
            },
            "modelTopology": json_format.MessageToDict(graph),
            "weightsManifest": _write_weights(folder / WEIGHTS_FILE, weights),
        },
    )


def write_saved_model(model: tf.keras.Model, folder: Path) -> None:
    """Writes a SavedModel with the one signature `serving_default` into `folder`.

    A plain module owns the variables: a Keras model would add its metadata and several
    functions per layer.
    """
    output_name = model.output_names[0]

    @tf.function(input_signature=[_input_spec(model)])
    def serve(window: tf.Tensor) -> dict[str, tf.Tensor]:
        return {output_name: model(window, training=False)}

    module = tf.Module()
    module.weights = model.weights
    tf.saved_model.save(module, str(folder), signatures={"serving_default": serve})
    # Readers need neither a random identity nor an empty folder.
    folder.joinpath("fingerprint.pb").unlink()
    shutil.rmtree(folder / "assets")
