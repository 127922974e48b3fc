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

/** A step of reading, and what the model said to its minute, if it closed one. */
export interface ServedStep {
  readonly step: ReadStep;
  readonly served: { readonly minute: WindowedMinute; readonly run: MinuteRun } | null;
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
      const rows = await this.#enterMinute(served.minute, served.run);
      this.charts.addRows(step.batch, rows);
    }
    this.tally.checkRejects(this.#maxRejects, false);
  }

  async #enterMinute(minute: WindowedMinute, { answers, timing }: MinuteRun): Promise<ResultRow[]> {
    const rows = resultRows(minute, answers);
    this.tally.addRows(rows);
    this.labels.add(rows);
    await this.#output.writeRows(rows);
    this.timings.add(timing);
    this.charts.addTiming(minute.minuteMs, timing);
    await this.#output.writeTiming(timingLine(minute.minuteMs, timing));
    await this.#trace?.enter(minute.minuteMs, timing);
    if (Number.isNaN(this.#firstMinuteMs)) this.#firstMinuteMs = minute.minuteMs;
    this.#lastMinuteMs = minute.minuteMs;
    return rows;
  }
}
