import { Timer } from '../core/timer.js';
import { resultRows } from '../core/gather.js';
import type { Incident } from '../core/incidents.js';
import type { InputPosition } from '../core/input-position.js';
import { LossStreak } from '../core/loss-streak.js';
import type { Quarantines } from '../core/quarantines.js';
import type { MinuteRun, ReadStep, ResultRow } from '../core/types.js';
import type { WindowedMinute } from '../core/window.js';
import { everyItemLost } from '../pool/actor-errors.js';
import type { DigestUpdate } from '../read/bytes/segments.js';
import { RunLabels } from './report/run-labels.js';
import { RunCharts } from './report/charts/run-charts.js';
import type { TargetChartsOptions } from './report/charts/target-charts.js';
import { RunTimings, timingLine } from '../measure/run-timings.js';
import type { RunOutput } from '../output/run-output.js';
import { RunIncidents } from './run-incidents.js';
import type { RunProgress } from './resume/run-facts.js';
import type { RejectLimit } from '../core/counts.js';
import type { RunUsage } from './run-usage.js';
import { Tally } from '../read/tally.js';
import type { TracedGroup } from '../report/trace-writer.js';

/** A minute's run, with the incidents that it is to account for. */
export interface ServedRun extends MinuteRun {
  readonly incidents: readonly Incident[];
}

/** What became of a minute. */
export interface ServedMinute {
  readonly minute: WindowedMinute;
  readonly run: ServedRun;
  /** When it was to begin, on the clock of its timing; null: as soon as it could. */
  readonly dueAtMs: number | null;
}

/** A step of reading, and what the model said to its minute, if it closed one. */
export interface ServedStep {
  readonly step: ReadStep;
  readonly served: ServedMinute | null;
}

export interface LedgerOptions {
  readonly output: RunOutput;
  readonly trace: TracedGroup | null;
  readonly rowsPerRecord: number;
  readonly deadlineMs: number;
  readonly maxRejects: RejectLimit | null;
  readonly series: TargetChartsOptions;
  /** Time between commits, ms; 0: every minute. */
  readonly commitIntervalMs: number;
  readonly quarantines: Pick<Quarantines, 'after' | 'forgetBefore'>;
  /** What the run has used up so far, given how long the actors were busy in this session, ms. */
  readonly usage: (busyMs: number) => RunUsage;
  /** For each input what was read since the last call. */
  readonly digestUpdates: () => readonly (DigestUpdate | null)[];
  /** What earlier sessions of the run came to; null: this is the first. */
  readonly before: RunProgress | null;
  /** Monotonic clock, ms. */
  readonly now: () => number;
}

/** Where the minutes of a run end: written to the output, counted, timed, and committed from time to time. */
export class Ledger {
  readonly tally: Tally;
  readonly timings: RunTimings;
  readonly labels: RunLabels;
  readonly charts: RunCharts;
  readonly incidents: RunIncidents;
  readonly #options: LedgerOptions;
  readonly #losses: LossStreak;
  #firstMinuteMs: number;
  #lastMinuteMs: number;
  /** Where reading can go on after what was entered; null: not here, or it is committed already. */
  #positions: readonly InputPosition[] | null = null;
  /** The same, also where only the end of all reading can be committed. */
  #lastPositions: readonly InputPosition[];
  #committedAtMs: number;
  /** Settles once what was entered or committed last is done with: one thing at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Commits when nothing more is entered. */
  #timer: Timer | null = null;
  readonly #failed = new AbortController();

  constructor(options: LedgerOptions) {
    const { before, rowsPerRecord } = options;
    this.#options = options;
    this.tally = new Tally(rowsPerRecord, before);
    this.timings = new RunTimings(options.deadlineMs);
    this.labels = new RunLabels(rowsPerRecord);
    this.charts = new RunCharts(options.series);
    this.incidents = new RunIncidents(before);
    this.#losses = new LossStreak(before?.lostInARow);
    this.#firstMinuteMs = before?.firstMinuteMs ?? NaN;
    this.#lastMinuteMs = before?.minuteMs ?? NaN;
    this.#lastPositions = before?.positions ?? [];
    this.#committedAtMs = options.now();
  }

  /** First and last minute entered, epoch ms; NaN before there was one. */
  get span(): { readonly firstMs: number; readonly lastMs: number } {
    return { firstMs: this.#firstMinuteMs, lastMs: this.#lastMinuteMs };
  }

  /** What all sessions of the run have used up until now. */
  get usage(): RunUsage {
    return this.#options.usage(this.timings.busyMs);
  }

  /** Aborted, with the reason, where a commit failed while nothing was entered. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /**
   * @throws AiopsError `output_cannot_create`, `output_io`; `reject_limit` once that is passed; `actor_failed` where
   *   item after item crashes every actor: that minute is not entered, so a rerun tries it again
   */
  enter(served: ServedStep): Promise<void> {
    return this.#inTurn(() => this.#enter(served));
  }

  /**
   * Makes sure of what was entered since the last commit, where reading can go on after it.
   *
   * @throws AiopsError `output_io`
   */
  commit(): Promise<void> {
    return this.#inTurn(() => this.#commitEntered());
  }

  /** Makes sure of everything: reading has ended. @throws AiopsError `output_io` */
  commitEnd(): Promise<void> {
    return this.#inTurn(() => this.#commit(this.#lastPositions, true));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #enter({ step, served }: ServedStep): Promise<void> {
    if (served !== null && !this.#losses.takes(served.run.answers)) {
      throw everyItemLost(lastLossOf(served.run.incidents));
    }
    // What the end of an input closes is done again when the input grows: the run must be able to go back to here.
    // After a step without a minute it cannot go on before the next one, and there may be many until then. That is
    // at most one commit for each minute: a step has none where a few thousand rejects came first, or at the end.
    if (step.isTail || step.batch === null) await this.#commitEntered();
    this.#positions = null;
    this.tally.addStep(step);
    await this.#options.output.writeRejects(step.rejects);
    if (served !== null && step.batch !== null) {
      const rows = await this.#enterMinute(served);
      this.charts.addRows(step.batch, rows);
    }
    if (step.batch !== null) this.#positions = step.positions;
    this.#lastPositions = step.positions ?? this.#lastPositions;
    this.tally.checkRejects(this.#options.maxRejects, false);
    const { now, commitIntervalMs } = this.#options;
    const leftMs = this.#committedAtMs + commitIntervalMs - now();
    if (leftMs <= 0) await this.#commitEntered();
    else if (this.#positions !== null) this.#commitWithin(leftMs);
  }

  /** The next minute may be long in coming: of a live feed, or where time passes as recorded. */
  #commitWithin(ms: number): void {
    if (this.#timer !== null) return;
    const commit = (): void => {
      this.#timer = null;
      this.commit().catch((error: unknown) => this.#failed.abort(error));
    };
    this.#timer = new Timer(ms, commit).unref();
  }

  async #commitEntered(): Promise<void> {
    if (this.#positions !== null) await this.#commit(this.#positions, false);
  }

  async #commit(positions: readonly InputPosition[], ended: boolean): Promise<void> {
    this.#timer?.clear();
    this.#timer = null;
    await this.#options.output.commit(this.#progress(positions, ended));
    this.#positions = null; // not before: whoever asks again is to hear of a failure, too
    this.#options.quarantines.forgetBefore(this.#lastMinuteMs);
    this.#committedAtMs = this.#options.now();
  }

  #progress(positions: readonly InputPosition[], ended: boolean): RunProgress {
    const { counts, verdicts, found } = this.tally;
    return {
      at: new Date().toISOString(),
      firstMinuteMs: Number.isNaN(this.#firstMinuteMs) ? null : this.#firstMinuteMs,
      minuteMs: Number.isNaN(this.#lastMinuteMs) ? null : this.#lastMinuteMs,
      counts,
      verdicts,
      found,
      positions,
      digests: this.#options.digestUpdates(),
      quarantines: this.#options.quarantines.after(this.#lastMinuteMs),
      lostInARow: this.#losses.length,
      incidents: this.incidents.counts,
      usage: this.usage,
      ended,
    };
  }

  async #enterMinute({ minute, run, dueAtMs }: ServedMinute): Promise<ResultRow[]> {
    const { answers, timing } = run;
    const { output, trace } = this.#options;
    const rows = resultRows(minute, answers);
    this.tally.addRows(rows);
    this.labels.add(rows);
    this.incidents.add(run.incidents);
    await output.writeRows(rows);
    this.timings.add(timing, dueAtMs);
    this.charts.addTiming(minute.minuteMs, timing);
    await output.writeTiming(timingLine(minute.minuteMs, timing, dueAtMs));
    await trace?.enter(minute.minuteMs, timing);
    if (Number.isNaN(this.#firstMinuteMs)) this.#firstMinuteMs = minute.minuteMs;
    this.#lastMinuteMs = minute.minuteMs;
    return rows;
  }
}

function lastLossOf(incidents: readonly Incident[]): string | null {
  return incidents.findLast(({ kind }) => kind === 'lost')?.text ?? null;
}
