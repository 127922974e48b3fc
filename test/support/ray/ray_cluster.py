"""A Ray cluster on this machine, for tests: a head without processors and nodes with one each.

Prints a JSON object per line: first the address of its dashboard, then an answer to each command on standard input:
`kill-node N` ends a node and all of its processes, `kill-raylet N` only its raylet, `add-node`, `workers` gives the
process ids of the workers that run a task. Ends everything when standard input closes.
"""

import json
import os
import signal
import sys

os.environ.update(
    RAY_USAGE_STATS_ENABLED="0",
    RAY_health_check_initial_delay_ms="500",
    RAY_health_check_period_ms="500",
    RAY_health_check_timeout_ms="1000",
    RAY_health_check_failure_threshold="3",
    PATH=os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"],
)

from ray.cluster_utils import Cluster  # noqa: E402
import psutil  # noqa: E402  Ray brings it


def say(**facts):
    print(json.dumps(facts), flush=True)


def raylet(node):
    return node.all_processes["raylet"][0].process.pid


def workers(nodes):
    """Ray renames a worker after the task that it runs."""
    family = [child for node in nodes for child in psutil.Process(raylet(node)).children()]
    return [process.pid for process in family if any("ray::run_slice" in part for part in process.cmdline())]


def main():
    size, temporary = int(sys.argv[1]), sys.argv[2]
    head = {
        "num_cpus": 0,
        "include_dashboard": True,
        "dashboard_host": "127.0.0.1",
        "dashboard_port": 0,
        "temp_dir": temporary,
        "object_store_memory": 80_000_000,
    }
    cluster = Cluster(initialize_head=True, head_node_args=head)
    nodes = []

    def add():
        nodes.append(cluster.add_node(num_cpus=1, object_store_memory=80_000_000))

    for _ in range(size):
        add()
    cluster.wait_for_nodes()
    say(address="http://" + cluster.head_node.webui_url)
    for line in sys.stdin:
        command, _, which = line.strip().partition(" ")
        if command == "kill-node":
            cluster.remove_node(nodes.pop(int(which)), allow_graceful=False)
            say(nodes=len(nodes))
        elif command == "kill-raylet":
            os.kill(raylet(nodes.pop(int(which))), signal.SIGKILL)
            say(nodes=len(nodes))
        elif command == "add-node":
            add()
            say(nodes=len(nodes))
        elif command == "workers":
            say(workers=workers(nodes))
    cluster.shutdown()


main()
