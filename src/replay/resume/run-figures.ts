import { join } from 'node:path';

import { AiopsError } from '../../core/errors.js';
import type { ResultRow } from '../../core/types.js';
import { BandSeries } from '../report/charts/band-series.js';
import { MINUTE_BUCKETS } from '../report/charts/run-charts.js';
import { RunLabels } from '../report/run-labels.js';
import { readTimingLine, RunTimings } from '../../measure/run-timings.js';
import type { RunOutput, RunOutputOptions } from '../../output/run-output.js';
import type { RunTotals } from '../totals.js';

/** Figures of all sessions of a run. */
export interface RunFigures {
  readonly timings: RunTimings;
  /** Service times over the run. */
  readonly walls: BandSeries;
  /** Null where the results of earlier sessions lack what they are computed from. */
  readonly labels: RunLabels | null;
}

/** Figures of a run that this session began. */
export function figuresOfSession({ timings, charts, labels }: RunTotals): RunFigures {
  return { timings, walls: charts.walls, labels };
}

/** @throws AiopsError `output_io` where a file of the run can't be read, or holds a line that is not its own */
export async function figuresOfAllSessions(
  output: RunOutput,
  { out, format, anomaliesOnly }: Pick<RunOutputOptions, 'out' | 'format' | 'anomaliesOnly'>,
  { deadlineMs, rowsPerRecord, labels }: RunTotals,
  hasLabels: boolean,
): Promise<RunFigures> {
  const times = await timingsFromFile(output.committed('timings'), deadlineMs);
  if (!hasLabels) return { ...times, labels };
  const holdsAll = format === 'jsonl' && !anomaliesOnly;
  return {
    ...times,
    labels: holdsAll ? await labelsFromResults(output, join(out, 'results.jsonl'), rowsPerRecord) : null,
  };
}

/**
 * Times of a run, from the lines of its `timing.jsonl`.
 *
 * @throws AiopsError `output_io`, also where a line is not one of timings
 */
export async function timingsFromFile(
  lines: AsyncIterable<string>,
  deadlineMs: number,
): Promise<Pick<RunFigures, 'timings' | 'walls'>> {
  const timings = new RunTimings(deadlineMs);
  const walls = new BandSeries(MINUTE_BUCKETS);
  let number = 0;
  for await (const line of lines) {
    const { minuteMs, timing, schedule } = readTimingLine(line, `timing.jsonl:${++number}`);
    timings.addServed(timing, schedule);
    if (timing.items > 0) walls.add(minuteMs, timing.wallMs);
  }
  return { timings, walls };
}

/**
 * Figures on labels of all sessions, from results that hold every row as JSON lines.
 *
 * @throws AiopsError `output_io`, also where a line is not one of results
 */
async function labelsFromResults(
  output: RunOutput,
  place: string,
  rowsPerRecord: number,
): Promise<RunLabels> {
  const labels = new RunLabels(rowsPerRecord);
  let record: ResultRow[] = [];
  let number = 0;
  for await (const line of output.committed('results')) {
    record.push(readResultLine(line, `${place}:${++number}`));
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
  // Figures on labels need no other field.
  return { ...row, minuteMs: NaN, output: null, error: null };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Whether it has the fields that figures on labels need. */
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
