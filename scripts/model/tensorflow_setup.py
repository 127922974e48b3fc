"""Makes TensorFlow runs repeatable. Import it before `tensorflow`."""

from __future__ import annotations

import os

# TensorFlow reads these when imported. oneDNN picks kernels, and so the order of sums, by
# processor; without it, the same weights result on more machines.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import tensorflow as tf  # noqa: E402


def fix_randomness(threads: int) -> None:
    """Makes training bit-identical on one kind of machine. Call it once, first."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
