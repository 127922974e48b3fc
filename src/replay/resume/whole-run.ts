import { join } from 'node:path';

import { AiopsError } from '../../core/errors.js';
import type { ResultRow } from '../../core/types.js';
import { BandSeries } from '../report/charts/band-series.js';
import { MINUTE_BUCKETS } from '../report/charts/run-charts.js';
import { RunLabels } from '../report/run-labels.js';
import { readTimingLine, RunTimings } from '../../measure/run-timings.js';
import type { RunOutput } from '../../output/run-output.js';

/** Figures of all sessions of a run. */
export interface WholeRun {
  readonly timings: RunTimings;
  /** Service times over the run. */
  readonly walls: BandSeries;
  /** Null where what earlier sessions wrote does not tell. */
  readonly labels: RunLabels | null;
}

/**
 * Times of a run out of the lines of its `timing.jsonl`, held against a deadline.
 *
 * @throws AiopsError `output_io`, also where a line is not one of timings
 */
export async function wholeTimings(
  lines: AsyncIterable<string>,
  deadlineMs: number,
): Promise<Pick<WholeRun, 'timings' | 'walls'>> {
  const timings = new RunTimings(deadlineMs);
  const walls = new BandSeries(MINUTE_BUCKETS);
  for await (const line of lines) {
    const { minuteMs, timing, schedule } = timedMinute(line);
    timings.addTimed(timing, schedule);
    if (timing.items > 0) walls.add(minuteMs, timing.wallMs);
  }
  return { timings, walls };
}

function timedMinute(line: string): ReturnType<typeof readTimingLine> {
  try {
    return readTimingLine(line);
  } catch (cause) {
    throw new AiopsError('output_io', `not a line of timing.jsonl: ${line.slice(0, MOST_SHOWN)}`, {
      hint: 'bring the file back as the run wrote it, or run again with --restart',
      cause,
    });
  }
}

/** Characters of a line that a message shows. */
const MOST_SHOWN = 200;

/**
 * How well labels were told in all sessions, read from results that hold every row as JSON lines.
 *
 * @throws AiopsError `output_io`, also where a line is none of results
 */
export async function wholeLabels(
  output: Pick<RunOutput, 'committed'>,
  folder: string,
  rowsPerRecord: number,
): Promise<RunLabels> {
  const labels = new RunLabels(rowsPerRecord);
  let record: ResultRow[] = [];
  let number = 0;
  for await (const line of output.committed('results')) {
    record.push(readResultLine(line, `${join(folder, 'results.jsonl')}:${++number}`));
    if (record.length < rowsPerRecord) continue;
    labels.add(record);
    record = [];
  }
  return labels;
}

const SHOWN_TEXT = 60;

/** @param place file and line, for the message */
function readResultLine(line: string, place: string): ResultRow {
  const row = parsed(line);
  if (!isResult(row)) {
    const shown = line.length > SHOWN_TEXT ? `${line.slice(0, SHOWN_TEXT)}…` : line;
    throw new AiopsError('output_io', `${place} is not a line of results: ${shown}`, {
      hint: 'something else wrote to the file; restore it, or start over with --restart',
    });
  }
  // The other fields say nothing about how well a label was told.
  return { ...row, minuteMs: NaN, output: null, error: null };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Whether it has what figures on labels are made of. */
function isResult(value: unknown): value is Pick<ResultRow, ResultField> {
  if (typeof value !== 'object' || value === null) return false;
  const { target, column, status, score, anomaly, label } = value as Readonly<Record<string, unknown>>;
  return (
    typeof target === 'string' &&
    (column === null || typeof column === 'string') &&
    (status === 'ok' || status === 'warmup' || status === 'error') &&
    (score === null || typeof score === 'number') &&
    (anomaly === null || typeof anomaly === 'boolean') &&
    (label === null || typeof label === 'number' || typeof label === 'string')
  );
}

type ResultField = 'target' | 'column' | 'status' | 'score' | 'anomaly' | 'label';
