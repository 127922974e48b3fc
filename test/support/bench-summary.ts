import { describe, medianEstimate, sortSamples } from '#build/core/statistics.js';
import type { BenchVariant, BenchCase, BenchSummary } from '#build/bench/report/bench-summary.js';

import { READY } from './facts.js';

const ROUNDS = 10;
const SAME = { identical: true, maxDifference: 0, differingVerdicts: 0 };

/** Rounds around `medianMs`, apart by a percent each. */
function roundsOf(medianMs: number): number[] {
  return Array.from({ length: ROUNDS }, (_, i) => medianMs * (1 + (i - (ROUNDS - 1) / 2) / 100));
}

function arm(
  name: string,
  medianMs: number,
  sequentialMs: number,
  more: Partial<BenchVariant>,
): BenchVariant {
  const rounds = roundsOf(medianMs);
  const isSequential = more.mode !== 'parallel';
  const speedup = medianEstimate(rounds.map((roundMs) => sequentialMs / roundMs));
  const actors = more.actors ?? 1;
  const part = medianMs / 10;
  const chunkParts = {
    encodeMs: part,
    pipeMs: part,
    decodeMs: part,
    normalizeMs: part,
    predictMs: 5 * part,
    replyMs: part,
  };
  return {
    name,
    mode: 'sequential',
    style: 'batched',
    actors,
    threads: 1,
    wallMs: describe(sortSamples(rounds)),
    late: 0,
    roundMs: rounds,
    medianMs: medianEstimate(rounds),
    speedup: name === 'sequential, batched' ? null : speedup,
    speedupPerItem: name === 'sequential, per item' ? null : speedup,
    efficiency: isSequential ? null : speedup.value / actors,
    serialFraction: isSequential || actors === 1 ? null : 0.1,
    capacityItems: 1000,
    breakdownMs: { ...chunkParts, gatherMs: 0 },
    perActor: Array.from({ length: actors }, (_, actor) => ({
      actor,
      chunks: ROUNDS,
      items: 100,
      serviceMs: ROUNDS * medianMs,
      breakdownMs: chunkParts,
    })),
    outliers: 1,
    answers: SAME,
    ...more,
  };
}

function benchCase(items: number, kind: BenchCase['kind']): BenchCase {
  const onePassMs = items / 50;
  const parallel = (actors: number): BenchVariant =>
    arm(`${actors} actors, batched`, onePassMs / (0.9 * actors), onePassMs, { mode: 'parallel', actors });
  return {
    model: { ...READY.model, ...READY.input },
    backend: READY.backend,
    items,
    kind,
    rounds: ROUNDS,
    arms: [
      ...(kind === 'full'
        ? [arm('sequential, per item', 20 * onePassMs, onePassMs, { style: 'per-item' })]
        : []),
      arm('sequential, batched', onePassMs, onePassMs, {}),
      parallel(2),
      parallel(4),
    ],
    tolerance: 0,
    winner: '4 actors, batched',
    bestActors: 4,
    breakEvenItemMs: 0.004,
  };
}

/** A benchmark of made-up figures: one full case and a probe. */
export function benchSummary(): BenchSummary {
  return {
    program: { name: 'aiops-serve', version: '0' },
    host: { node: 'v20', platform: 'linux-x64', processor: 'made-up', processors: 4 },
    settings: { actors: [1, 2, 4] },
    input: null,
    deadlineMs: 60_000,
    elapsedMs: 100_000,
    cases: [benchCase(500, 'full'), benchCase(2000, 'probe')],
    breakEven: [
      { backend: 'wasm', batchSize: null, actors: 2, items: 120 },
      { backend: 'wasm', batchSize: null, actors: 4, items: null },
    ],
    baseline: {
      file: 'old.json',
      differences: ['Node v18 then'],
      unpairedArms: 0,
      arms: [
        {
          backend: 'wasm',
          items: 500,
          name: '4 actors, batched',
          ratio: { value: 0.8, low: 0.7, high: 0.9 },
          verdict: 'faster',
        },
      ],
    },
    gates: [],
    advice: '4 actors are worth having.',
    notices: [{ level: 'warning', text: 'the machine was busy' }],
  };
}
