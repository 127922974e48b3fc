import type { Notice } from '../../core/errors.js';
import { adviceFor } from '../report/advice.js';
import { roundDuration } from '../../report/format.js';
import { checkGates } from '../../report/gates.js';
import { REPLAY_METRICS } from '../report/replay-metrics.js';
import type { RunSummary } from '../report/run-summary.js';
import type { RunOutput } from '../../output/run-output.js';
import { deadlineOf, type ReplayConfig } from '../replay-config.js';
import { Tally } from '../../read/tally.js';
import type { RunProgress } from './run-facts.js';
import { wholeTimings } from './whole-run.js';

/**
 * Holds a run that was complete already to what the command asks of it, which may have changed: its limit of rejects,
 * its deadline, its gates. Writes nothing.
 *
 * @throws AiopsError `reject_limit`; `output_io` where `timing.jsonl` cannot be read again
 */
export async function judgeAgain(
  config: ReplayConfig,
  output: Pick<RunOutput, 'committed'>,
  { summary, last }: { readonly summary: RunSummary; readonly last: RunProgress },
  onNotice: (notice: Notice) => void,
): Promise<RunSummary> {
  checkCommittedRejects(last, config.maxRejects);
  const held = await heldAgainst(deadlineOf(config, summary.input.intervalMs), summary, output);
  if (held.deadlineMs !== summary.deadlineMs) {
    const [now, before] = [held, summary].map((run) => roundDuration(run.deadlineMs));
    const text = `held against a deadline of ${now}; timing.json and report.html keep that of ${before}`;
    onNotice({ level: 'info', text });
  }
  const judged = config.pace === summary.execution.pace ? held : withoutSchedule(held);
  return { ...held, gates: checkGates(config.gates, REPLAY_METRICS, judged) };
}

/** The same run against another deadline: what depends on it is made again, out of the times of all its minutes. */
async function heldAgainst(
  deadlineMs: number,
  summary: RunSummary,
  output: Pick<RunOutput, 'committed'>,
): Promise<RunSummary> {
  if (deadlineMs === summary.deadlineMs || summary.minutes === null) return { ...summary, deadlineMs };
  const { timings } = await wholeTimings(output.committed('timings'), deadlineMs);
  const { late, headroom, capacityItems } = timings.summary() ?? summary.minutes;
  const minutes = { ...summary.minutes, late, headroom, capacityItems };
  const advice = adviceFor(minutes, summary.comparison, deadlineMs, summary.execution.actors);
  return { ...summary, deadlineMs, minutes, advice };
}

/** For gates: how a run kept to another schedule does not say how it would keep to the one that is asked for. */
function withoutSchedule(summary: RunSummary): RunSummary {
  const { minutes } = summary;
  return minutes === null ? summary : { ...summary, minutes: { ...minutes, late: NaN, scheduled: null } };
}

/**
 * Holds what was committed to the limit, before anything more is served.
 *
 * @throws AiopsError `reject_limit`
 */
export function checkCommittedRejects(last: RunProgress, maxRejects: ReplayConfig['maxRejects']): void {
  new Tally(1, last).checkRejects(maxRejects, last.ended);
}
