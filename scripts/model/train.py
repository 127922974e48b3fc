"""Trains, evaluates and exports the built-in model. See README.md."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from tensorflow_setup import fix_randomness  # isort: skip  (first: see there)

from bundle import write_bundle
from detector import Detector
from evaluate import choose_threshold, out_of_family_scores, report
from golden import edge_cases, real_cases, write_golden
from network import Recipe, train
from recording import read_recording
from windows import WINDOW, RobustNormalization, normalize

REPOSITORY = Path(__file__).resolve().parents[2]


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
    write_bundle(
        bundle,
        model,
        {
            "name": "builtin",
            "version": "1.0.0",
            "input": normalization.manifest_input(),
            "output": {"kind": "probability", "threshold": threshold},
        },
    )
    detector = Detector(
        model,
        normalize=lambda windows: normalize(windows, normalization),
        seen=WINDOW,
        score=lambda _, outputs: outputs[:, 0],
    )
    golden = arguments.golden or bundle.with_name(f"{bundle.name}.golden.json")
    write_golden(golden, edge_cases() | real_cases(series), detector, threshold)
    print(f"\nwrote {bundle.name} in {time.monotonic() - started_at:.0f} s")


if __name__ == "__main__":
    main()
