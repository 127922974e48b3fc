import { AiopsError, type Notice } from '../../../core/errors.js';
import { formatDuration, MONTH_MS } from '../../../core/time.js';
import type { ReadOptions } from '../../options.js';
import { noticesOf, type Decision } from '../decision.js';
import { commonPhase, type WallClock } from './grid.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Usual intervals, of which jittering times are taken to mean one. */
export const USUAL_MS = [
  ...[1, 2, 5, 10, 15, 20, 30].map((count) => count * SECOND_MS),
  ...[1, 2, 5, 10, 15, 20, 30].map((count) => count * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 8, 12, 24, 168].map((count) => count * HOUR_MS),
];
/** How far a step may deviate from a usual interval, as a share of it. */
const JITTER = 0.2;
/** If one step has at least this share, times do not jitter. */
const REGULAR = 0.9;

/** Counts steps from one time to another. */
export class StepCounter {
  readonly #counts = new Map<number, number>();
  #total = 0;
  #most = 0;

  /** The steps of each series that are not longer than `mostMs`. */
  static of(series: readonly (readonly number[])[], mostMs = Infinity): StepCounter {
    const counter = new StepCounter();
    for (const times of series) {
      for (let i = 1; i < times.length; i++) {
        const stepMs = times[i]! - times[i - 1]!;
        if (stepMs <= mostMs) counter.add(stepMs);
      }
    }
    return counter;
  }

  add(stepMs: number): void {
    const count = (this.#counts.get(stepMs) ?? 0) + 1;
    this.#counts.set(stepMs, count);
    this.#total++;
    this.#most = Math.max(this.#most, count);
  }

  /** Whether there are enough steps, at least half of them the same. */
  isClear(minSteps: number): boolean {
    return this.#total >= minSteps && this.#most * 2 >= this.#total;
  }

  /**
   * The interval that the steps show, ms: the commonest step, or, if times jitter, the usual interval that more of them
   * are close to. Null if no target was seen at two times.
   */
  interval(): number | null {
    if (this.#total === 0) return null;
    const exact = commonest(this.#counts);
    if (this.isRegular) return exact;
    const usual = new Map<number, number>();
    for (const [stepMs, count] of this.#counts) {
      const usualMs = USUAL_MS.find((each) => Math.abs(stepMs - each) <= each * JITTER);
      if (usualMs !== undefined) usual.set(usualMs, (usual.get(usualMs) ?? 0) + count);
    }
    const near = commonest(usual);
    return (usual.get(near) ?? 0) > this.#most ? near : exact;
  }

  /** The share of steps from `least` to `most`, ms. */
  share(least: number, most: number): number {
    let count = 0;
    for (const [stepMs, times] of this.#counts) if (stepMs >= least && stepMs <= most) count += times;
    return this.#total === 0 ? 0 : count / this.#total;
  }

  /** Whether almost all are the same. */
  get isRegular(): boolean {
    return this.#total > 0 && this.#most >= this.#total * REGULAR;
  }
}

/** The shortest of equally common ones, since gaps only make steps longer. */
function commonest(counts: ReadonlyMap<number, number>): number {
  let best = Infinity;
  let most = 0;
  for (const [stepMs, count] of counts) {
    if (count > most || (count === most && stepMs < best)) {
      best = stepMs;
      most = count;
    }
  }
  return best;
}

export interface ChosenInterval {
  readonly intervalMs: number;
  readonly source: 'given' | 'detected' | 'default';
  /** How it was found, and which others would do. */
  readonly notices: readonly Notice[];
  readonly decision: Decision;
}

/**
 * One interval for all files of a recording.
 *
 * @param series for each target of each file, its different times in order
 * @throws AiopsError `input_unusable` if records are fractions of a second apart, without a clear step
 */
export function chooseInterval(
  series: readonly (readonly number[])[],
  { interval: given, duplicates }: Pick<ReadOptions, 'interval' | 'duplicates'>,
  wallMs: WallClock,
): ChosenInterval {
  if (given !== 'auto') return chosen(given, 'given');
  const steps = StepCounter.of(series);
  const found = calendarInterval(series, steps, wallMs) ?? steps.interval();
  if (found === null) return chosen(MINUTE_MS, 'default');
  if (found < SECOND_MS && !steps.isClear(1)) {
    throw new AiopsError('input_unusable', `records come at irregular times, often ${found} ms apart`, {
      hint: 'group them, for instance with --interval 1m --duplicates mean',
    });
  }
  return chosen(found, 'detected', duplicates === 'reject' ? finerInterval(series, found) : null);
}

/** Whether `--interval` takes it. */
function isTypable(intervalMs: number): boolean {
  return intervalMs >= SECOND_MS && intervalMs <= 366 * DAY_MS;
}

function chosen(
  intervalMs: number,
  source: ChosenInterval['source'],
  finerMs: number | null = null,
): ChosenInterval {
  const interval = formatDuration(intervalMs);
  const about = {
    given: { source: 'given', evidence: '--interval says so', text: 'as given' },
    detected: {
      source: 'shape',
      evidence: 'records of a target are mostly that far apart',
      text: 'found from the data',
    },
    default: {
      source: 'default',
      evidence: 'no target has two different times in the sample',
      text: 'by default',
    },
  } as const;
  const { text, evidence, ...same } = about[source];
  const finer =
    finerMs === null
      ? ''
      : `, but later ones ${formatDuration(finerMs)}, of which all but one per ${interval} will be rejected as duplicates`;
  const end = source === 'default' ? `: ${evidence}; set it with --interval` : '';
  const decision: Decision = {
    ...{ about: 'interval', choice: interval, evidence: `${evidence}${finer}`, ...same },
    flag: isTypable(intervalMs) ? `--interval ${interval}` : null,
    alternatives: finerMs === null ? [] : [`--interval ${formatDuration(finerMs)}`],
  };
  const notice: Notice = {
    level: source === 'default' ? 'warning' : 'info',
    text: `interval ${interval}${source === 'default' ? ' ' : ', '}${text}${end}`,
  };
  const notices = finerMs === null ? [notice] : [notice, ...noticesOf(decision)];
  return { intervalMs, source, notices, decision };
}

/** Calendar months, quarters and years: how long they last, days. */
const CALENDAR_DAYS = [
  { months: 1, least: 28, most: 31 },
  { months: 3, least: 90, most: 92 },
  { months: 12, least: 365, most: 366 },
] as const;

/** The interval of records that come once a month, quarter or year, ms; null: they do not. */
function calendarInterval(
  series: readonly (readonly number[])[],
  steps: StepCounter,
  wallMs: WallClock,
): number | null {
  for (const { months, least, most } of CALENDAR_DAYS) {
    // Clocks may have changed in between.
    const [leastMs, mostMs] = [least * DAY_MS - 2 * HOUR_MS, most * DAY_MS + 2 * HOUR_MS];
    if (steps.share(0, leastMs - 1) > 0 || steps.share(leastMs, mostMs) < 0.5) continue;
    const intervalMs = months * MONTH_MS;
    // Every four weeks is something else.
    if (steps.isRegular && commonPhase(series.flat(), intervalMs, wallMs) === null) continue;
    return intervalMs;
  }
  return null;
}

/** If more of the later steps than this are shorter than the interval, it does not suit them. */
const FINER_SHARE = 0.25;

/** The interval of the later records if many of them come more often; null: they do not. */
function finerInterval(series: readonly (readonly number[])[], intervalMs: number): number | null {
  const later = series.map((times) => times.slice(Math.floor((times.length - 1) / 2)));
  const steps = StepCounter.of(later);
  const leastMs = intervalMs * (1 - JITTER);
  if (steps.share(0, leastMs) <= FINER_SHARE) return null;
  const finer = StepCounter.of(later, leastMs);
  const finerMs = finer.interval();
  return finer.isClear(1) && finerMs !== null && finerMs >= SECOND_MS ? finerMs : null;
}
