import { lookAt } from './file-facts.js';
import type { FileFacts } from './file-facts.js';
import { samplesSum, wholeSum } from './identity.js';
import type { FileIdentity, PinnedFile, PinnedRecording } from './pinned.js';
import { closeRead, openFile } from './raw-bytes.js';

/** How sure it is: inode, size and time of change alone, samples of its bytes, or all of them. */
export type Verified = 'facts' | 'samples' | 'whole';

/** What an input is today, beside what it was when a run began. */
export type InputState =
  | { readonly state: 'same'; readonly verified: Verified }
  /** It begins with what it was. */
  | { readonly state: 'grown'; readonly verified: Verified }
  /** `what` goes on after its name: `has become smaller`. */
  | { readonly state: 'changed'; readonly what: string }
  /** Standard input or a pipe: only reading it again tells. */
  | { readonly state: 'unknown' };

/**
 * Compares inputs with what they were, in their order. A file is unchanged if inode, size and time of
 * change are; otherwise samples of it are compared. With `whole`, all the bytes that it had are, where the
 * run kept their sum: `verified` says which it was. Standard input and pipes are read again as they were only where
 * no clock closed their minutes, nor would with `live`.
 *
 * @throws AiopsError `input_missing`: no such file, unreadable
 */
export async function compareInputs(
  inputs: readonly string[],
  pinned: PinnedRecording,
  asked: { readonly whole: boolean; readonly live: boolean },
): Promise<InputState[]> {
  const states: InputState[] = [];
  for (const [i, input] of inputs.entries()) {
    const file = pinned.files[i];
    states.push(
      file === undefined
        ? changed('was not among the inputs when the run began')
        : await compareInput(input, file, asked.whole),
    );
  }
  if (!pinned.isLive && !asked.live) return states;
  const clocked = changed(pinned.isLive ? WAS_LIVE : WOULD_BE_LIVE);
  return states.map((state) => (state.state === 'unknown' ? clocked : state));
}

async function compareInput(
  input: string,
  { identity, plan }: PinnedFile,
  whole: boolean,
): Promise<InputState> {
  const now = input === '-' ? null : await lookAt(input);
  if (identity === null || now === null) {
    if (identity === null && now === null) return { state: 'unknown' };
    return changed(identity === null ? 'was a pipe when the run began' : 'is no longer a file');
  }
  const state = await compareFile(input, now, identity, whole);
  // How records are read is found out from the first of them, which were not there.
  if (state.state === 'grown' && plan === null) return changed('had no record when the run began');
  return state;
}

async function compareFile(
  path: string,
  now: FileFacts,
  then: FileIdentity,
  whole: boolean,
): Promise<InputState> {
  if (now.sizeBytes < then.sizeBytes) {
    return changed(`has become smaller: ${now.sizeBytes} bytes of ${then.sizeBytes}`);
  }
  const state = now.sizeBytes > then.sizeBytes ? 'grown' : 'same';
  const isUntouched = state === 'same' && now.inode === then.inode && now.modifiedMs === then.modifiedMs;
  if (isUntouched && !whole) return { state, verified: 'facts' };
  const handle = await openFile(path);
  try {
    if (whole && then.wholeSha256 !== null) {
      const isSame = (await wholeSum(path, handle, then.sizeBytes)) === then.wholeSha256;
      return isSame ? { state, verified: 'whole' } : changed('holds other bytes than it did');
    }
    const isAlike = (await samplesSum(path, handle, then.sizeBytes)) === then.samplesSha256;
    return isAlike ? { state, verified: 'samples' } : changed('holds other bytes than it did');
  } finally {
    await closeRead(handle);
  }
}

const WAS_LIVE = 'was a live feed (--pace realtime): which minutes the clock closed, no second reading tells';
const WOULD_BE_LIVE =
  'would be a live feed with --pace realtime, and was none: the clock may close its minutes sooner';

function changed(what: string): InputState {
  return { state: 'changed', what };
}
