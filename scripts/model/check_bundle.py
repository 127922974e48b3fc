"""Compares a bundle's SavedModel, and its layers/ in Keras, with its golden file's outputs."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tensorflow_setup import fix_randomness  # isort: skip  (first: see there)

import numpy as np
import tensorflow as tf

from bundle import restore

# Relative to the largest number of an answer: another order of summing changes last digits.
TOLERANCE = 1e-5


def largest_difference(found: np.ndarray, expected: np.ndarray) -> float:
    """Both [items, numbers]: the largest difference, relative to its item's largest number."""
    sizes = np.abs(expected).max(axis=1, keepdims=True)
    return float((np.abs(found - expected) / sizes).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundles", type=Path, nargs="+", metavar="BUNDLE")
    fix_randomness(threads=1)
    for bundle in parser.parse_args().bundles:
        golden = json.loads(bundle.with_name(f"{bundle.name}.golden.json").read_text("utf-8"))
        expected = np.array([case["output"] for case in golden])
        model = restore(bundle)
        shape = (len(golden), -1, *model.input_shape[2:])
        items = np.array([case["normalized"] for case in golden], np.float32).reshape(shape)
        seen = tf.constant(items[:, : model.input_shape[1]])
        signature = tf.saved_model.load(str(bundle / "saved_model")).signatures["serving_default"]
        (answer,) = signature(seen).values()
        for name, found in (("saved_model", answer), ("layers", model(seen, training=False))):
            difference = largest_difference(found.numpy(), expected)
            print(f"{bundle.name} {name}: {difference:.1e}")
            if not difference <= TOLERANCE:
                raise SystemExit(f"{bundle.name}: {name} differs from the golden outputs")


if __name__ == "__main__":
    main()
