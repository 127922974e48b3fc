"""A Ray cluster on this machine, for tests: a head without processors and nodes with one each.

Prints a JSON object per line: first the address of its dashboard, then an answer to each command on standard input:
`kill-node N` ends a node and all of its processes, `kill-raylet N` only its raylet, `add-node` adds one, `workers` gives
the process ids of the workers that run a slice, `restart-head` kills everything and starts a new cluster, which has
forgotten all jobs, at the same address. Ends everything when standard input closes.

Nodes share a machine, but never the folder that the packages of jobs are unpacked into: each node replaces what it
finds there, also under processes of another node.
"""

import json
import os
import signal
import sys
import urllib.parse

os.environ.update(
    RAY_USAGE_STATS_ENABLED="0",
    RAY_health_check_initial_delay_ms="500",
    RAY_health_check_period_ms="500",
    RAY_health_check_timeout_ms="3000",
    RAY_health_check_failure_threshold="10",
    PATH=os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"],
)

from ray.cluster_utils import Cluster  # noqa: E402
from ray._private.services import wait_for_node  # noqa: E402
from ray._private.utils import write_ray_address  # noqa: E402
import psutil  # noqa: E402  Ray brings it


START_SECONDS = 300  # longer than a busy machine takes


def say(**facts):
    print(json.dumps(facts), flush=True)


def patiently(start):
    """Ray waits 30 s for a node, which a busy machine may exceed: then what was started is ended, and started again."""
    known = set(psutil.Process().children(recursive=True))
    for is_last in (False, False, True):
        try:
            return start()
        except Exception:
            if is_last:
                raise
            for process in set(psutil.Process().children(recursive=True)) - known:
                process.kill()


def raylet(node):
    return node.all_processes["raylet"][0].process.pid


def workers(nodes):
    """Ray renames a worker after the task that it runs."""
    family = [child for node in nodes for child in children_of(raylet(node))]
    return [process.pid for process in family if any("ray::run_slice" in part for part in command_of(process))]


def children_of(pid):
    try:
        return psutil.Process(pid).children()
    except psutil.Error:  # it has ended, or is ending
        return []


def command_of(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


class TestCluster:
    def __init__(self, size, temporary):
        self.size = size
        self.temporary = temporary
        self.added = 0
        self.start(port=0)

    def start(self, port):
        head = {
            "num_cpus": 0,
            "include_dashboard": True,
            "dashboard_host": "127.0.0.1",
            "dashboard_port": port,
            "dashboard_agent_listen_port": None,  # any: other clusters may run on this machine
            "temp_dir": self.temporary,
            "object_store_memory": 80_000_000,
            "wait": False,
        }
        self.cluster = patiently(lambda: Cluster(initialize_head=True, head_node_args=head))
        # Where drivers look first; otherwise they may join another cluster of this machine.
        write_ray_address(self.cluster.gcs_address, self.temporary)
        self.nodes = []
        for _ in range(self.size):
            self.add_node()

    @property
    def address(self):
        return "http://" + self.cluster.head_node.webui_url

    def add_node(self):
        self.added += 1
        folder = f"runtime_resources_{self.added}"
        options = {"num_cpus": 1, "object_store_memory": 80_000_000, "runtime_env_dir_name": folder}
        node = patiently(lambda: self.cluster.add_node(wait=False, **options))
        self.nodes.append(node)
        wait_for_node(node.gcs_address, node.plasma_store_socket_name, START_SECONDS)

    def kill_node(self, which):
        self.cluster.remove_node(self.nodes.pop(which % len(self.nodes)), allow_graceful=False)

    def kill_raylet(self, which):
        os.kill(raylet(self.nodes.pop(which % len(self.nodes))), signal.SIGKILL)

    def restart_head(self):
        port = urllib.parse.urlsplit(self.address).port
        self.cluster.remove_node(self.cluster.head_node, allow_graceful=False)
        for node in list(self.cluster.worker_nodes):
            self.cluster.remove_node(node, allow_graceful=False)
        self.start(port)


def take_stdin():
    """Ray starts workers with bash, which would read ~/.bashrc, and the PATH there, where standard input is a socket."""
    commands = os.fdopen(os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return commands


def main():
    commands = take_stdin()
    cluster = TestCluster(int(sys.argv[1]), sys.argv[2])
    say(address=cluster.address)
    for line in commands:
        command, _, which = line.strip().partition(" ")
        if command == "workers":
            say(workers=workers(cluster.nodes))
            continue
        if command == "kill-node":
            cluster.kill_node(int(which))
        elif command == "kill-raylet":
            cluster.kill_raylet(int(which))
        elif command == "add-node":
            cluster.add_node()
        elif command == "restart-head":
            cluster.restart_head()
        say(nodes=len(cluster.nodes))
    cluster.cluster.shutdown()


main()
