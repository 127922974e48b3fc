import type { Notice } from '../../core/errors.js';
import { adviceFor } from '../report/advice.js';
import { roundDuration } from '../../report/format.js';
import { checkGates } from '../../report/gates.js';
import { REPLAY_METRICS } from '../report/replay-metrics.js';
import type { RunSummary } from '../report/run-summary.js';
import type { LeftOutput } from '../../output/run-output.js';
import { deadlineOf, type ReplayConfig } from '../replay-config.js';
import { Counters } from '../../read/counters.js';
import type { RunProgress } from './run-facts.js';
import { timingsFromFile } from './run-figures.js';

/**
 * Judges a run that was complete before by what this command asks for, which may have changed: the limit on rejects,
 * the deadline, the gates. Writes nothing.
 *
 * @throws AiopsError `reject_limit`; `output_io` where `timing.jsonl` can't be read
 */
export async function judgeAgain(
  config: ReplayConfig,
  output: Pick<LeftOutput, 'committed'>,
  { summary, last }: { readonly summary: RunSummary; readonly last: RunProgress },
  onNotice: (notice: Notice) => void,
): Promise<RunSummary> {
  checkCommittedRejects(last, config.maxRejects);
  const judged = await withDeadline(deadlineOf(config, summary.input.intervalMs), summary, output);
  if (judged.deadlineMs !== summary.deadlineMs) {
    const [now, before] = [judged, summary].map((run) => roundDuration(run.deadlineMs));
    const text = `judged by a deadline of ${now}; timing.json and report.html keep that of ${before}`;
    onNotice({ level: 'info', text });
  }
  const gated = config.pace === summary.execution.pace ? judged : withoutSchedule(judged);
  return { ...judged, gates: checkGates(config.gates, REPLAY_METRICS, gated) };
}

/** The same run with another deadline: what depends on it is computed again from `timing.jsonl`. */
async function withDeadline(
  deadlineMs: number,
  summary: RunSummary,
  output: Pick<LeftOutput, 'committed'>,
): Promise<RunSummary> {
  if (deadlineMs === summary.deadlineMs || summary.minutes === null) return { ...summary, deadlineMs };
  const { timings } = await timingsFromFile(output.committed('timings'), deadlineMs);
  const { late, headroom, capacityItems } = timings.summary().minutes ?? summary.minutes;
  const judged = { ...summary, deadlineMs, minutes: { ...summary.minutes, late, headroom, capacityItems } };
  return { ...judged, advice: adviceFor(judged) };
}

/** For gates: how a run kept to one schedule doesn't tell how it would keep to another. */
function withoutSchedule(summary: RunSummary): RunSummary {
  const { minutes } = summary;
  return minutes === null ? summary : { ...summary, minutes: { ...minutes, late: NaN, scheduled: null } };
}

/**
 * Checks the rejects that earlier sessions committed, before anything more is served.
 *
 * @throws AiopsError `reject_limit`
 */
export function checkCommittedRejects(last: RunProgress, maxRejects: ReplayConfig['maxRejects']): void {
  new Counters(last).checkRejects(maxRejects, last.ended);
}
