import { MOST_INTERVALS } from '../../core/look-back.js';
import { DEFAULT_MAX_EXPANSION, DEFAULT_MAX_LINE_BYTES } from '../../read/options.js';
import { interval, lead, phase } from './grid-kinds.js';
import { lineSize, oneOf, rejectLimit, shard, toggle, whole } from './kinds.js';
import { names } from './lists.js';
import { time } from './time-kinds.js';
import type { Settings } from './setting.js';

/** Gzip itself packs at most 1,032 times; archives of archives go far beyond. */
const MOST_EXPANSION = 1_000_000_000;

/** Which records are read, and how they are grouped into minutes. */
export const READING = {
  targets: {
    flags: '--targets <names>',
    help: 'only these targets, comma-separated; * matches any text',
    kind: names,
    changes: 'results',
  },
  shard: {
    flags: '--shard <i/n>',
    help: 'only the i-th of n shares (up to 10000) of the targets, chosen by a hash of their names',
    kind: shard,
    default: null,
    changes: 'results',
  },
  from: {
    flags: '--from <time>',
    help: 'only minutes from this time on; earlier ones fill the windows',
    kind: time,
    changes: 'results',
  },
  to: {
    flags: '--to <time>',
    help: 'only minutes before this time',
    kind: time,
    changes: 'results',
  },
  interval: {
    flags: '--interval <duration>',
    help: 'length of a "minute", at least 1s; auto: the most common step of a target, or the nearest usual interval if times jitter',
    kind: interval,
    default: 'auto',
    changes: 'results',
  },
  phase: {
    flags: '--phase <duration>',
    help: 'where in the hour or day intervals begin, such as 30s; local: at local midnight; auto: as the data shows',
    kind: phase,
    default: 'auto',
    changes: 'results',
  },
  lead: {
    flags: '--lead <duration>',
    help: 'how long before the start of its interval a record may be, such as 5s; auto: as jitter in the data needs, if --phase is auto',
    kind: lead,
    default: 'auto',
    changes: 'results',
  },
  sort: {
    flags: '--sort',
    help: 'bring each input into time order first, with temporary files',
    kind: toggle,
    default: false,
    changes: 'results',
  },
  grace: {
    flags: '--grace <intervals>',
    help: 'how far back in time a record may be out of order',
    kind: whole(0, MOST_INTERVALS),
    default: 0,
    changes: 'results',
  },
  maxAhead: {
    flags: '--max-ahead <intervals>',
    help: "how far a record of a live feed may be ahead of this machine's clock",
    // Changes results of live feeds only, and no run of one is resumed.
    kind: whole(0, MOST_INTERVALS),
    default: 5,
  },
  duplicates: {
    flags: '--duplicates <rule>',
    help: 'what to do with several records of a target in one interval',
    kind: oneOf('reject', 'first', 'last', 'mean'),
    default: 'reject',
    changes: 'results',
  },
  rate: {
    flags: '--rate [names]',
    optional: { alone: '*' },
    help: 'turn counters into rates per second: all columns, or with --rate=NAMES those, comma-separated; * matches any text',
    kind: names,
    changes: 'results',
  },
  maxLineBytes: {
    flags: '--max-line <size>',
    help: 'reject longer lines, from 64 bytes to 256MiB',
    kind: lineSize,
    default: DEFAULT_MAX_LINE_BYTES,
    changes: 'results',
  },
  maxExpansion: {
    flags: '--max-expansion <times>',
    help: 'stop at a gzip input that unpacks to more than 64MiB and more than this many times its size',
    kind: whole(1, MOST_EXPANSION),
    default: DEFAULT_MAX_EXPANSION,
  },
  maxRejects: {
    flags: '--max-rejects <n|p%>',
    help: 'stop once more than N records are rejected, or fail at the end if more than P% are (default: no limit)',
    kind: rejectLimit,
    default: null,
  },
} as const satisfies Settings;
