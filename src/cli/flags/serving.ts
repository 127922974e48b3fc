import { parseActors, parseDuration, parseOneOf, parsePace, parseSize, parseWhole } from '../values.js';
import type { FlagGroups, FlagRow } from './flag-row.js';

const MOST_THREADS = 1024;
/** Minutes, each of which is held in memory. */
const MOST_INFLIGHT = 1024;

/** About actors as processes: also of commands that choose otherwise who serves. */
export const PROCESS_ROWS: readonly FlagRow[] = [
  {
    flags: '--threads-per-actor <n>',
    description: 'threads of native TensorFlow in each actor',
    parse: parseWhole(1, MOST_THREADS),
    json: 'number',
    preset: [1, '1'],
  },
  {
    flags: '--actor-timeout <duration>',
    description: 'an actor without an answer for this long counts as stuck; replay replaces it, bench ends',
    parse: parseDuration,
    preset: [300_000, '5m'],
  },
];

/** Who serves minutes, and how. */
export const SERVING_FLAGS: FlagGroups = {
  'Serving:': [
    {
      flags: '--actors <n|p%|auto>',
      description: 'size of the pool, up to 1024; a share is of the usable processors',
      parse: parseActors,
      json: 'number',
      preset: [{ kind: 'auto' }, 'auto'],
    },
    ...PROCESS_ROWS,
    {
      flags: '--max-actor-rss <size>',
      description: 'replace an actor that holds more memory than this (default: no limit)',
      parse: parseSize,
      json: 'number',
    },
    {
      flags: '--inflight <n>',
      description: 'minutes under way at once (default: 2, 1 when paced)',
      parse: parseWhole(1, MOST_INFLIGHT),
      json: 'number',
    },
    {
      flags: '--mode <mode>',
      description: 'whether the pool or a single process produces the results',
      choices: ['parallel', 'sequential'],
    },
    {
      flags: '--compare <which>',
      description:
        'minutes to serve in every way for comparison: sample, all, none (default: sample, none when paced)',
      parse: parseOneOf(['sample', 'all', 'none']),
    },
    {
      flags: '--compare-time <duration>',
      description: 'time to spend on comparing a sample',
      parse: parseDuration,
      preset: [10_000, '10s'],
    },
    {
      flags: '--pace <factor>',
      description: 'how fast recorded time passes: realtime, a factor such as 10x or 0.5x, or max',
      parse: parsePace,
      preset: [Infinity, 'max'],
    },
    {
      flags: '--stop-grace <duration>',
      description: 'how long minutes under way may still take after a signal',
      parse: parseDuration,
      preset: [10_000, '10s'],
    },
  ],
};
