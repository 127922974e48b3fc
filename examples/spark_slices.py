"""Runs the slices that a run lacks as tasks of Spark, with its folder as the only argument: docs/schedulers.md#spark."""

import json
import sys
from subprocess import PIPE, Popen, check_output

from pyspark import SparkContext

# 0 is success. After the others, trying again does not help: command, input, model or machine is wrong.
FINAL = {0, 64, 65, 66, 78}

run = sys.argv[1]


def run_slice(number):
    """Its status, if that is final. The slice's standard input closes, which ends it, when this process ends."""
    command = ["aiops-serve", "slice", f"{run}/plan.json", str(number), "--actors", "1", "--end-with-stdin"]
    with Popen(command, stdin=PIPE) as process:
        status = process.wait()
    if status not in FINAL:
        raise RuntimeError(f"slice {number} ended with status {status}")  # Spark tries it again
    return number, status


status = check_output(["aiops-serve", "status", run, "--json"])
missing = json.loads(status)["slices"]["missing"]
# A partition each: two slices in one task would be retried together.
results = SparkContext.getOrCreate().parallelize(missing, max(1, len(missing))).map(run_slice).collect()
failed = [f"slice {number} ended with status {status}" for number, status in results if status != 0]
sys.exit("\n".join(failed) or 0)
