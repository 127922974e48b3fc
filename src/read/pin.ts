import { identify } from './identity.js';
import type { FileFacts } from './file-facts.js';
import type { FileIdentity, PinnedFile, PinnedPlan, PinnedRecording } from './pinned.js';
import type { FilePlan } from './plan.js';
import type { Recording, RecordingFacts } from './recording-types.js';

/** An input as it was opened. */
interface OpenedInput {
  readonly source: { readonly name: string; readonly file: FileFacts | null; readonly isPacked: boolean };
  readonly plan: FilePlan | null;
  readonly headMs: number;
  readonly known?: FileIdentity | null;
}

/**
 * What is needed to read a recording in the same way another time, and to tell whether its files are the same. Sums that
 * are known from before stay, as long as the file has not grown: `compareInputs` held it against them.
 *
 * @throws AiopsError `input_unusable` where a file was replaced or cut since it was opened; `input_missing`
 */
export async function pinRecording(
  { columns, intervalMs, intervalSource, layout, isLive }: RecordingFacts & Pick<Recording, 'isLive'>,
  inputs: readonly OpenedInput[],
  asked: { readonly whole: boolean },
): Promise<PinnedRecording> {
  const files: PinnedFile[] = [];
  for (const { source, plan, headMs, known } of inputs) {
    const { file } = source;
    const sums = file !== null && known?.sizeBytes === file.sizeBytes ? known : null;
    const identity = file === null ? null : await identify(source.name, file, asked.whole, sums);
    const pinned = plan === null ? { plan, headMs: null } : { plan: pinnedPlan(plan), headMs };
    files.push({ ...pinned, identity, isPacked: source.isPacked });
  }
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
