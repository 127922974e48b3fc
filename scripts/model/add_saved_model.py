"""Adds a SavedModel with the same weights to a bundle that has a LayersModel. No training."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from tensorflow_setup import fix_randomness  # isort: skip  (first: see there)

from bundle import read_manifest, restore, write_manifest
from export import write_saved_model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    bundle: Path = parser.parse_args().bundle
    fix_randomness(threads=1)
    shutil.rmtree(bundle / "saved_model", ignore_errors=True)
    write_saved_model(restore(bundle), bundle / "saved_model")
    write_manifest(bundle, read_manifest(bundle))


if __name__ == "__main__":
    main()
