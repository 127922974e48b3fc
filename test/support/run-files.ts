import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { RunSummary } from '#build/replay/report/run-summary.js';

/** The lines of a JSONL file. */
export const jsonLines = <T>(path: string): T[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

/** The timing.json of a run's folder. */
export const readSummary = (folder: string): RunSummary =>
  JSON.parse(readFileSync(join(folder, 'timing.json'), 'utf8')) as RunSummary;
