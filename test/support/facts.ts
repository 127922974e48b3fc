import type { ReadyFacts } from '#build/core/types.js';

/** What actors of a made-up model told once they were warm. */
export const READY: ReadyFacts = {
  backend: {
    name: 'wasm',
    versions: { tfjs: '4.22.0' },
    threads: 1,
    batchSize: null,
    reproducible: true,
    features: [],
  },
  model: {
    name: 'test',
    version: '1.0.0',
    format: 'graph-model',
    digest: 'ab'.repeat(32),
    outputs: [],
    bundles: [],
  },
  input: { window: 60, columns: 'each', missing: 'hold' },
  actors: [],
  startMs: 900,
  notices: [],
};
