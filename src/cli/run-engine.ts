import { resolveActors } from '../core/actor-count.js';
import { AiopsError } from '../core/errors.js';
import type { StartEngine } from '../cluster/engines/engine.js';
import { localEngine } from '../cluster/engines/local-slices.js';
import { RayJobs } from '../cluster/engines/ray/jobs.js';
import { programPackage } from '../cluster/engines/ray/program-package.js';
import { RaySlices } from '../cluster/engines/ray/ray-slices.js';
import { rayToken } from '../cluster/engines/ray/token.js';
import { replayInSlices } from '../cluster/engines/replay-in-slices.js';
import { usableProcessors } from '../host/processors.js';
import type { ReplayConfig } from '../replay/replay-config.js';
import { interrupted, type Attended } from './attend.js';
import { missingSlices, progressOf } from './run-merge.js';
import { conclude, type Conclusion } from './conclude.js';
import type { ReplayValues } from './settings.js';
import { stdinFor } from './stdin.js';

export type EngineValues = Pick<ReplayValues, 'slices' | 'address' | 'shipNode'> & {
  readonly engine: NonNullable<ReplayValues['engine']>;
};

/** Replays in slices that an engine runs; resolves to the exit status. */
export async function runEngine(
  config: ReplayConfig,
  values: EngineValues,
  attended: Attended,
  how: Conclusion,
): Promise<number> {
  const { progress, terminal } = attended;
  const engine = await engineOf(config, values);
  const outcome = await replayInSlices(
    config,
    { slices: values.slices, engine },
    {
      ...attended,
      stdin: stdinFor(config.inputs),
      onMerged: (step) => {
        progress.start();
        progress.update(() => progressOf(step));
      },
      onSliceLine: (slice, line) => terminal.forward(`[slice ${slice}] ${line}`),
    },
  );
  progress.stop();
  if (outcome === null) return interrupted(attended, 'interrupted before the plan was complete');
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

async function engineOf(
  { actors }: ReplayConfig,
  { engine, address, shipNode }: EngineValues,
): Promise<StartEngine> {
  if (engine === 'local') return localEngine(resolveActors(actors, usableProcessors()));
  if (address === null) {
    throw new AiopsError('usage', '--engine ray needs the address of a cluster', {
      hint: 'name its dashboard, for instance --address http://head:8265',
    });
  }
  const jobs = new RayJobs(address, await rayToken(process.env));
  await jobs.version(); // before any work, so that a wrong address shows at once
  const packed = await programPackage(shipNode ? process.execPath : null);
  // How many processors its nodes have is the cluster's business.
  const each = actors.kind === 'count' ? actors.count : 1;
  return (work) => new RaySlices(work, { jobs, packed, actors: each });
}
