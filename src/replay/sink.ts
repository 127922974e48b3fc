import { performance } from 'node:perf_hooks';

import type { RunCounts } from '../core/counts.js';
import type { InputPosition } from '../core/input-position.js';
import { AiopsError } from '../core/errors.js';
import { Timer } from '../core/timer.js';
import type { ReadStep, ReadyFacts } from '../core/types.js';
import { timingLine } from '../measure/timing-line.js';
import type { RunOutput } from '../output/run-output.js';
import type { Executors } from '../pool/executors.js';
import type { Recording } from '../read/recording.js';
import { TraceWriter, type TracedGroup } from '../report/trace-writer.js';
import type { ReplayConfig } from './replay-config.js';
import type { ReplayOutcome, Written } from './replay-context.js';
import type { RunProgress } from './resume/run-facts.js';
import { servedInTurn, type DispatchedBlock, type ServedBlock } from './served-block.js';
import { takeSteps } from './take-steps.js';
import type { RunTotals } from './totals.js';

interface Trace {
  readonly writer: TraceWriter;
  readonly actors: TracedGroup;
}

export type SinkConfig = Pick<ReplayConfig, 'mode' | 'inflight' | 'maxRejects'> & {
  readonly output: Pick<ReplayConfig['output'], 'out'>;
  readonly backfill: Pick<ReplayConfig['backfill'], 'commitIntervalMs'>;
};

/** What a sink writes to, and what it takes into account. */
export interface SinkParts {
  readonly output: RunOutput;
  readonly recording: Recording;
  readonly ready: Pick<ReadyFacts, 'actors'>;
  readonly executors: Pick<Executors, 'quarantines' | 'incidents'>;
  readonly totals: RunTotals;
  /** Where the run stood when this session resumed it; null: it starts from nothing. */
  readonly before: Pick<RunProgress, 'positions'> | null;
  /** Whether others join the run with what comes before and after it; default: no. */
  readonly isPart?: boolean;
  /** Called after every block. */
  readonly onWritten: (written: Written) => void;
}

/**
 * Where the steps of a run end. It alone decides their order: steps are counted and written in the order of reading,
 * whichever block is answered first, and committed from time to time.
 */
export class Sink implements Written {
  readonly #config: SinkConfig;
  readonly #parts: SinkParts;
  /** Null: the output keeps no trace. */
  readonly #trace: Trace | null;
  readonly #failed = new AbortController();
  /** Of steps that are not written yet, oldest first. */
  readonly #pending: Promise<void>[] = [];
  /** Resolves once every step so far is written; rejects, like every later one, with the first failure. */
  #allWritten: Promise<void> = Promise.resolve();
  /** Settles once the step or commit under way is done: there is one at a time. */
  #writing: Promise<unknown> = Promise.resolve();
  /** Where reading can resume after the last step; null: not here, or it is committed already. */
  #positions: readonly InputPosition[] | null = null;
  /** The same, even where only the end of the run may be committed. */
  #lastPositions: readonly InputPosition[];
  /** Commits when no further step comes. */
  #timer: Timer | null = null;
  #committedAtMs: number;
  readonly #minutesBefore: number;
  #enqueuedMinutes = 0;
  /** Monotonic clock, ms. */
  readonly #now: () => number;

  private constructor(config: SinkConfig, parts: SinkParts, trace: Trace | null, now: () => number) {
    this.#config = config;
    this.#parts = parts;
    this.#trace = trace;
    this.#lastPositions = parts.before?.positions ?? [];
    this.#minutesBefore = parts.totals.counters.counts.minutes;
    this.#now = now;
    this.#committedAtMs = now();
  }

  /** Begins the trace, if the output keeps one, with these actors. @throws AiopsError `output_io` */
  static async open(
    config: SinkConfig,
    parts: SinkParts,
    now = (): number => performance.now(),
  ): Promise<Sink> {
    const writer = await TraceWriter.open(parts.output);
    const { actors } = parts.ready;
    const trace =
      writer === null ? null : { writer, actors: await writer.begin({ name: config.mode, actors }) };
    return new Sink(config, parts, trace, now);
  }

  get counts(): RunCounts {
    return this.#parts.totals.counters.counts;
  }

  doneBytes(): number {
    return this.#parts.recording.bytesBefore(this.#lastPositions);
  }

  totalBytes(): number | null {
    return this.#parts.recording.progress().totalBytes;
  }

  /** Aborted, with the reason, at the first failure: the caller may be waiting for input at that time. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /**
   * Takes the next steps, with the block of their minutes if they have any; resolves as soon as another one may be under
   * way.
   *
   * @throws AiopsError what these steps or earlier ones failed with: `output_cannot_create`, `output_io`,
   *   `reject_limit`; `actor_failed` also where item after item crashes every actor: such a minute is not written, so
   *   that the next session tries it again
   */
  async enqueue(steps: readonly ReadStep[], dispatched: DispatchedBlock | null = null): Promise<void> {
    dispatched?.run.catch(() => undefined); // reported in its turn, and only if nothing failed before
    const known = this.#parts.executors.quarantines.added;
    this.#enqueuedMinutes += dispatched?.block.minutesMs.length ?? 0;
    this.#allWritten = this.#writeAfter(this.#allWritten, steps, dispatched, known);
    this.#allWritten.catch((error: unknown) => this.#failed.abort(error));
    this.#pending.push(this.#allWritten);
    while (this.#pending.length >= this.#config.inflight) await this.#pending[0];
  }

  /** Resolves once every step so far is written. @throws AiopsError as `enqueue` does */
  async drain(): Promise<void> {
    await this.#allWritten;
  }

  /**
   * Ends a session that was interrupted: commits what is written. Blocks of killed executors are dropped.
   *
   * @throws AiopsError as `enqueue` does
   */
  async stop(): Promise<ReplayOutcome> {
    const { totals, executors, recording } = this.#parts;
    await this.#allWritten.catch((error: unknown) => {
      if (!(error instanceof AiopsError && error.code === 'interrupted')) throw error;
    });
    totals.incidents.add(executors.incidents.take());
    await this.#exclusively(() => this.#commitWritten());
    const resumable = this.#config.output.out !== '-' && !recording.isLive;
    const { minutes } = totals.counters.counts;
    const dropped = this.#minutesBefore + this.#enqueuedMinutes - minutes;
    return { kind: 'interrupted', minutes, dropped, resumable };
  }

  /**
   * Ends the run: all input is read and written.
   *
   * @throws AiopsError `output_io`; `reject_limit`; `internal` where rows and records do not add up
   */
  async end(): Promise<void> {
    const { totals, executors, isPart = false } = this.#parts;
    totals.incidents.add(executors.incidents.take());
    totals.counters.settle({ isPart });
    await this.#exclusively(() => this.#commit(this.#lastPositions, true));
    totals.counters.checkRejects(this.#config.maxRejects, true);
    await this.#trace?.writer.end();
  }

  /** After a failure: commits what was answered before it, unless committing is what failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#allWritten.catch(() => undefined);
    await this.#exclusively(() => this.#commitWritten()).catch(() => undefined);
  }

  /** @param known how many quarantines there were when the block was dispatched */
  async #writeAfter(
    before: Promise<void>,
    steps: readonly ReadStep[],
    dispatched: DispatchedBlock | null,
    known: number,
  ): Promise<void> {
    await before;
    const {
      executors,
      totals: { losses },
    } = this.#parts;
    const served =
      dispatched === null ? null : await servedInTurn(dispatched, executors.quarantines, known, losses);
    await this.#exclusively(() => this.#write(steps, served));
    this.#parts.onWritten(this);
    void this.#pending.shift(); // these steps: earlier ones are gone
  }

  #exclusively(work: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => undefined);
    return done;
  }

  async #write(steps: readonly ReadStep[], served: ServedBlock | null): Promise<void> {
    const { output, totals, executors } = this.#parts;
    const { backfill, maxRejects } = this.#config;
    // What the end of an input closes is redone when the input grows: the run must be able to resume here. After a
    // step without a minute it can't resume before the next one, and there may be many until then. That is at most one
    // commit per minute: a step has none where a few thousand rejects came first, or at the end.
    if (steps[0]!.isTail || steps[0]!.batch === null) await this.#commitWritten();
    const before = this.#positions;
    this.#positions = null; // while files are ahead of the counters, nothing can be committed
    const { taken, minutes, failure } = takeSteps(steps, served, {
      ...{ totals, incidents: executors.incidents, maxRejects },
    });
    await output.writeRejects(taken.flatMap(({ rejects }) => rejects));
    if (served !== null) await this.#writeBlock(served, minutes);
    const last = taken.at(-1);
    this.#positions = last === undefined ? before : last.batch === null ? null : last.positions;
    this.#lastPositions = last?.positions ?? this.#lastPositions;
    if (failure !== null) throw failure.error;
    const leftMs = this.#committedAtMs + backfill.commitIntervalMs - this.#now();
    if (leftMs <= 0) await this.#commitWritten();
    else if (this.#positions !== null) this.#commitWithin(leftMs);
  }

  /** @param minutes how many of the block's minutes were taken: its lines are written up to there */
  async #writeBlock(
    { block, answers, timing, isAlone, dueAtMs }: ServedBlock,
    minutes: number,
  ): Promise<void> {
    const { output, totals, executors } = this.#parts;
    if (answers.lines === null) throw new RangeError('a block was served without result lines');
    const { bytes, offsets } = answers.lines;
    await output.writeLines(bytes.subarray(0, offsets[minutes]));
    const { metrics = [] } = answers;
    await output.writeMetrics(metrics.map((file) => file.bytes.subarray(0, file.offsets[minutes])));
    if (minutes < block.minutesMs.length) return;
    const [minuteMs = NaN] = block.minutesMs;
    await output.writeTiming(timingLine({ minuteMs, timing, isAlone, dueAtMs }));
    await this.#trace?.actors.enter(minuteMs, timing);
    totals.addBlock(minuteMs, timing, { isAlone, dueAtMs });
    totals.addAnswers(block, answers);
    totals.incidents.add(executors.incidents.take(block.minutesMs.at(-1)));
  }

  /** The next minute may be far off: in a live feed, or where time passes as recorded. */
  #commitWithin(ms: number): void {
    this.#timer ??= new Timer(ms, () => {
      this.#timer = null;
      const committed = this.#exclusively(() => this.#commitWritten());
      committed.catch((error: unknown) => this.#failed.abort(error));
    }).unref();
  }

  async #commitWritten(): Promise<void> {
    if (this.#positions !== null) await this.#commit(this.#positions, false);
  }

  async #commit(positions: readonly InputPosition[], ended: boolean): Promise<void> {
    const { output, totals, executors, recording } = this.#parts;
    this.#timer?.clear();
    this.#timer = null;
    const lastMinuteMs = totals.span.lastMs;
    const wholeInputs = recording.wholeInputs();
    const { awaited } = recording.columnsSeen();
    const progress: RunProgress = {
      at: new Date().toISOString(),
      ...totals.progress(),
      positions,
      ...(wholeInputs.some((whole) => whole !== null) ? { wholeInputs } : {}),
      ...(awaited.waiting.length > 0 ? { awaited } : {}),
      digests: recording.digestUpdates(),
      quarantines: executors.quarantines.after(lastMinuteMs),
      ended,
    };
    await output.commit(progress);
    this.#positions = null; // only now: the next commit must meet a failure, too
    executors.quarantines.forgetBefore(lastMinuteMs);
    this.#committedAtMs = this.#now();
  }
}
