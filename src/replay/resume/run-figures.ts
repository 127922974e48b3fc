import { join } from 'node:path';

import { NO_VERDICT, ROW_STATUS, type MinuteRows } from '../../core/block.js';
import { RunTimings } from '../../measure/run-timings.js';
import { readTimingLine } from '../../measure/timing-line.js';
import { resultsName } from '../../output/output-paths.js';
import type { FileLine } from '../../output/read-back.js';
import type { RunOutput, RunOutputOptions } from '../../output/run-output.js';
import type { AnomalyEvents, FlaggedRow } from '../report/anomaly-events.js';
import { WallCharts } from '../report/charts/run-charts.js';
import { RunLabels } from '../report/run-labels.js';
import type { RunTotals } from '../totals.js';
import { readResults, type ResultLine } from './read-results.js';
import type { RunProgress } from './run-facts.js';

/** Figures of all sessions of a run. */
export interface RunFigures {
  readonly timings: RunTimings;
  /** What a minute took over the run. */
  readonly walls: WallCharts;
  /** Null where the results of earlier sessions lack what they are computed from. */
  readonly labels: RunLabels | null;
  readonly events: AnomalyEvents;
}

/** Figures of a run that this session began. */
export function figuresOfSession({ timings, charts, labels, events }: RunTotals): RunFigures {
  return { timings, walls: charts.walls, labels, events };
}

/** What is known of all sessions of a run. */
interface AllSessions {
  readonly hasLabels: boolean;
  readonly before: Pick<RunProgress, 'counts'>;
  /** Their labelled records; null: to be read from the results. */
  readonly labels?: RunLabels | null;
}

/** Whether results have all that figures on labels need. */
export function holdsAllResults({
  format,
  anomaliesOnly,
}: Pick<RunOutputOptions, 'format' | 'anomaliesOnly'>): boolean {
  return format === 'jsonl' && !anomaliesOnly;
}

/** @throws AiopsError `output_io` where a file of the run can't be read, or holds a line that is not its own */
export async function figuresOfAllSessions(
  output: RunOutput,
  written: Pick<RunOutputOptions, 'out' | 'format' | 'anomaliesOnly'>,
  totals: RunTotals,
  { hasLabels, before, labels = null }: AllSessions,
): Promise<RunFigures> {
  const { events, rowsPerRecord } = totals;
  const times = await timingsFromFile(output.committed('timings'), totals.deadlineMs);
  const needed = {
    labels: hasLabels && labels === null && holdsAllResults(written) ? new RunLabels() : null,
    events: before.counts.anomalies > 0 ? events.again() : null,
  };
  await fromResults(output, written, needed, rowsPerRecord);
  return {
    ...times,
    labels: hasLabels ? (labels ?? needed.labels) : totals.labels,
    events: needed.events ?? events,
  };
}

/**
 * Times of a run, from the lines of its `timing.jsonl`.
 *
 * @throws AiopsError `output_io`, also where a line is not one of timings; `config` where another version wrote it
 */
export async function timingsFromFile(
  groups: AsyncIterable<readonly FileLine[]>,
  deadlineMs: number,
): Promise<Pick<RunFigures, 'timings' | 'walls'>> {
  const timings = new RunTimings(deadlineMs);
  const walls = new WallCharts();
  for await (const group of groups) {
    for (const { text, number } of group) {
      const { minuteMs, timing, isAlone, schedule } = readTimingLine(text, `timing.jsonl:${number}`);
      timings.addServed(timing, isAlone, schedule);
      if (timing.items > 0) walls.add(minuteMs, timing, isAlone);
    }
  }
  return { timings, walls };
}

/**
 * Computes figures of all sessions again, from the results.
 *
 * @throws AiopsError `output_io`, also where a line is not one of results
 */
async function fromResults(
  output: RunOutput,
  { out, format }: Pick<RunOutputOptions, 'out' | 'format'>,
  { labels, events }: { readonly labels: RunLabels | null; readonly events: AnomalyEvents | null },
  rowsPerRecord: number,
): Promise<void> {
  if (labels === null && events === null) return;
  const place = join(out, resultsName(format));
  const rows = {
    statuses: new Uint8Array(rowsPerRecord),
    scores: new Float32Array(rowsPerRecord),
    anomalies: new Uint8Array(rowsPerRecord),
  };
  let row = 0;
  for await (const results of readResults(output, { format, place, flaggedOnly: labels === null })) {
    for (const result of results) {
      if (result.anomaly === true) events?.add(flaggedRow(result));
      enter(rows, row, result);
      row = (row + 1) % rowsPerRecord;
      if (row === 0) labels?.add([result], rows);
    }
  }
}

function flaggedRow({ minute, target, column, score, label }: ResultLine): FlaggedRow {
  return { minuteMs: Date.parse(minute), target, column, score: Math.fround(score ?? NaN), label };
}

function enter({ statuses, scores, anomalies }: MinuteRows, row: number, result: ResultLine): void {
  statuses[row] = ROW_STATUS[result.status];
  scores[row] = result.score ?? NaN;
  anomalies[row] = result.anomaly === null ? NO_VERDICT : Number(result.anomaly);
}
