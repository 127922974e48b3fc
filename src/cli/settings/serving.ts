import { actorCount, duration, oneOf, orAuto, pace, size, whole } from './kinds.js';
import type { Settings } from './setting.js';

const MOST_THREADS = 1024;
/** Each block in flight is held in memory. */
const MOST_INFLIGHT = 1024;
const MOST_BLOCK = 100_000;

/** Actors as processes. */
export const PROCESSES = {
  threadsPerActor: {
    flags: '--threads-per-actor <n>',
    help: 'threads of native TensorFlow in each actor',
    kind: whole(1, MOST_THREADS),
    default: 1,
    changes: 'results',
  },
  actorTimeoutMs: {
    flags: '--actor-timeout <duration>',
    help: 'an actor that is silent for this long is stuck; replay replaces it, bench ends',
    kind: duration,
    default: 300_000,
  },
} as const satisfies Settings;

/** How minutes are served. */
export const SERVING = {
  actors: {
    flags: '--actors <n|p%|auto>',
    help: 'size of the pool, up to 1024; a share is of the usable processors',
    kind: actorCount,
    default: { kind: 'auto' },
    changes: 'serving',
  },
  ...PROCESSES,
  maxActorRssBytes: {
    flags: '--max-actor-rss <size>',
    help: 'replace an actor that holds more memory than this (default: no limit)',
    kind: size,
    default: null,
  },
  block: {
    flags: '--block <n|auto>',
    help: 'minutes to dispatch together; auto: one by one when paced, live or all compared',
    kind: orAuto(whole(1, MOST_BLOCK), `Expected a whole number from 1 to ${MOST_BLOCK}, or auto.`),
    default: 'auto',
    changes: 'serving',
  },
  inflight: {
    flags: '--inflight <n>',
    help: 'blocks in flight at once (default: 2, 1 when paced)',
    kind: whole(1, MOST_INFLIGHT),
  },
  mode: {
    flags: '--mode <mode>',
    help: 'whether the pool or a single process produces the results',
    kind: oneOf('parallel', 'sequential'),
    default: 'parallel',
    changes: 'serving',
  },
  compare: {
    flags: '--compare <which>',
    help: 'minutes to serve in every way for comparison: sample, all, none (default: sample, none when paced)',
    kind: oneOf('sample', 'all', 'none'),
  },
  compareTimeMs: {
    flags: '--compare-time <duration>',
    help: 'time to spend on comparing a sample',
    kind: duration,
    default: 10_000,
  },
  pace: {
    flags: '--pace <factor>',
    help: 'how fast recorded time passes: realtime, a factor such as 10x or 0.5x, or max',
    kind: pace,
    default: Infinity,
  },
  stopGraceMs: {
    flags: '--stop-grace <duration>',
    help: 'how long minutes in flight may take to finish after a signal',
    kind: duration,
    default: 10_000,
  },
} as const satisfies Settings;
