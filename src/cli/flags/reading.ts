import { MOST_INTERVALS } from '../../core/window.js';
import { DEFAULT_MAX_EXPANSION, DEFAULT_MAX_LINE_BYTES } from '../../read/options.js';
import {
  parseInterval,
  parseLineSize,
  parseList,
  parseMap,
  parseName,
  parseRejectLimit,
  parseShard,
  parseTime,
  parseTimezone,
  parseWhole,
} from '../values.js';
import type { FlagGroups } from './flag-row.js';

/** Of gzip, whose own limit is 1032, packed several times over. */
const MOST_EXPANSION = 1_000_000_000;

/** How recordings are read. */
export const READING_FLAGS: FlagGroups = {
  'Reading:': [
    {
      flags: '--format <format>',
      description: 'format of the input; auto goes by extension, then by content',
      choices: ['auto', 'csv', 'jsonl'],
    },
    {
      flags: '--time-column <name>',
      description: 'column of the time (default: timestamp, time, ts, minute …)',
      parse: parseName,
    },
    {
      flags: '--target-column <name>',
      description: 'column of the target (default: target, host, service, name …)',
      parse: parseName,
    },
    {
      flags: '--columns <names>',
      description: 'metric columns, comma-separated (default: all numeric ones)',
      parse: parseList,
    },
    {
      flags: '--label-column <name>',
      description: 'column of the label (default: label, anomaly, is_anomaly)',
      parse: parseName,
    },
    {
      flags: '--map <new=old>',
      description: 'rename columns while reading, comma-separated',
      parse: parseMap,
      json: 'pairs',
    },
    {
      flags: '--targets <names>',
      description: 'only these targets, comma-separated; * stands for any text',
      parse: parseList,
    },
    {
      flags: '--shard <i/n>',
      description: 'only the i-th of n shares (up to 10000) of the targets, chosen by a hash of their names',
      parse: parseShard,
    },
    {
      flags: '--from <time>',
      description: 'only minutes from this time on; those before it fill the windows',
      parse: parseTime,
      json: 'number',
    },
    {
      flags: '--to <time>',
      description: 'only minutes before this time',
      parse: parseTime,
      json: 'number',
    },
    {
      flags: '--timezone <zone>',
      description: 'time zone of times without an offset',
      parse: parseTimezone,
      preset: ['UTC', 'UTC'],
    },
    {
      flags: '--interval <duration>',
      description:
        'length of a "minute", at least 1s; auto: the commonest step of a target, or the usual interval near it where times jitter',
      parse: parseInterval,
      preset: ['auto', 'auto'],
    },
    {
      flags: '--grace <intervals>',
      description: 'how far back a record may be out of order',
      parse: parseWhole(0, MOST_INTERVALS),
      json: 'number',
      preset: [0, '0'],
    },
    {
      flags: '--max-ahead <intervals>',
      description: "of a live feed: how far a record may be ahead of this machine's clock",
      parse: parseWhole(0, MOST_INTERVALS),
      json: 'number',
      preset: [5, '5'],
    },
    {
      flags: '--duplicates <rule>',
      description: 'several records of a target in one interval',
      choices: ['reject', 'first', 'last', 'mean'],
    },
    {
      flags: '--max-line <size>',
      description: 'reject longer lines, at least 64 bytes and at most 256MiB',
      parse: parseLineSize,
      json: 'number',
      preset: [DEFAULT_MAX_LINE_BYTES, '16MiB'],
    },
    {
      flags: '--max-expansion <times>',
      description:
        'stop at a gzip input that unpacks to more than 64MiB and more than this many times its size',
      parse: parseWhole(1, MOST_EXPANSION),
      json: 'number',
      preset: [DEFAULT_MAX_EXPANSION, String(DEFAULT_MAX_EXPANSION)],
    },
    {
      flags: '--max-rejects <n|p%>',
      description: 'stop when more records than this are rejected (default: no limit)',
      parse: parseRejectLimit,
      json: 'number',
    },
  ],
};
