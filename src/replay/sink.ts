import { performance } from 'node:perf_hooks';

import { resultRows, withErrors } from '../core/answers.js';
import type { RunCounts } from '../core/counts.js';
import type { Incident } from '../core/incidents.js';
import type { InputPosition } from '../core/input-position.js';
import { Timer } from '../core/timer.js';
import type { MinuteBatch, MinuteRun, ReadStep, ReadyFacts } from '../core/types.js';
import type { WindowedMinute } from '../core/window.js';
import { timingLine } from '../measure/run-timings.js';
import type { RunOutput } from '../output/run-output.js';
import { everyItemLost } from '../pool/actor-errors.js';
import type { Executors } from '../pool/executors.js';
import type { Recording } from '../read/recording.js';
import { TraceWriter, type TracedGroup } from '../report/trace-writer.js';
import type { ReplayConfig } from './replay-config.js';
import type { ReplayOutcome } from './replay-context.js';
import type { RunProgress } from './resume/run-facts.js';
import type { RunTotals } from './totals.js';

/** A minute that was dispatched to actors. */
export interface DispatchedMinute {
  readonly minute: WindowedMinute;
  readonly run: Promise<MinuteRun>;
  /** When it was to begin, on the clock of its timing; null: it had no schedule. */
  readonly dueAtMs: number | null;
}

interface Trace {
  readonly writer: TraceWriter;
  readonly actors: TracedGroup;
}

/** A minute's run in its turn, with what happened to actors since the minute before. */
interface AccountedRun extends MinuteRun {
  readonly incidents: readonly Incident[];
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
  /** Called after every step. */
  readonly onMinute: (counts: RunCounts, recording: Recording) => void;
}

/**
 * Where the steps of a run end. It alone decides their order: steps are counted and written in the order of reading,
 * whichever minute is answered first, and committed from time to time.
 */
export class Sink {
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
  /** Monotonic clock, ms. */
  readonly #now: () => number;

  private constructor(config: SinkConfig, parts: SinkParts, trace: Trace | null, now: () => number) {
    this.#config = config;
    this.#parts = parts;
    this.#trace = trace;
    this.#lastPositions = parts.before?.positions ?? [];
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

  /** Aborted, with the reason, at the first failure: the caller may be waiting for input at that time. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /**
   * Takes the next step, with its minute if it has one; resolves as soon as another one may be under way.
   *
   * @throws AiopsError what this step or an earlier one failed with: `output_cannot_create`, `output_io`,
   *   `reject_limit`; `actor_failed` also where item after item crashes every actor: such a minute is not written, so
   *   that the next session tries it again
   */
  async enqueue(step: ReadStep, dispatched: DispatchedMinute | null = null): Promise<void> {
    dispatched?.run.catch(() => undefined); // reported in its turn, and only if nothing failed before
    this.#allWritten = this.#writeAfter(this.#allWritten, step, dispatched);
    this.#allWritten.catch((error: unknown) => this.#failed.abort(error));
    this.#pending.push(this.#allWritten);
    while (this.#pending.length >= this.#config.inflight) await this.#pending[0];
  }

  /** Resolves once every step so far is written. @throws AiopsError as `enqueue` does */
  async drain(): Promise<void> {
    await this.#allWritten;
  }

  /** Ends a session that was interrupted: commits what is written. @throws AiopsError `output_io` */
  async stop(): Promise<ReplayOutcome> {
    const { totals, executors, recording } = this.#parts;
    totals.incidents.add(executors.incidents.take());
    await this.#exclusively(() => this.#commitWritten());
    const resumable = this.#config.output.out !== '-' && !recording.isLive;
    return { kind: 'interrupted', minutes: totals.counters.counts.minutes, resumable };
  }

  /**
   * Ends the run: all input is read and written.
   *
   * @throws AiopsError `output_io`; `reject_limit`; `internal` where rows and records do not add up
   */
  async end(): Promise<void> {
    const { totals, executors } = this.#parts;
    totals.incidents.add(executors.incidents.take());
    totals.counters.settle();
    await this.#exclusively(() => this.#commit(this.#lastPositions, true));
    totals.counters.checkRejects(this.#config.maxRejects, true);
    await this.#trace?.writer.end();
  }

  /** After a failure: commits what was answered before it, unless committing is what failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#allWritten.catch(() => undefined);
    await this.#exclusively(() => this.#commitWritten()).catch(() => undefined);
  }

  async #writeAfter(
    before: Promise<void>,
    step: ReadStep,
    dispatched: DispatchedMinute | null,
  ): Promise<void> {
    await before;
    const run = dispatched === null ? null : await dispatched.run;
    await this.#exclusively(() => this.#write(step, dispatched, run));
    const { onMinute, totals, recording } = this.#parts;
    onMinute(totals.counters.counts, recording);
    void this.#pending.shift(); // this step: earlier ones are gone
  }

  #exclusively(work: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => undefined);
    return done;
  }

  async #write(step: ReadStep, dispatched: DispatchedMinute | null, run: MinuteRun | null): Promise<void> {
    const { output, totals } = this.#parts;
    const { maxRejects, backfill } = this.#config;
    const accounted = dispatched === null || run === null ? null : this.#account(dispatched.minute, run);
    // What the end of an input closes is redone when the input grows: the run must be able to resume here. After a
    // step without a minute it can't resume before the next one, and there may be many until then. That is at most one
    // commit per minute: a step has none where a few thousand rejects came first, or at the end.
    if (step.isTail || step.batch === null) await this.#commitWritten();
    this.#positions = null;
    totals.addStep(step);
    await output.writeRejects(step.rejects);
    if (step.batch !== null && dispatched !== null && accounted !== null) {
      await this.#writeMinute(step.batch, dispatched, accounted);
    }
    if (step.batch !== null) this.#positions = step.positions;
    this.#lastPositions = step.positions ?? this.#lastPositions;
    totals.counters.checkRejects(maxRejects, false);
    const leftMs = this.#committedAtMs + backfill.commitIntervalMs - this.#now();
    if (leftMs <= 0) await this.#commitWritten();
    else if (this.#positions !== null) this.#commitWithin(leftMs);
  }

  /**
   * What earlier minutes found counts here as well, even if this one was answered before: so results don't depend on
   * how many minutes are under way.
   */
  #account({ minuteMs, batch }: WindowedMinute, { answers, timing }: MinuteRun): AccountedRun {
    const { executors, totals } = this.#parts;
    const errors = executors.quarantines.errorsOf(batch);
    const known = errors.size === 0 ? answers : withErrors(answers, errors);
    const incidents = executors.incidents.take(minuteMs);
    if (!totals.losses.takes(known)) {
      throw everyItemLost(incidents.findLast(({ kind }) => kind === 'lost')?.text ?? null);
    }
    return { answers: known, timing, incidents };
  }

  async #writeMinute(
    batch: MinuteBatch,
    { minute, dueAtMs }: DispatchedMinute,
    { answers, timing, incidents }: AccountedRun,
  ): Promise<void> {
    const { output, totals } = this.#parts;
    const rows = resultRows(minute, answers);
    await output.writeRows(rows);
    await output.writeTiming(timingLine(minute.minuteMs, timing, dueAtMs));
    await this.#trace?.actors.enter(minute.minuteMs, timing);
    totals.addMinute(batch, rows, timing, dueAtMs);
    totals.incidents.add(incidents);
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
    const progress: RunProgress = {
      at: new Date().toISOString(),
      ...totals.progress(),
      positions,
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
