"""Runs the slices of a plan as Ray tasks: the entrypoint of the job that `aiops-serve replay --engine ray` submits.

Prints one JSON object per event, for the process that follows the job's log. Ends with 0 once every slice is done, and
otherwise with the exit status of the first slice that running again can't help.
"""

import argparse
import json
import os
import subprocess
import sys
import time

try:
    import ray
    from ray.exceptions import RayError
except ImportError as error:
    sys.exit(f"{sys.executable}, which the PATH of Ray's processes names, cannot import Ray: {error}")

LOG_BYTES = 4000
OVERDUE_FACTOR = 4  # a slice that takes so many times as long as the median gets a second attempt
OVERDUE_SECONDS = 60
LOST = 75  # as if the slice had asked to be run again


def say(**facts):
    print(json.dumps(facts), flush=True)


def run_slice(command, number):
    """Runs one slice; its standard input closes with this worker, whatever ends that, and then it ends too."""
    started = time.monotonic()
    process = subprocess.Popen(
        [*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    log = b""
    for line in process.stderr:
        log = (log + line)[-LOG_BYTES:]
    return {
        "status": process.wait(),
        "seconds": round(time.monotonic() - started, 3),
        "node": ray.util.get_node_ip_address(),
        "log": log.decode(errors="replace"),
    }


class Slices:
    """Which slices wait, which run, and how long those took that are done."""

    def __init__(self, options, command):
        self.options = options
        self.waiting = list(options.slices)
        self.running = {}  # task -> (slice, start)
        self.failures = dict.fromkeys(options.slices, 0)
        self.done = {}  # slice -> seconds
        self.task = ray.remote(run_slice).options(
            num_cpus=options.actors, max_retries=0, scheduling_strategy="SPREAD"
        )
        self.command = command

    def start(self):
        """Starts slices while there are processors for them: those of nodes that join later count as well."""
        processors = ray.cluster_resources().get("CPU", 0)
        at_once = max(1, int(processors // self.options.actors))
        while self.waiting and len(self.running) < at_once:
            self.attempt(self.waiting.pop(0))

    def attempt(self, number):
        task = self.task.remote(self.command, number)
        self.running[task] = (number, time.monotonic())

    def take(self, task):
        """Accounts for a task that has ended; returns a status to end the job with, or None to go on."""
        number, _ = self.running.pop(task)
        if number in self.done:
            return None
        try:
            result = ray.get(task)
        except RayError as error:  # the worker, its raylet or its node died
            return self.failed(number, LOST, {"event": "lost", "log": str(error)[-LOG_BYTES:]})
        if result["status"] != 0:
            return self.failed(number, result["status"], {k: result[k] for k in ("node", "log")})
        self.done[number] = result["seconds"]
        say(event="done", slice=number, seconds=result["seconds"], node=result["node"])
        self.cancel_others(number)
        return None

    def failed(self, number, status, facts):
        self.failures[number] += 1
        may_help = status in self.options.retried or status < 0 or status > 128
        is_final = not may_help or self.failures[number] > self.options.retries
        facts = {"event": "failed", "slice": number, "status": status, **facts}
        say(**{**facts, "event": "gave-up"} if is_final else facts)
        if is_final:
            return status if status > 0 else 128 - status
        if all(number != other for other, _ in self.running.values()):
            self.waiting.append(number)
        return None

    def cancel_others(self, number):
        for task, (other, _) in list(self.running.items()):
            if other == number:
                ray.cancel(task, force=True)

    def second_attempts(self):
        """Whatever holds a slice up, such as a node that hangs, another attempt overtakes it."""
        if not self.done:
            return
        median = sorted(self.done.values())[len(self.done) // 2]
        overdue = max(OVERDUE_SECONDS, OVERDUE_FACTOR * median)
        attempts = [number for number, _ in self.running.values()]
        for number, start in list(self.running.values()):
            if time.monotonic() - start > overdue and attempts.count(number) == 1:
                say(event="overdue", slice=number, seconds=round(time.monotonic() - start))
                self.attempt(number)


def numbers(text):
    """`1-3,7` as [1, 2, 3, 7]."""
    ends = [part.partition("-") for part in text.split(",")]
    return [number for first, _, last in ends for number in range(int(first), int(last or first) + 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan")
    parser.add_argument("--slices", type=numbers, required=True)
    parser.add_argument("--actors", type=int, required=True, help="of each slice, which takes as many processors")
    parser.add_argument("--retries", type=int, required=True, help="how often a slice that failed runs again")
    parser.add_argument("--retried", type=numbers, required=True, help="exit statuses that running again may mend")
    options = parser.parse_args()
    here = os.getcwd()  # the package of the job, on every node
    node = os.path.join("node_binary", "node")
    command = ["sh", "-c", f'if [ -e {node} ]; then chmod +x {node}; exec {node} "$@"; fi; exec node "$@"', "sh"]
    command += ["bin/aiops-serve.js", "slice", options.plan, "--end-with-stdin", "--actors", str(options.actors)]
    ray.init(address="auto", log_to_driver=False)
    slices = Slices(options, command)
    while slices.waiting or slices.running:
        slices.start()
        ended, _ = ray.wait(list(slices.running), timeout=1)
        for task in ended:
            status = slices.take(task)
            if status is not None:
                return status
        slices.second_attempts()
    return 0


if __name__ == "__main__":
    sys.exit(main())
