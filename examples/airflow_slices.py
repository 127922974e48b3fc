"""Runs the slices of a recording as mapped tasks: docs/schedulers.md#airflow."""

import json
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE, Popen, check_output

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

# Command, input, model or machine is wrong; or a merge is done, with rejects (3) or a failed gate (99).
NEVER_AGAIN = {3, 64, 65, 66, 78, 99}


def aiops_serve(*arguments):
    """Runs the program. Its standard input closes when this process ends, so that a slice does not outlive it."""
    with Popen(["aiops-serve", *arguments], stdin=PIPE) as process:
        status = process.wait()
    if status == 0:
        return
    text = f"aiops-serve {arguments[0]} ended with status {status}"
    raise AirflowFailException(text) if status in NEVER_AGAIN else AirflowException(text)


def folder_of(params, run_id):
    """Of this run of the DAG: no other plan is in it."""
    return f"{params['runs']}/{run_id}"


@dag(
    schedule=None,
    params={"recording": "/data/recording.csv", "runs": "/data/runs", "slices": 12},
    default_args={"retries": 3, "retry_delay": timedelta(seconds=10)},
)
def aiops_slices():
    @task
    def plan(params=None, run_id=None):
        run = folder_of(params, run_id)
        if not Path(run, "plan.json").exists():
            flags = ["--out", run, "--slices", str(params["slices"]), "--backend", "wasm"]
            aiops_serve("plan", params["recording"], *flags)
        status = json.loads(check_output(["aiops-serve", "status", run, "--json"]))
        return list(range(1, status["slices"]["all"] + 1))

    @task(max_active_tis_per_dag=8)
    def replay_slice(number, params=None, run_id=None):
        plan_path = f"{folder_of(params, run_id)}/plan.json"
        aiops_serve("slice", plan_path, str(number), "--actors", "1", "--end-with-stdin")

    @task
    def merge(params=None, run_id=None):
        aiops_serve("merge", folder_of(params, run_id))

    replay_slice.expand(number=plan()) >> merge()


aiops_slices()
