import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { checkGates } from '../../report/gates.js';
import { REPLAY_METRICS } from '../../report/replay-metrics.js';
import type { RunCounts, RunSummary } from '../../report/run-summary.js';
import type { ReplayConfig } from '../replay-config.js';
import type { RunCompletion } from './run-facts.js';

/** What tells whether a `timing.json` is the one that was written. */
export function summarySum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What a run that was complete already came to. */
export interface CompletedRun {
  readonly counts: RunCounts;
  /** Null: its `timing.json` is not there any more, or was altered. */
  readonly summary: RunSummary | null;
}

/** Tells a run that was complete already once more; conditions are those of the command, as they may have changed. */
export async function repeatCompletion(
  { output, gates }: Pick<ReplayConfig, 'output' | 'gates'>,
  { counts, summarySha256 }: RunCompletion,
): Promise<CompletedRun> {
  const text = await readFile(join(output.out, 'timing.json'), 'utf8').catch(() => '');
  if (summarySum(text) !== summarySha256) return { counts, summary: null };
  const summary = JSON.parse(text) as RunSummary;
  return { counts, summary: { ...summary, gates: checkGates(gates, REPLAY_METRICS, summary) } };
}
