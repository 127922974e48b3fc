import { join, resolve } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { METRICS_FILES, metricsFiles, type MetricsFile } from '../core/metric-files.js';
import type { ResultsFormat } from '../core/result-lines.js';
import type { PerFile, WrittenFormats } from './growing-files.js';

export type GrowingPaths = PerFile<string>;

export const JOURNAL_NAME = 'journal.jsonl';
export const LOCK_NAME = 'lock.json';
export const REJECTS_NAME = 'rejects.jsonl';
const TIMINGS_NAME = 'timing.jsonl';
/** The plan of a run in slices. */
export const PLAN_NAME = 'plan.json';

export function resultsName(format: ResultsFormat): string {
  return `results.${format}`;
}

const RESULTS_NAMES: readonly string[] = [resultsName('jsonl'), resultsName('csv')];

/** Reports that are written whole at the end of a run. */
export const REPORT_NAMES: readonly string[] = ['timing.json', 'report.html', 'trace.json'];

/** Files with the results of a run. */
export const RESULT_FILES: readonly string[] = [...RESULTS_NAMES, ...METRICS_FILES];

const GROWING_NAMES: readonly string[] = [JOURNAL_NAME, ...RESULT_FILES, REJECTS_NAME, TIMINGS_NAME];

/** Files that only a replay writes: a benchmark must not write to a folder with one of these. */
export const REPLAY_NAMES: readonly string[] = [...GROWING_NAMES, 'timing.json'];

/** @throws AiopsError `usage` if rejects would go to another file of the run */
export function growingPaths(
  folder: string,
  { format, metrics }: WrittenFormats,
  rejectsFile: string | null,
): GrowingPaths {
  const rejects = rejectsFile ?? join(folder, REJECTS_NAME);
  const taken = [...GROWING_NAMES, ...REPORT_NAMES, LOCK_NAME].filter((name) => name !== REJECTS_NAME);
  const clash = taken.find((name) => resolve(folder, name) === resolve(rejects));
  if (clash !== undefined) {
    throw new AiopsError('usage', `rejects cannot go to ${rejects}: the run keeps its ${clash} there`, {
      hint: 'choose another file with --rejects',
    });
  }
  return {
    results: join(folder, resultsName(format)),
    rejects,
    timings: join(folder, TIMINGS_NAME),
    ...metricsPaths(folder, metricsFiles(metrics)),
  };
}

/** Whether a run may write to, replace or remove a file with that name in its output folder. */
export function isReplayFile(name: string): boolean {
  return isOwnName(name, [...GROWING_NAMES, ...REPORT_NAMES]);
}

/** Whether a file is one of `names`, under its own or its partial name, or part of the folder's lock. */
export function isOwnName(name: string, names: readonly string[]): boolean {
  if (isLockPartial(name)) return true;
  const whole = name.endsWith('.partial') ? name.slice(0, -'.partial'.length) : name;
  return whole === LOCK_NAME || names.includes(whole);
}

/** Whether a process that claims the lock prepares its file under that name. */
export function isLockPartial(name: string): boolean {
  return /^lock\.json\..*\.partial$/.test(name);
}

/** Whether a file in a run's folder must go when the run begins or resumes: reports and partial files. */
export function isLeftover(name: string): boolean {
  return (
    REPORT_NAMES.includes(name) ||
    // Earlier versions wrote all files under partial names first.
    [...REPORT_NAMES, ...GROWING_NAMES].some((own) => name === `${own}.partial`)
  );
}

/** How a journal names the rejects file. */
export function rejectsLabel(folder: string, rejects: string): string {
  return resolve(folder, REJECTS_NAME) === resolve(rejects) ? REJECTS_NAME : resolve(rejects);
}

/** The inverse of `rejectsLabel` and `resultsName`: where the files are that a journal names. */
export function pathsOf(
  folder: string,
  {
    results,
    rejects,
    metrics,
  }: { readonly results: string; readonly rejects: string; readonly metrics: readonly MetricsFile[] },
): GrowingPaths {
  return {
    results: join(folder, results),
    rejects: rejects === REJECTS_NAME ? join(folder, rejects) : rejects,
    timings: join(folder, TIMINGS_NAME),
    ...metricsPaths(folder, metrics),
  };
}

function metricsPaths(folder: string, names: readonly MetricsFile[]): Partial<Record<MetricsFile, string>> {
  return Object.fromEntries(names.map((name) => [name, join(folder, name)]));
}
