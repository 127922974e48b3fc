import { runSlice, type SliceOutcome } from '../cluster/slice/run-slice.js';
import { namedPlan } from '../cluster/run-layout.js';
import type { ActorCount } from '../core/actor-count.js';
import { countText, plural } from '../report/format.js';
import { attend, interrupted } from './attend.js';

export interface SliceFlags {
  readonly actors?: ActorCount;
  readonly endWithStdin?: boolean;
  readonly quiet?: boolean;
}

/** A part that is not complete is of no use, so minutes in flight are not waited for. */
const STOP_GRACE_MS = 1;

/** Replays a slice of a plan; resolves to the exit status. */
export async function runSliceCommand(
  named: string,
  number: number,
  { actors, endWithStdin = false, quiet = false }: SliceFlags,
): Promise<number> {
  const stop = { graceMs: STOP_GRACE_MS, afterwards: '' };
  return attend({ quiet, notices: [], finishing: null, stop }, async (attended) => {
    using _ = endWithStdin ? endWhenStdinCloses() : null;
    const { progress, terminal } = attended;
    const outcome = await runSlice(
      { planPath: namedPlan(named), number, actors: actors ?? null },
      {
        ...attended,
        onWritten: (written) =>
          progress.update(() => ({
            done: written.doneBytes(),
            total: written.totalBytes(),
            text: plural(written.counts.minutes, 'minute'),
          })),
      },
    );
    progress.stop();
    if (outcome.kind === 'interrupted') {
      // The process that started it reports for all slices.
      if (endWithStdin) return attended.interruptedStatus();
      return interrupted(attended, `slice ${number} was interrupted; run it again`);
    }
    terminal.info(outcomeText(outcome, number));
    return 0;
  });
}

function outcomeText(outcome: Exclude<SliceOutcome, { kind: 'interrupted' }>, number: number): string {
  if (outcome.kind === 'done-before') return `slice ${number} is ${outcome.what} already`;
  const { folder, counts } = outcome;
  return `slice ${number} is complete: ${plural(counts.minutes, 'minute')}, ${countText(counts.rows)} rows in ${folder}`;
}

/** The process that started this one holds the other end: it closes even if that process is killed. */
function endWhenStdinCloses(): Disposable {
  const end = (): boolean => process.kill(process.pid, 'SIGTERM');
  process.stdin.once('end', end).once('error', end).resume();
  return {
    [Symbol.dispose]: () => {
      process.stdin.off('end', end).destroy();
    },
  };
}
