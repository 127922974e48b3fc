"""Prepares TensorFlow for runs that can be repeated. Import it before `tensorflow`."""

from __future__ import annotations

import os

# TensorFlow reads these once, when it is imported. oneDNN picks its kernels by the
# processor and sums in their order; without it, the weights repeat on more machines.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import tensorflow as tf  # noqa: E402


def fix_randomness(threads: int) -> None:
    """Makes training repeatable to the bit on one kind of machine. Call it once, first."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
