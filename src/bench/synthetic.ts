import { RandomStream } from '../core/random.js';

/** The recording to generate. */
export interface SyntheticOptions {
  readonly targets: number;
  readonly columns: number;
  readonly minutes: number;
  /** Any 32-bit integer. */
  readonly seed: number;
  /** Start of the first interval, epoch ms; default 2024-01-01T00:00Z. */
  readonly startMs?: number;
  /** Default 60,000. */
  readonly intervalMs?: number;
  /** Probability that a value is missing, 0 to 1; default 0. */
  readonly missingShare?: number;
  /** Gaps (1 to 90 intervals without a record) to expect per target and day; default 0. */
  readonly gapsPerDay?: number;
  /** Labelled anomalies (3 to 20 intervals) to expect per target and day; default 0. */
  readonly anomaliesPerDay?: number;
}

/** The values of one target in one interval. */
export interface SyntheticRecord {
  readonly target: string;
  /** `[columns]`, null where missing. */
  readonly values: readonly (number | null)[];
  /** 1 within an anomaly. */
  readonly label: 0 | 1;
}

export interface SyntheticMinute {
  readonly minuteMs: number;
  /** At most one per target, in the order of their numbers; targets in a gap are absent. */
  readonly records: readonly SyntheticRecord[];
}

const DAY_MS = 86_400_000;
const DEFAULT_START_MS = Date.UTC(2024, 0, 1);
const DEFAULT_INTERVAL_MS = 60_000;

const KINDS = ['gauge', 'count', 'ratio'] as const;

/** Names of the value columns, alternating gauges, counts and ratios: `gauge_1`, `count_2`, `ratio_3`, `gauge_4` … */
export function syntheticColumns(columns: number): string[] {
  return Array.from({ length: columns }, (_, index) => `${kindOf(index)}_${index + 1}`);
}

/**
 * A recording that resembles monitoring data: each column of each target has its own level, daily season and noise.
 * Gauges span six orders of magnitude, counts are whole numbers, ratios lie in [0, 1].
 *
 * Values depend only on seed, target, column and minute: more targets or minutes extend a recording, and missing
 * values, gaps and anomalies do not change any other value. Holds one minute in memory.
 *
 * @throws RangeError for an option out of range
 */
export function* syntheticMinutes(options: SyntheticOptions): Generator<SyntheticMinute, void> {
  const { startMs = DEFAULT_START_MS, intervalMs = DEFAULT_INTERVAL_MS, missingShare = 0 } = options;
  checkOptions(options);
  const targets = Array.from({ length: options.targets }, (_, index) => new SyntheticTarget(options, index));
  for (let minute = 0; minute < options.minutes; minute += 1) {
    const minuteMs = startMs + minute * intervalMs;
    const records: SyntheticRecord[] = [];
    for (const target of targets) {
      const record = target.next(minuteMs, missingShare);
      if (record !== null) records.push(record);
    }
    yield { minuteMs, records };
  }
}

/** The name of a target by its 0-based number; names sort like numbers up to 99,999 targets. */
export function syntheticTarget(index: number): string {
  return `target-${String(index + 1).padStart(5, '0')}`;
}

/** Generates the minutes of one target. Every minute draws equally many numbers from each stream. */
class SyntheticTarget {
  readonly #name: string;
  readonly #columns: readonly SyntheticColumn[];
  readonly #gaps: Spells;
  readonly #anomalies: Spells;
  /** Draws the size of an anomaly, in noise units, and its sign. */
  readonly #severity: RandomStream;
  #shift = 0;

  constructor(options: SyntheticOptions, index: number) {
    const { seed, intervalMs = DEFAULT_INTERVAL_MS, gapsPerDay = 0, anomaliesPerDay = 0 } = options;
    const perInterval = intervalMs / DAY_MS;
    this.#name = syntheticTarget(index);
    this.#columns = Array.from(
      { length: options.columns },
      (_, column) => new SyntheticColumn(kindOf(column), new RandomStream(seed, index, column)),
    );
    this.#gaps = new Spells(new RandomStream(seed, index, -1), gapsPerDay * perInterval, 1, 90);
    this.#anomalies = new Spells(new RandomStream(seed, index, -2), anomaliesPerDay * perInterval, 3, 20);
    this.#severity = new RandomStream(seed, index, -3);
  }

  next(minuteMs: number, missingShare: number): SyntheticRecord | null {
    const wasAnomalous = this.#anomalies.within;
    const isAnomalous = this.#anomalies.next();
    if (isAnomalous && !wasAnomalous) {
      const size = 5 + 10 * this.#severity.next();
      this.#shift = this.#severity.next() < 0.7 ? size : -size;
    }
    const shift = isAnomalous ? this.#shift : 0;
    const values = this.#columns.map((column) => column.next(minuteMs, shift, missingShare));
    if (this.#gaps.next()) return null;
    return { target: this.#name, values, label: isAnomalous ? 1 : 0 };
  }
}

type Kind = (typeof KINDS)[number];

/** One series: level × (1 + amplitude × daily season) + noise. */
class SyntheticColumn {
  readonly #kind: Kind;
  readonly #random: RandomStream;
  readonly #level: number;
  readonly #amplitude: number;
  readonly #phase: number;
  readonly #noise: number;

  constructor(kind: Kind, random: RandomStream) {
    this.#kind = kind;
    this.#random = random;
    this.#level = levelOf(kind, random.next());
    this.#amplitude = 0.6 * random.next();
    this.#phase = random.next();
    this.#noise = this.#level * (0.01 + 0.05 * random.next());
  }

  next(minuteMs: number, shift: number, missingShare: number): number | null {
    const season = Math.sin(2 * Math.PI * (minuteMs / DAY_MS + this.#phase));
    const noise = this.#noise * (this.#random.nextNormal() + shift);
    const isMissing = this.#random.next() < missingShare;
    const value = Math.max(0, this.#level * (1 + this.#amplitude * season) + noise);
    return isMissing ? null : rounded(this.#kind, value);
  }
}

/** Spells that begin at random and have a random length, such as gaps. */
class Spells {
  readonly #random: RandomStream;
  readonly #chance: number;
  readonly #least: number;
  readonly #most: number;
  #left = 0;

  constructor(random: RandomStream, chance: number, least: number, most: number) {
    this.#random = random;
    this.#chance = chance;
    this.#least = least;
    this.#most = most;
  }

  get within(): boolean {
    return this.#left > 0;
  }

  /** Advances by an interval; returns whether it lies within a spell. */
  next(): boolean {
    const begins = this.#random.next() < this.#chance;
    const length = this.#random.nextInteger(this.#least, this.#most);
    if (this.#left > 0) this.#left -= 1;
    if (this.#left === 0 && begins) this.#left = length;
    return this.#left > 0;
  }
}

function kindOf(column: number): Kind {
  return KINDS[column % KINDS.length]!;
}

function levelOf(kind: Kind, uniform: number): number {
  if (kind === 'gauge') return 10 ** (6 * uniform);
  if (kind === 'count') return 10 ** (1 + 3 * uniform);
  return 0.05 + 0.5 * uniform;
}

/** Few digits, like monitoring data; also hides differences between machines in the last bit of a sine. */
function rounded(kind: Kind, value: number): number {
  if (kind === 'gauge') return Math.round(value * 1000) / 1000;
  if (kind === 'count') return Math.round(value);
  return Math.min(1, Math.round(value * 10_000) / 10_000);
}

function checkOptions(options: SyntheticOptions): void {
  const { intervalMs = DEFAULT_INTERVAL_MS, startMs = DEFAULT_START_MS } = options;
  for (const name of ['targets', 'columns', 'minutes'] as const) {
    if (!Number.isSafeInteger(options[name]) || options[name] < 1) {
      throw new RangeError(`${name} must be a whole number of at least 1, not ${options[name]}`);
    }
  }
  if (!Number.isSafeInteger(intervalMs) || intervalMs < 1) {
    throw new RangeError(`intervalMs must be a whole number of at least 1, not ${intervalMs}`);
  }
  if (!Number.isSafeInteger(options.seed))
    throw new RangeError(`seed must be a whole number, not ${options.seed}`);
  if (!Number.isSafeInteger(startMs)) throw new RangeError(`startMs must be a whole number, not ${startMs}`);
  const { missingShare = 0, gapsPerDay = 0, anomaliesPerDay = 0 } = options;
  if (!(missingShare >= 0 && missingShare <= 1)) {
    throw new RangeError(`missingShare must be from 0 to 1, not ${missingShare}`);
  }
  for (const [name, rate] of Object.entries({ gapsPerDay, anomaliesPerDay })) {
    if (!(rate >= 0)) throw new RangeError(`${name} must be at least 0, not ${rate}`);
  }
}
