import { resultRows } from '../core/gather.js';
import type { MinuteRun, ReadStep, ResultRow } from '../core/types.js';
import type { WindowedMinute } from '../core/window.js';
import { RunLabels } from '../report/run-labels.js';
import { RunCharts } from '../report/charts/run-charts.js';
import type { TargetChartsOptions } from '../report/charts/target-charts.js';
import { RunTimings, timingLine } from '../report/run-timings.js';
import type { RunOutput } from '../write/run-output.js';
import type { RejectLimit } from './replay-config.js';
import { Tally } from './tally.js';
import type { TracedGroup } from './trace-writer.js';

/** What became of a minute. */
export interface ServedMinute {
  readonly minute: WindowedMinute;
  readonly run: MinuteRun;
  /** When it was to begin, on the clock of its timing; null: as soon as it could. */
  readonly dueAtMs: number | null;
}

/** A step of reading, and what the model said to its minute, if it closed one. */
export interface ServedStep {
  readonly step: ReadStep;
  readonly served: ServedMinute | null;
}

/** Where the minutes of a run end: written to the output, counted and timed. */
export class Ledger {
  readonly tally: Tally;
  readonly timings: RunTimings;
  readonly labels: RunLabels;
  readonly charts: RunCharts;
  readonly #output: RunOutput;
  readonly #trace: TracedGroup | null;
  readonly #maxRejects: RejectLimit | null;
  #firstMinuteMs = NaN;
  #lastMinuteMs = NaN;

  constructor(options: {
    output: RunOutput;
    trace: TracedGroup | null;
    rowsPerRecord: number;
    deadlineMs: number;
    maxRejects: RejectLimit | null;
    series: TargetChartsOptions;
  }) {
    this.#output = options.output;
    this.#trace = options.trace;
    this.#maxRejects = options.maxRejects;
    this.tally = new Tally(options.rowsPerRecord);
    this.timings = new RunTimings(options.deadlineMs);
    this.labels = new RunLabels(options.rowsPerRecord);
    this.charts = new RunCharts(options.series);
  }

  /** First and last minute entered, epoch ms; NaN before there was one. */
  get span(): { readonly firstMs: number; readonly lastMs: number } {
    return { firstMs: this.#firstMinuteMs, lastMs: this.#lastMinuteMs };
  }

  /** @throws AiopsError when the output fails or the reject limit is passed */
  async enter({ step, served }: ServedStep): Promise<void> {
    this.tally.addStep(step);
    await this.#output.writeRejects(step.rejects);
    if (served !== null && step.batch !== null) {
      const rows = await this.#enterMinute(served);
      this.charts.addRows(step.batch, rows);
    }
    this.tally.checkRejects(this.#maxRejects, false);
  }

  async #enterMinute({ minute, run, dueAtMs }: ServedMinute): Promise<ResultRow[]> {
    const { answers, timing } = run;
    const rows = resultRows(minute, answers);
    this.tally.addRows(rows);
    this.labels.add(rows);
    await this.#output.writeRows(rows);
    this.timings.add(timing, dueAtMs);
    this.charts.addTiming(minute.minuteMs, timing);
    await this.#output.writeTiming(timingLine(minute.minuteMs, timing, dueAtMs));
    await this.#trace?.enter(minute.minuteMs, timing);
    if (Number.isNaN(this.#firstMinuteMs)) this.#firstMinuteMs = minute.minuteMs;
    this.#lastMinuteMs = minute.minuteMs;
    return rows;
  }
}
