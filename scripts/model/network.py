"""The network and its training."""

from __future__ import annotations

import os

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import tensorflow as tf  # noqa: E402

import synthetic  # noqa: E402
from recording import Series, split_minute  # noqa: E402
from windows import WINDOW, RobustNormalization, normalize, sliding_windows  # noqa: E402

BATCH = 512


def fix_randomness(seed: int, threads: int) -> None:
    """Makes a training run repeatable, to the bit on one kind of machine."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def build(variant='conv') -> tf.keras.Model:
    L = tf.keras.layers
    window = L.Input((WINDOW,), name="window")
    if variant == 'mlp':
        x = L.Dense(64, activation='relu')(window); x = L.Dense(32, activation='relu')(x)
    else:
        x = L.Reshape((WINDOW, 1))(window)
        x = L.Conv1D(12, 5, padding='same', activation='relu')(x)
        x = L.MaxPooling1D(2)(x)
        x = L.Conv1D(16, 5, padding='same', activation='relu')(x)
        x = L.MaxPooling1D(2)(x)
        x = L.Flatten()(x)
        x = L.Concatenate()([x, window])
        x = L.Dense(32, activation='relu')(x)
        x = L.Dense(16, activation='relu')(x)
    y = L.Dense(1, activation='sigmoid', name='probability')(x)
    return tf.keras.Model(window, y)


class TrainingData:
    """Draws a fresh set of windows for each round from the training days."""

    def __init__(self, series: list[Series], normalization: RobustNormalization, real_items, pos_share, injected, generic):
        self.normalization = normalization
        end = split_minute()
        self.cfg=(real_items,pos_share,injected,generic)
        windows, labels, trusted, clean, onset = [], [], [], [], []
        for one in series:
            every = sliding_windows(one.values[:end])
            lab = one.labels[:end]
            lw = sliding_windows(lab)
            ok = one.trusted()[:end]
            keep = ok[WINDOW-1:]
            windows.append(every); labels.append(lw[:,-1]); trusted.append(keep)
            clean.append((sliding_windows(ok).all(axis=1)) & (lw.sum(axis=1)==0))
            onset.append((lw.min(axis=1)==0))
        self.windows=np.concatenate(windows); self.labels=np.concatenate(labels).astype(np.float32)
        t=np.concatenate(trusted); on=np.concatenate(onset)
        self.neg=np.flatnonzero(t&(self.labels==0)); self.pos=np.flatnonzero(t&(self.labels==1)&on)
        self.pos_late=np.flatnonzero(t&(self.labels==1)&~on)
        self.clean=np.flatnonzero(np.concatenate(clean))

    def draw(self, rng):
        real, ps, inj, gen = self.cfg
        npos=int(real*ps)
        parts=[]
        i=rng.choice(self.neg, real-npos)
        parts.append((self.windows[i], self.labels[i], np.ones(len(i))))
        if npos and len(self.pos):
            i=rng.choice(self.pos, npos)
            parts.append((self.windows[i], self.labels[i], np.ones(len(i))))
            if len(self.pos_late):
                i=rng.choice(self.pos_late, npos//4)
                parts.append((self.windows[i], self.labels[i], np.ones(len(i))))
        i=rng.choice(self.clean, inj)
        parts.append(synthetic.inject(rng, self.windows[i]))
        b=synthetic.backgrounds(rng, gen); parts.append((b, np.zeros(gen), np.ones(gen)))
        b=synthetic.backgrounds(rng, gen//2); parts.append(synthetic.inject(rng,b))
        x=np.concatenate([p[0] for p in parts]); y=np.concatenate([p[1] for p in parts]); w=np.concatenate([p[2] for p in parts])
        o=rng.permutation(len(x))
        return normalize(x[o], self.normalization), y[o].astype(np.float32), w[o].astype(np.float32)


def train(series, normalization, *, seed, rounds, variant='conv', real=16000, ps=0.2, inj=16000, gen=8000, lr=2e-3):
    tf.keras.utils.set_random_seed(seed)
    rng=np.random.default_rng(seed)
    data=TrainingData(series, normalization, real, ps, inj, gen)
    model=build(variant)
    n=real+(inj+gen+gen//2)
    steps=rounds*(n//BATCH)
    model.compile(tf.keras.optimizers.legacy.Adam(tf.keras.optimizers.schedules.CosineDecay(lr, steps, 0.02)), 'binary_crossentropy')
    for r in range(rounds):
        x,y,w=data.draw(rng)
        h=model.fit(x,y,sample_weight=w,batch_size=BATCH,verbose=0)
    return model, h.history['loss'][-1]
