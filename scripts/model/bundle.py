"""A bundle's folder: one model in all three formats, and its manifest."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import tensorflow as tf

from export import write_graph_model, write_layers_model, write_saved_model

MANIFEST = "aiops-model.json"
FORMATS = {
    "saved-model": "saved_model/",
    "graph-model": "graph/model.json",
    "layers-model": "layers/model.json",
}


def write_bundle(
    bundle: Path,
    model: tf.keras.Model,
    description: dict[str, object],
    graph_source: tf.keras.Model | None = None,
) -> None:
    """Writes the three formats and `aiops-model.json`.

    `description` has the manifest's `name`, `version`, `input` and `output`. `graph_source`
    is a better graph of the same weights for the GraphModel, if there is one.
    """
    for name in ("graph", "layers", "saved_model"):
        # A leftover file would get a checksum and be shipped.
        shutil.rmtree(bundle / name, ignore_errors=True)
    write_graph_model(graph_source or model, bundle / "graph")
    write_layers_model(model, bundle / "layers")
    write_saved_model(model, bundle / "saved_model")
    write_manifest(bundle, description)


def write_manifest(bundle: Path, description: dict[str, object]) -> None:
    """Writes `aiops-model.json` with the checksum of every other file of the bundle."""
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    digests = {
        path.relative_to(bundle).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name != MANIFEST
    }
    first = ("name", "version", "description")
    about = {key: description[key] for key in first if key in description}
    files_and_sums = {"formats": FORMATS, "sha256": digests}
    # Twice: the first sets the order of keys, the last overrides a previous manifest's values.
    manifest = {**about, **files_and_sums, **description, **files_and_sums}
    bundle.joinpath(MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def read_manifest(bundle: Path) -> dict[str, object]:
    return json.loads(bundle.joinpath(MANIFEST).read_text(encoding="utf-8"))


def restore(bundle: Path) -> tf.keras.Model:
    """The Keras model of a bundle's `layers/`, with its weights."""
    folder = bundle / "layers"
    content = json.loads(folder.joinpath("model.json").read_text(encoding="utf-8"))
    model = tf.keras.models.model_from_json(json.dumps(content["modelTopology"]["model_config"]))
    numbers = np.frombuffer(folder.joinpath("weights.bin").read_bytes(), "<f4")
    specs = content["weightsManifest"][0]["weights"]
    ends = np.cumsum([np.prod(spec["shape"], dtype=int) for spec in specs])
    parts = np.split(numbers, ends[:-1])
    by_name = {
        spec["name"]: part.reshape(spec["shape"]) for spec, part in zip(specs, parts, strict=True)
    }
    model.set_weights([by_name[weight.name.removesuffix(":0")] for weight in model.weights])
    return model
