import { SCENARIOS } from '../../bench/scenarios/scenario-names.js';
import { duration, name, oneOf, whole } from './kinds.js';
import { actorRange, listOf } from './lists.js';
import { backend, batchSize, LOADING } from './model.js';
import { quiet } from './writing.js';
import type { Settings } from './setting.js';

/** The times of all rounds are held in memory. */
const MOST_ROUNDS = 100_000;
const MOST_ITEMS = 1_000_000;
/** A seed has 32 bits. */
const MOST_SEED = 2 ** 32 - 1;

/** What a benchmark measures, and for how long. */
export const MEASURING = {
  actors: {
    flags: '--actors <n|p%|list|auto>',
    help: '4: 1, 2 and 4; 1,3: these; 50%: up to half of the usable processors; auto: up to twice all of them (default: auto)',
    kind: actorRange,
  },
  items: {
    flags: '--items <list>',
    help: 'items per minute, comma-separated, up to 1000000 (default: those of the recording, or 500)',
    kind: listOf(whole(1, MOST_ITEMS)),
  },
  scenario: {
    flags: '--scenario <name>',
    help: 'measure one lesson instead: granularity, gather, reload, idle or pool',
    kind: oneOf(...SCENARIOS),
  },
  rounds: {
    flags: '--rounds <n>',
    help: 'rounds per variant (default: 10 to 20, depending on the time per minute)',
    kind: whole(1, MOST_ROUNDS),
  },
  timeMs: {
    flags: '--time <duration>',
    help: 'time for each variant',
    kind: duration,
    default: 3000,
  },
  seed: {
    flags: '--seed <n>',
    help: 'seed of the synthetic minutes',
    kind: whole(0, MOST_SEED),
    default: 1,
  },
  baseline: {
    flags: '--baseline <file>',
    help: 'bench.json of an earlier run to compare with',
    kind: name,
  },
  out: {
    flags: '--out <folder>',
    help: 'output folder',
    kind: name,
    default: 'bench.aiops',
  },
  quiet,
} as const satisfies Settings;

/** Settings of which replay takes one value and bench several. */
export const LOADING_LISTS = {
  params: LOADING.params,
  backends: {
    flags: '--backend <list>',
    help: 'what computes inside an actor: auto, node, wasm, comma-separated (default: auto)',
    kind: listOf(backend),
  },
  modelFormat: LOADING.modelFormat,
  batchSizes: {
    flags: '--batch-size <list>',
    help: 'items per predict call, comma-separated; auto: up to 1024; on node 128, or more if answers have the same bits (default: auto)',
    kind: listOf(batchSize),
  },
  batchShape: LOADING.batchShape,
} as const satisfies Settings;
