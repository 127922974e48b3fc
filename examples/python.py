"""The Python process of python.mjs: reads one JSON line per call, writes one. Change `load` and `scores` for your model."""

import ctypes
import json
import os
import queue
import signal
import sys
import threading

import joblib
import numpy as np


def load(path):
    """The detector, as joblib.dump saved it."""
    return joblib.load(path)


def scores(detector, windows):
    """One score per row of `windows` [items, window * columns]; above 0 is an anomaly."""
    return -detector.decision_function(windows)  # PyOD: detector.decision_function(windows) - detector.threshold_


def requests():
    """Lines from the actor. A thread reads them, so that this process ends with the actor even while a model computes."""
    lines = queue.SimpleQueue()

    def read():
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)  # the actor has closed the pipe, or is gone

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield json.loads(lines.get())


def main():
    # Signals for the whole process group are the program's business: it first finishes the minutes in flight.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: where native code never lets the thread run
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes to standard error
    detector = load(sys.argv[1])
    print("ready", file=answers, flush=True)
    for windows in requests():
        print(json.dumps(scores(detector, np.array(windows)).tolist()), file=answers, flush=True)


main()
