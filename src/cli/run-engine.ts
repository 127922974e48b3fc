import { replayLocally } from '../cluster/engines/local.js';
import type { ReplayConfig } from '../replay/replay-config.js';
import type { Attended } from './attend.js';
import { missingSlices, progressOf } from './run-merge.js';
import { conclude, type Conclusion } from './conclude.js';
import { stdinFor } from './stdin.js';

/** Replays in slices on this machine; resolves to the exit status. */
export async function runLocalEngine(
  config: ReplayConfig,
  slices: number | 'auto',
  attended: Attended,
  how: Conclusion,
): Promise<number> {
  const { progress, terminal } = attended;
  const outcome = await replayLocally(config, slices, {
    ...attended,
    stdin: stdinFor(config.inputs),
    onMerged: (step) => {
      progress.start();
      progress.update(() => progressOf(step));
    },
    onSliceLine: (slice, line) => terminal.forward(`[slice ${slice}] ${line}`),
  });
  progress.stop();
  if (outcome === null) return attended.interruptedStatus();
  switch (outcome.kind) {
    case 'failed':
      terminal.notice({
        level: 'warning',
        text: `slice ${outcome.number} failed with status ${outcome.status}`,
      });
      return outcome.status;
    case 'incomplete':
      throw missingSlices(outcome.missing, outcome.missing.length, config.output.out);
    case 'complete':
    case 'done-before':
    case 'interrupted':
    case 'closed':
      return conclude(outcome, attended, how);
  }
}
