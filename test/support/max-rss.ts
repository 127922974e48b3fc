import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { RunSummary } from '#build/replay/report/run-summary.js';

/** Most memory that the program held itself, as its report in the output folder has it. */
export function processMaxRssBytes(out: string): number {
  const { usage } = JSON.parse(readFileSync(join(out, 'timing.json'), 'utf8')) as RunSummary;
  return usage.parent.maxRssBytes;
}
