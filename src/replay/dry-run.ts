import { tmpdir } from 'node:os';
import { performance } from 'node:perf_hooks';

import type { ReadCounts } from '../core/counts.js';
import { isoTime } from '../core/time.js';
import type { ReadStep, ReadyFacts } from '../core/types.js';
import { findModel } from '../model/model-choice.js';
import { peekOutput } from '../output/left-folder.js';
import { Counters } from '../read/counters.js';
import { checkGates, type Gate, type GateResult } from '../report/gates.js';
import type { DueSteps } from './feed.js';
import { noticesOfNothing } from './finish.js';
import { openExecutors, openServing } from './open-run.js';
import type { ReplayConfig } from './replay-config.js';
import type { ReplayContext } from './replay-context.js';
import { serveFirst, type FirstServed } from './serve-first.js';
import { COUNTED_BY_READING, type CountedByReading } from './report/replay-metrics.js';
import { reportedRejects, type ReportedReject } from './report/rejects.js';
import { earlierRun, refuseHeld, type EarlierRun } from './resume/earlier-run.js';
import { findPreviousRun } from './resume/previous-run.js';
import type { RunProgress } from './resume/run-facts.js';
import { WarmUpCount } from './warm-up-count.js';

/** What a run would do; nothing of it was written. Figures are of what is left to do. */
export interface DryRun {
  readonly out: string;
  readonly earlier: EarlierRun;
  /** Of a complete run, or those on what reading counts. */
  readonly gates: readonly GateResult[];
  /** The conditions that only the run itself can judge. */
  readonly openGates: readonly string[];
  readonly counts: ReadCounts;
  readonly rejects: readonly ReportedReject[];
  readonly firstMinute: string | null;
  readonly lastMinute: string | null;
  /** Result rows, and how many of them have no prediction because their target is in warm-up. */
  readonly rows: number;
  readonly warmupRows: number;
  /** Null: nothing is left to do. */
  readonly ready:
    (Pick<ReadyFacts, 'backend' | 'model' | 'input' | 'startMs'> & { readonly actors: number }) | null;
  /** What was served to check the model; null: nothing that is left has a prediction. */
  readonly served: { readonly minutes: number; readonly items: number; readonly wallMs: number } | null;
  readonly readMs: number;
  /**
   * How long the run would take: at least, if reading and predicting overlap completely, and at most, if not at all;
   * null: not known, since nothing was predicted, or the run is paced.
   */
  readonly estimateMs: { readonly least: number; readonly most: number } | null;
}

/** The context of a dry run, which writes nothing. */
export type DryContext = Pick<
  ReplayContext,
  'stdin' | 'signal' | 'graceOver' | 'onNotice' | 'onReady' | 'onActorLine' | 'settingText'
>;

/**
 * Does everything that a replay does except write: checks the model and what the output holds, starts the actors, reads
 * all inputs, and serves the first blocks. Null once the signal is given.
 *
 * @throws AiopsError what the run would end with
 */
export async function dryRun(config: ReplayConfig, context: DryContext): Promise<DryRun | null> {
  const { stdin, signal, onNotice, settingText } = context;
  const model = await findModel(config.model);
  const { restart } = config.backfill;
  const output = await peekOutput(config.output, { restart });
  await refuseHeld(config, output);
  const scratch = { folder: tmpdir(), signal };
  await using previous = await findPreviousRun({
    output,
    config,
    model,
    stdin,
    scratch,
    onNotice,
    settingText,
  });
  const { progress } = previous;
  await using executors = openExecutors(config, model, previous, context);
  const known = await previous.outcome(executors, signal);
  if (known !== null) {
    if (known.kind !== 'done-before') return null;
    const earlier = earlierRun(output, previous, { restart, isComplete: true });
    return { ...NOTHING_TO_DO, out: config.output.out, earlier, gates: known.summary.gates };
  }
  await previous.check();
  const reading = { ...config, read: { ...config.read, live: false } };
  const opening = { model, previous, executors, scratch: tmpdir() };
  await using serving = await openServing(reading, opening, context);
  if (serving === null) return null;
  const { input, recording, lookBack, lines, ready } = serving;
  previous.checkReady(ready);
  context.onReady(ready);

  const account = new Account(config, input.window, recording.intervalMs, progress);
  const steps = account.over(recording.steps(onNotice));
  const startedAtMs = performance.now();
  const { served, servingMs } = await timeFirst(
    serveFirst(config, steps, { lookBack, lines, executors, signal }),
  );
  for await (const _ of steps) if (signal.aborted) break;
  if (signal.aborted) return null;
  const readMs = performance.now() - startedAtMs - servingMs;
  const moved = await recording.checkInputs();
  if (moved !== null) throw moved;
  account.all.checkRejects(config.maxRejects, true);
  const hasEnded = progress?.ended === true;
  const notices = hasEnded ? [] : noticesOfNothing(config.read, account.all, recording);
  for (const notice of [...notices, ...recording.lateNotices()]) onNotice(notice);
  const earlier = earlierRun(output, previous, { restart, isComplete: false });
  return conclude(config, { earlier, account, ready, served, readMs, rowsPerRecord: lookBack.rowsPerRecord });
}

type Served = NonNullable<DryRun['served']>;

/** What serving the first blocks took. */
async function timeFirst(first: AsyncIterable<FirstServed>): Promise<{ served: Served; servingMs: number }> {
  const served = { minutes: 0, items: 0, wallMs: 0 };
  let servingMs = 0;
  for await (const { timing, elapsedMs } of first) {
    servingMs += elapsedMs;
    if (timing === null || timing.items === 0) continue;
    served.minutes += timing.minutes;
    served.items += timing.items;
    served.wallMs += timing.wallMs;
  }
  return { served, servingMs };
}

interface Findings extends Pick<DryRun, 'earlier' | 'readMs'> {
  readonly account: Account;
  readonly ready: ReadyFacts;
  readonly served: Served;
  readonly rowsPerRecord: number;
}

function conclude(
  { output, pace, gates }: ReplayConfig,
  { earlier, account, ready, served, readMs, rowsPerRecord }: Findings,
): DryRun {
  const { left, warmUp, firstMs, lastMs } = account;
  const { records, accepted, merged, rejected, filtered, minutes } = left.counts;
  const rows = accepted * rowsPerRecord;
  const warmupRows = warmUp.records * rowsPerRecord;
  const { backend, model, input, startMs, actors } = ready;
  const servingMs = rows === 0 ? 0 : ((rows - warmupRows) * served.wallMs) / served.items;
  const isKnown = pace === null && (served.items > 0 || rows === 0);
  return {
    out: output.out,
    earlier,
    ...judged(gates, { ...account.all.counts, warmup: earlier.counts.warmup + warmupRows }),
    counts: { records, accepted, merged, rejected, filtered, minutes },
    rejects: reportedRejects(left.rejects),
    firstMinute: firstMs === null ? null : isoTime(firstMs),
    lastMinute: lastMs === null ? null : isoTime(lastMs),
    ...{ rows, warmupRows, readMs },
    ready: { backend, model, input, startMs, actors: actors.length },
    served: served.items === 0 ? null : served,
    estimateMs: isKnown
      ? { least: startMs + Math.max(readMs, servingMs), most: startMs + readMs + servingMs }
      : null,
  };
}

/** @param counts of all sessions, as far as reading counts them */
function judged(
  gates: readonly Gate[],
  counts: CountedByReading['counts'],
): Pick<DryRun, 'gates' | 'openGates'> {
  const isOpen = ({ metric }: Gate): boolean => !Object.hasOwn(COUNTED_BY_READING, metric);
  return {
    gates: checkGates<CountedByReading>(
      gates.filter((gate) => !isOpen(gate)),
      COUNTED_BY_READING,
      { counts },
    ),
    openGates: gates.filter(isOpen).map(({ condition }) => condition),
  };
}

const NOTHING_TO_DO: Omit<DryRun, 'out' | 'earlier' | 'gates'> = {
  openGates: [],
  counts: { records: 0, accepted: 0, merged: 0, rejected: 0, filtered: 0, minutes: 0 },
  ...{ rejects: [], firstMinute: null, lastMinute: null, rows: 0, warmupRows: 0 },
  ...{ ready: null, served: null, readMs: 0, estimateMs: { least: 0, most: 0 } },
};

/** Accounts for the steps of a recording as they are taken, by a block maker first and then by no one. */
class Account {
  readonly left = new Counters();
  /** With what earlier sessions counted. */
  readonly all: Counters;
  readonly warmUp: WarmUpCount;
  firstMs: number | null = null;
  lastMs: number | null = null;
  readonly #maxRejects: ReplayConfig['maxRejects'];

  constructor({ maxRejects }: ReplayConfig, window: number, intervalMs: number, before: RunProgress | null) {
    this.#maxRejects = maxRejects;
    this.all = new Counters(before);
    this.warmUp = new WarmUpCount(window, intervalMs);
  }

  /** The steps; each loop over them resumes where the one before stopped. */
  over(steps: AsyncIterable<ReadStep>): AsyncIterable<DueSteps> {
    const iterator = steps[Symbol.asyncIterator]();
    return {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          const next = await iterator.next();
          if (next.done === true) return { value: undefined, done: true };
          this.#add(next.value);
          return { value: { steps: [next.value], dueAtMs: null }, done: false };
        },
      }),
    };
  }

  #add(step: ReadStep): void {
    const { batch, lookBack } = step;
    if (batch !== null) this.warmUp.add(batch, !lookBack);
    if (lookBack) return;
    this.left.addStep(step);
    this.all.addStep(step);
    this.all.checkRejects(this.#maxRejects, false);
    if (batch === null) return;
    this.firstMs ??= batch.minuteMs;
    this.lastMs = batch.minuteMs;
  }
}
