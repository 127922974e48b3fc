import { SCENARIOS } from '../../bench/scenarios/scenario-names.js';
import {
  parseActorRange,
  parseDuration,
  parseItemCounts,
  parseName,
  parseOneOf,
  parseWhole,
} from '../values.js';
import type { FlagGroups } from './flag-row.js';

/** All of their times are held in memory. */
const MOST_ROUNDS = 100_000;
/** A seed is 32 bits. */
const MOST_SEED = 2 ** 32 - 1;

/** What a benchmark measures, and for how long. */
export const MEASURING_FLAGS: FlagGroups = {
  'Measuring:': [
    {
      flags: '--actors <n|p%|list|auto>',
      description:
        '4: 1, 2 and 4; 1,3: these; 50%: up to half of the usable processors; auto: up to twice all of them (default: auto)',
      parse: parseActorRange,
      json: 'number',
    },
    {
      flags: '--items <list>',
      description:
        'items per minute, comma-separated, up to 1000000 (default: those of the recording, or 500)',
      parse: parseItemCounts,
      json: 'number',
    },
    {
      flags: '--scenario <name>',
      description: 'measure one lesson instead: granularity, gather, reload, idle or pool',
      parse: parseOneOf(SCENARIOS),
    },
    {
      flags: '--rounds <n>',
      description: 'turns of each arm (default: 10 to 20, as minutes fit into the time)',
      parse: parseWhole(1, MOST_ROUNDS),
      json: 'number',
    },
    {
      flags: '--time <duration>',
      description: 'time for each arm',
      parse: parseDuration,
      preset: [3000, '3s'],
    },
    {
      flags: '--seed <n>',
      description: 'seed of the synthetic minutes',
      parse: parseWhole(0, MOST_SEED),
      json: 'number',
      preset: [1, '1'],
    },
    {
      flags: '--baseline <file>',
      description: 'bench.json of an earlier run to compare with',
      parse: parseName,
    },
    {
      flags: '--out <folder>',
      description: 'where bench.json goes',
      parse: parseName,
      preset: ['bench.aiops', 'bench.aiops'],
    },
    {
      flags: '--quiet',
      description: 'only warnings, errors and standard error of actors',
      preset: [false, ''],
    },
  ],
};
