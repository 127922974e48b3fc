import { identify } from './identity.js';
import type { FileFacts } from './file-facts.js';
import type { PinnedFile, PinnedPlan, PinnedRecording } from './pinned.js';
import type { FilePlan } from './plan.js';
import type { RecordingFacts } from './recording-types.js';

/** An input as it was opened. */
interface OpenedInput {
  readonly source: { readonly name: string; readonly file: FileFacts | null };
  readonly plan: FilePlan | null;
}

/** What is needed to read a recording in the same way another time, and to tell whether its files are the same. */
export async function pinRecording(
  { columns, intervalMs, intervalSource, layout }: RecordingFacts,
  inputs: readonly OpenedInput[],
  asked: { readonly whole: boolean },
): Promise<PinnedRecording> {
  const files: PinnedFile[] = [];
  for (const { source, plan } of inputs) {
    const identity = source.file === null ? null : await identify(source.name, source.file, asked);
    files.push({ plan: plan === null ? null : pinnedPlan(plan), identity });
  }
  return { columns, intervalMs, intervalSource, layout, files };
}

/** The plan of an input; null: it had no record. */
export function unpinned({ files, columns }: PinnedRecording, index: number): FilePlan | null {
  const plan = files[index]?.plan ?? null;
  return plan === null ? null : { ...plan, roles: new Map(plan.roles), columns };
}

function pinnedPlan({ columns: _, roles, ...plan }: FilePlan): PinnedPlan {
  return { ...plan, roles: [...roles] };
}
