import { join, resolve } from 'node:path';

import { AiopsError } from '../core/errors.js';
import type { ResultsFormat } from './result-lines.js';

/** Where the files of a run that grow are. */
export interface GrowingPaths {
  readonly results: string;
  readonly rejects: string;
  readonly timings: string;
}

/** Name of the file that says how much of the others counts. */
export const JOURNAL_NAME = 'journal.jsonl';

/** Name of the file that says who holds the folder. */
export const LOCK_NAME = 'lock.json';

const TIMINGS_NAME = 'timing.jsonl';

/** Reports that are written whole, at the end of a run. */
const REPORTS = ['timing.json', 'report.html', 'trace.json'] as const;

/** Reports that are not a replay's where no journal is beside them. */
export const UNKNOWN_REPORTS: readonly string[] = REPORTS;

/** What only a replay writes to its folder: where one of these is, no benchmark may write. */
export const REPLAY_NAMES: readonly string[] = [
  JOURNAL_NAME,
  'results.jsonl',
  'results.csv',
  'rejects.jsonl',
  TIMINGS_NAME,
  'timing.json',
];

/** Every name of ours that a file in the making may bear with `.partial`; earlier versions wrote all of them so. */
const WITH_PARTIALS = [JOURNAL_NAME, 'results.jsonl', 'results.csv', 'rejects.jsonl', TIMINGS_NAME];

/** Name of the results' file. */
export function resultsName(format: ResultsFormat): string {
  return `results.${format}`;
}

/** Name of the rejects' file, where it is in the folder. */
export const REJECTS_NAME = 'rejects.jsonl';

/** Both names that results may have. */
export const RESULTS_NAMES: readonly string[] = [resultsName('jsonl'), resultsName('csv')];

/** @throws AiopsError `usage` where rejects would go to another file of ours */
export function growingPaths(
  folder: string,
  format: ResultsFormat,
  rejectsFile: string | null,
): GrowingPaths {
  const rejects = rejectsFile ?? join(folder, REJECTS_NAME);
  const taken = [...WITH_PARTIALS, ...REPORTS, LOCK_NAME].filter((name) => name !== REJECTS_NAME);
  const clash = taken.find((name) => resolve(folder, name) === resolve(rejects));
  if (clash !== undefined) {
    throw new AiopsError('usage', `rejects cannot go to ${rejects}: that is where the run's ${clash} is`, {
      hint: 'choose another file with --rejects',
    });
  }
  return { results: join(folder, resultsName(format)), rejects, timings: join(folder, TIMINGS_NAME) };
}

/** Whether a run with this output folder may write to, replace or remove a file of that name in it. */
export function isOwnName(name: string): boolean {
  if (isLockPartial(name)) return true;
  const whole = name.endsWith('.partial') ? name.slice(0, -'.partial'.length) : name;
  return [...WITH_PARTIALS, ...REPORTS, LOCK_NAME].includes(whole);
}

/** Whether a claimer of the lock makes its file under that name. */
export function isLockPartial(name: string): boolean {
  return /^lock\.json\..*\.partial$/.test(name);
}

/** Whether something of that name in a run's folder is no part of a run that begins or goes on. */
export function isLeftover(name: string): boolean {
  return (
    (REPORTS as readonly string[]).includes(name) ||
    [...REPORTS, ...WITH_PARTIALS].some((own) => name === `${own}.partial`)
  );
}

/** How a journal names the rejects' file. */
export function rejectsLabel(folder: string, rejects: string): string {
  return resolve(folder, REJECTS_NAME) === resolve(rejects) ? REJECTS_NAME : resolve(rejects);
}

/** Where the files are that a journal in a folder speaks of, by its names for them. */
export function pathsOf(
  folder: string,
  { results, rejects }: Readonly<Record<'results' | 'rejects', string>>,
): GrowingPaths {
  return {
    results: join(folder, results),
    rejects: rejects === REJECTS_NAME ? join(folder, rejects) : rejects,
    timings: join(folder, TIMINGS_NAME),
  };
}
