import { join } from 'node:path';

import { NO_VERDICT, ROW_STATUS, type MinuteRows } from '../../core/block.js';
import { AiopsError } from '../../core/errors.js';
import type { Label } from '../../core/types.js';
import { RunTimings } from '../../measure/run-timings.js';
import { readTimingLine } from '../../measure/timing-line.js';
import type { RunOutput, RunOutputOptions } from '../../output/run-output.js';
import { WallCharts } from '../report/charts/run-charts.js';
import { RunLabels } from '../report/run-labels.js';
import type { RunTotals } from '../totals.js';

/** Figures of all sessions of a run. */
export interface RunFigures {
  readonly timings: RunTimings;
  /** What a minute took over the run. */
  readonly walls: WallCharts;
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
 * @throws AiopsError `output_io`, also where a line is not one of timings; `config` where another version wrote it
 */
export async function timingsFromFile(
  lines: AsyncIterable<string>,
  deadlineMs: number,
): Promise<Pick<RunFigures, 'timings' | 'walls'>> {
  const timings = new RunTimings(deadlineMs);
  const walls = new WallCharts();
  let number = 0;
  for await (const line of lines) {
    const { minuteMs, timing, isAlone, schedule } = readTimingLine(line, `timing.jsonl:${++number}`);
    timings.addServed(timing, isAlone, schedule);
    if (timing.items > 0) walls.add(minuteMs, timing, isAlone);
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
  const rows = {
    statuses: new Uint8Array(rowsPerRecord),
    scores: new Float32Array(rowsPerRecord),
    anomalies: new Uint8Array(rowsPerRecord),
  };
  let number = 0;
  for await (const line of output.committed('results')) {
    const row = number % rowsPerRecord;
    const result = readResultLine(line, `${place}:${++number}`);
    enter(rows, row, result);
    if (row === rowsPerRecord - 1) labels.add([result], rows);
  }
  return labels;
}

function enter({ statuses, scores, anomalies }: MinuteRows, row: number, result: ResultLine): void {
  statuses[row] = ROW_STATUS[result.status];
  scores[row] = result.score ?? NaN;
  anomalies[row] = result.anomaly === null ? NO_VERDICT : Number(result.anomaly);
}

/** The fields of a result that figures on labels need. */
interface ResultLine {
  readonly target: string;
  readonly status: 'ok' | 'warmup' | 'error';
  readonly score: number | null;
  readonly anomaly: boolean | null;
  readonly label: Label;
}

const SHOWN_TEXT = 60;

/** @param place file and line, for the message */
function readResultLine(line: string, place: string): ResultLine {
  const row = parsed(line);
  if (isResult(row)) return row;
  const shown = line.length > SHOWN_TEXT ? `${line.slice(0, SHOWN_TEXT)}…` : line;
  throw new AiopsError('output_io', `${place} is not a line of results: ${shown}`, {
    hint: 'something else wrote to the file; restore it, or start over with --restart',
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isResult(value: unknown): value is ResultLine {
  if (typeof value !== 'object' || value === null) return false;
  const { target, status, score, anomaly, label } = value as Readonly<Record<string, unknown>>;
  return (
    typeof target === 'string' &&
    (status === 'ok' || status === 'warmup' || status === 'error') &&
    (score === null || typeof score === 'number') &&
    (anomaly === null || typeof anomaly === 'boolean') &&
    (label === null || typeof label === 'number' || typeof label === 'string')
  );
}
