"""Writes one Keras model as a TensorFlow.js LayersModel and GraphModel, and the manifest.

The `tensorflowjs` package is not used: it pulls in jax, flax and decision forests to
write two JSON files. What both formats are is short:
a `model.json` with the topology and `weightsManifest`, and a file with the weights'
little-endian bytes, one after another in the manifest's order.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from tensorflow.core.protobuf import config_pb2, meta_graph_pb2
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
from tensorflow.python.grappler import tf_optimizer

from windows import WINDOW, RobustNormalization

CONVERTER = "aiops-serve scripts/model"
WEIGHTS_FILE = "weights.bin"
OUTPUT_NODE = "probability"

# Keras 2.15 writes these into a configuration for Keras 3; TensorFlow.js reads Keras 2.
_KERAS_3_KEYS = {"module", "registered_name", "build_config", "compile_config"}


def _write_json(path: Path, content: object) -> None:
    # Sorted, because a protobuf map lists its keys in another order in every process.
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _write_weights(path: Path, weights: list[tuple[str, np.ndarray]]) -> list[dict[str, object]]:
    """Writes the bytes and returns the `weightsManifest` that describes them."""
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
    # Grappler leaves graphs of fewer than four nodes alone unless told.
    options.min_graph_nodes = -1
    with tf.Graph().as_default() as imported:
        tf.import_graph_def(graph, name="")
        meta = tf.compat.v1.train.export_meta_graph(graph=imported)
    fetches = meta_graph_pb2.CollectionDef()
    fetches.node_list.value.append(output)
    meta.collection_def["train_op"].CopyFrom(fetches)
    return tf_optimizer.OptimizeGraph(config, meta)


def write_graph_model(model: tf.keras.Model, folder: Path) -> None:
    """Writes `model.json` and the weights of a frozen GraphModel into `folder`.

    Input node `window` [-1, 60], output node `probability` [-1, 1].
    """

    @tf.function(input_signature=[tf.TensorSpec([None, WINDOW], tf.float32, name="window")])
    def forward(window: tf.Tensor) -> tf.Tensor:
        return model(window, training=False)

    frozen = convert_variables_to_constants_v2(forward.get_concrete_function())
    output = frozen.outputs[0].op.name
    graph = _optimized(frozen.graph.as_graph_def(), output)

    weights: list[tuple[str, np.ndarray]] = []
    for node in graph.node:
        if node.name == output:
            # Freezing calls it "Identity"; nothing reads it, so it can have a real name.
            node.name = OUTPUT_NODE
        if node.op == "Const":
            value = tf.make_ndarray(node.attr["value"].tensor)
            weights.append((node.name, value))
            # The reader takes the value from the weights file and needs only the kind.
            node.attr["value"].tensor.ClearField("tensor_content")
            for field in ("float_val", "int_val"):
                node.attr["value"].tensor.ClearField(field)
    graph.ClearField("library")

    def signature(name: str, width: int) -> dict[str, object]:
        shape = {"dim": [{"size": "-1"}, {"size": str(width)}]}
        return {"name": name, "dtype": "DT_FLOAT", "tensorShape": shape}

    _write_json(
        folder / "model.json",
        {
            "format": "graph-model",
            "generatedBy": tf.__version__,
            "convertedBy": CONVERTER,
            "signature": {
                "inputs": {"window": signature("window:0", WINDOW)},
                "outputs": {OUTPUT_NODE: signature(f"{OUTPUT_NODE}:0", 1)},
            },
            "modelTopology": json_format.MessageToDict(graph),
            "weightsManifest": _write_weights(folder / WEIGHTS_FILE, weights),
        },
    )


def write_manifest(
    bundle: Path,
    formats: dict[str, str],
    normalization: RobustNormalization,
    threshold: float,
) -> None:
    """Writes `aiops-model.json` with the digest of every other file of the bundle."""
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    digests = {
        path.relative_to(bundle).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name != "aiops-model.json"
    }
    manifest = {
        "name": "builtin",
        "version": "1.0.0",
        "formats": formats,
        "sha256": digests,
        "input": {
            "columns": "each",
            "window": WINDOW,
            "shape": "[window]",
            "normalize": normalization.manifest(),
            "missing": "hold",
        },
        "output": {"kind": "probability", "threshold": threshold},
    }
    bundle.joinpath("aiops-model.json").write_text(
        json.dumps(manifest, indent=2) + "\n", encoding="utf-8"
    )
