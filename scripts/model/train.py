"""Trains, evaluates and exports the built-in model. See README.md beside this file."""

from __future__ import annotations

import argparse
import shutil
import time
from pathlib import Path

from tensorflow_setup import fix_randomness  # isort: skip  (first: see there)

from evaluate import choose_threshold, out_of_family_scores, report
from export import write_graph_model, write_layers_model, write_manifest
from golden import write_golden
from network import Recipe, train
from recording import read_recording
from windows import RobustNormalization

REPOSITORY = Path(__file__).resolve().parents[2]
SAVED_MODEL_HELP = "also write a SavedModel; inside the bundle, the manifest names it"


def parse_arguments() -> argparse.Namespace:
    fixtures = REPOSITORY / "fixtures"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--recording",
        type=Path,
        default=fixtures / "recordings" / "cloud-monitoring-week.csv.gz",
    )
    parser.add_argument("--bundle", type=Path, default=fixtures / "bundles" / "builtin")
    parser.add_argument("--golden", type=Path, help="default: BUNDLE.golden.json beside the bundle")
    parser.add_argument("--saved-model", type=Path, metavar="DIR", help=SAVED_MODEL_HELP)
    parser.add_argument("--threads", type=int, default=2, help="TensorFlow threads (default 2)")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    started_at = time.monotonic()
    fix_randomness(arguments.threads)
    series = read_recording(arguments.recording)
    normalization = RobustNormalization()
    recipe = Recipe()

    print("threshold, from the training days:")
    threshold = choose_threshold(*out_of_family_scores(series, normalization, recipe))
    print(f"  chosen: {threshold}")

    model = train(series, normalization, recipe)
    print(f"{model.count_params()} parameters\n\ntest days:\n")
    print(report(model, series, normalization, threshold))

    bundle: Path = arguments.bundle
    formats = {"graph-model": "graph/model.json", "layers-model": "layers/model.json"}
    for name in ("graph", "layers"):
        # A file left from an earlier layout would get a digest and be shipped.
        shutil.rmtree(bundle / name, ignore_errors=True)
    write_graph_model(model, bundle / "graph")
    write_layers_model(model, bundle / "layers")
    if arguments.saved_model is not None:
        folder: Path = arguments.saved_model.resolve()
        model.export(folder)
        if folder.is_relative_to(bundle.resolve()):
            formats["saved-model"] = f"{folder.relative_to(bundle.resolve()).as_posix()}/"
    write_manifest(bundle, formats, normalization, threshold)
    golden = arguments.golden or bundle.with_name(f"{bundle.name}.golden.json")
    write_golden(golden, model, series, normalization)
    print(f"\nwrote {bundle.name} in {time.monotonic() - started_at:.0f} s")


if __name__ == "__main__":
    main()
