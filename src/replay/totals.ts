import { LossStreak } from '../core/loss-streak.js';
import type { Answers, Block, MinuteRows } from '../core/block.js';
import type { LookBack } from '../core/look-back.js';
import type { BlockTiming, InputSpec, ItemError, MinuteBatch, ReadStep } from '../core/types.js';
import { RunTimings, type Service } from '../measure/run-timings.js';
import type { Recording } from '../read/recording.js';
import { deadlineOf, type ReplayConfig } from './replay-config.js';
import { AnomalyEvents } from './report/anomaly-events.js';
import { PLOTTED_EVENTS } from './report/charts/event-plots.js';
import { RunCharts } from './report/charts/run-charts.js';
import { RunLabels } from './report/run-labels.js';
import type { RunProgress, RunUsage } from './resume/run-facts.js';
import { RunCounters } from './run-counters.js';
import { ErrorTally } from './error-tally.js';
import { RunIncidents } from './run-incidents.js';
import type { UsageMeter } from './usage-meter.js';

/** What the totals of a session depend on. */
export interface TotalsParts {
  readonly recording: Pick<Recording, 'columns' | 'intervalMs'>;
  readonly lookBack: Pick<LookBack, 'rowsPerRecord'>;
  readonly input: Pick<InputSpec, 'columns'>;
  /** Where the run stood when this session resumed it; null: it starts from nothing. */
  readonly before: RunProgress | null;
  /** Of all sessions so far. */
  readonly usage: Pick<UsageMeter, 'total'>;
}

/**
 * Everything a run counts and times. Counters, incidents and usage include earlier sessions; timings, labels,
 * events and charts are of this session, since the rest can be read from the files that earlier sessions wrote.
 */
export class RunTotals {
  readonly rowsPerRecord: number;
  readonly deadlineMs: number;
  readonly counters: RunCounters;
  readonly errors: ErrorTally;
  readonly incidents: RunIncidents;
  /** Items in a row that crashed every actor. */
  readonly losses: LossStreak;
  readonly timings: RunTimings;
  readonly labels: RunLabels;
  readonly events: AnomalyEvents;
  readonly charts: RunCharts;
  readonly #usage: Pick<UsageMeter, 'total'>;
  #firstMinuteMs: number;
  #lastMinuteMs: number;

  constructor(
    config: Pick<ReplayConfig, 'deadlineMs' | 'pace'>,
    { recording, lookBack, input, before, usage }: TotalsParts,
  ) {
    this.rowsPerRecord = lookBack.rowsPerRecord;
    this.deadlineMs = deadlineOf(config, recording.intervalMs);
    this.counters = new RunCounters(lookBack.rowsPerRecord, before);
    const columns = input.columns === 'each' ? recording.columns : [null];
    this.errors = new ErrorTally(columns, before?.errors);
    this.incidents = new RunIncidents(before?.incidents);
    this.losses = new LossStreak(before?.lostInARow);
    this.timings = new RunTimings(this.deadlineMs);
    this.labels = new RunLabels();
    this.events = new AnomalyEvents({ intervalMs: recording.intervalMs, columns });
    this.charts = new RunCharts({ columns: recording.columns, modelColumns: input.columns });
    this.#usage = usage;
    this.#firstMinuteMs = before?.firstMinuteMs ?? NaN;
    this.#lastMinuteMs = before?.minuteMs ?? NaN;
  }

  /** First and last minute written, epoch ms; NaN before the first. */
  get span(): { readonly firstMs: number; readonly lastMs: number } {
    return { firstMs: this.#firstMinuteMs, lastMs: this.#lastMinuteMs };
  }

  get usage(): RunUsage {
    return this.#usage.total(this.timings.busyMs);
  }

  addStep(step: ReadStep): void {
    this.counters.addStep(step);
  }

  /** @param errors of its rows, by row */
  addMinute(
    batch: MinuteBatch,
    rows: MinuteRows,
    errors: readonly (readonly [row: number, error: ItemError])[],
  ): void {
    if (errors.length > 0) this.errors.addMinute(batch, errors);
    const flagged = this.counters.addRows(rows);
    if (flagged > 0) this.events.addMinute(batch, rows);
    this.labels.add(batch.records, rows);
    this.charts.addRows(batch, rows);
    if (Number.isNaN(this.#firstMinuteMs)) this.#firstMinuteMs = batch.minuteMs;
    this.#lastMinuteMs = batch.minuteMs;
  }

  /** @param minuteMs its first minute */
  addBlock(minuteMs: number, timing: BlockTiming, how: Service): void {
    this.timings.add(timing, how);
    this.charts.addTiming(minuteMs, timing, how.isAlone);
  }

  /** Takes a block whose minutes were added. */
  addAnswers(block: Block, answers: Answers): void {
    this.charts.events.addBlock(block, answers, this.events.leading(PLOTTED_EVENTS));
  }

  /** What a commit says of all this. */
  progress(): Pick<
    RunProgress,
    | 'firstMinuteMs'
    | 'minuteMs'
    | 'counts'
    | 'verdicts'
    | 'found'
    | 'rejects'
    | 'errors'
    | 'lostInARow'
    | 'incidents'
    | 'usage'
  > {
    const { counts, verdicts, found, rejects } = this.counters;
    return {
      firstMinuteMs: Number.isNaN(this.#firstMinuteMs) ? null : this.#firstMinuteMs,
      minuteMs: Number.isNaN(this.#lastMinuteMs) ? null : this.#lastMinuteMs,
      counts,
      verdicts,
      found,
      rejects,
      errors: this.errors.all,
      lostInARow: this.losses.length,
      incidents: this.incidents.counts,
      usage: this.usage,
    };
  }
}
