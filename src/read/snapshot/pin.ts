import type { PinnedFile, PinnedPlan, PinnedRecording } from './pinned.js';
import type { FilePlan } from '../lines/plan.js';
import type { Recording, RecordingFacts } from '../recording-types.js';
import type { ByteSource } from '../bytes/source.js';

/** An input as it was opened. */
interface OpenedInput {
  readonly source: Pick<ByteSource, 'file' | 'isPacked'>;
  readonly plan: FilePlan | null;
  readonly headMs: number;
}

/** What is needed to read a recording in the same way another time, and to tell whether its files are the same. */
export function pinRecording(
  { columns, intervalMs, intervalSource, layout, isLive }: RecordingFacts & Pick<Recording, 'isLive'>,
  inputs: readonly OpenedInput[],
): PinnedRecording {
  const files = inputs.map(({ source: { file, isPacked }, plan, headMs }): PinnedFile => ({
    ...(plan === null ? { plan, headMs: null } : { plan: pinnedPlan(plan), headMs }),
    identity: file?.identity ?? null,
    digests: file?.digests() ?? [],
    isPacked,
  }));
  return { columns, intervalMs, intervalSource, layout, isLive, files };
}

/** The plan of an input; null: it had no record. */
export function unpinned({ files, columns }: PinnedRecording, index: number): FilePlan | null {
  const plan = files[index]?.plan ?? null;
  return plan === null ? null : { ...plan, roles: new Map(plan.roles), columns };
}

function pinnedPlan({ columns: _, roles, ...plan }: FilePlan): PinnedPlan {
  return { ...plan, roles: [...roles] };
}
