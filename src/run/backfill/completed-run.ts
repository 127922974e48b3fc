import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { checkGates } from '../../report/gates.js';
import { REPLAY_METRICS } from '../../report/replay-metrics.js';
import type { RunSummary } from '../../report/run-summary.js';
import { readText } from '../../write/files.js';
import type { ReplayConfig } from '../replay-config.js';
import { Tally } from '../tally.js';
import type { RunCompletion, RunProgress } from './run-facts.js';

/** What tells whether a `timing.json` is the one that was written. */
export function summarySum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What a complete run came to; null where its `timing.json` is not there any more, or was altered. */
export async function writtenSummary(
  out: string,
  { summarySha256 }: RunCompletion,
): Promise<RunSummary | null> {
  const text = await readText(join(out, 'timing.json')).catch(() => '');
  return summarySum(text) === summarySha256 ? (JSON.parse(text) as RunSummary) : null;
}

/**
 * Holds a run that was complete already to what the command asks of it, which may have changed.
 *
 * @throws AiopsError `reject_limit`
 */
export function judgeAgain(
  { gates, maxRejects }: Pick<ReplayConfig, 'gates' | 'maxRejects'>,
  summary: RunSummary,
  last: RunProgress,
): RunSummary {
  checkCommittedRejects(last, maxRejects);
  return { ...summary, gates: checkGates(gates, REPLAY_METRICS, summary) };
}

/**
 * Holds what was committed to the limit, before anything more is served.
 *
 * @throws AiopsError `reject_limit`
 */
export function checkCommittedRejects(last: RunProgress, maxRejects: ReplayConfig['maxRejects']): void {
  new Tally(1, last).checkRejects(maxRejects, last.ended);
}
