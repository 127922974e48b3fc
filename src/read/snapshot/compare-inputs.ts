import { RandomStream } from '../../core/random.js';
import { endOf, firstDifference, spansOf, type Difference, type Span } from '../bytes/digests.js';
import {
  closeRead,
  factsOf,
  isUntouched,
  lookAt,
  openFile,
  statsOf,
  type FileFacts,
} from '../bytes/file-facts.js';
import { isGzip } from '../bytes/unpack.js';
import type { FileSnapshot, InputSnapshot } from './snapshot.js';

/** How much of a file to compare: all if its facts have changed, always all, or samples. */
export type VerifyInput = 'changed' | 'all' | 'sample';

/** How many of a file's segments were compared. */
export interface Compared {
  readonly segments: number;
  readonly ofSegments: number;
}

/** An input now, compared with its snapshot. */
export type InputState =
  /** Unchanged, or grown: it still begins with what was read; `now` are its facts just before the comparison. */
  | { readonly state: 'same' | 'grown'; readonly now: FileFacts; readonly compared: Compared }
  /** `what` continues a sentence that starts with its name: `has become smaller`. */
  | { readonly state: 'changed'; readonly what: string; readonly isCompressed?: boolean }
  /** Standard input or a pipe: only reading it again will show. */
  | { readonly state: 'unknown' };

/**
 * Compares inputs with what was read of them, in their order. A file is not read if inode, size and times are
 * unchanged, unless `verify` asks for it; otherwise everything that was read before is compared. Standard input and
 * pipes count as changed if the clock closed their minutes, or would do so with `live`.
 *
 * @throws AiopsError `input_missing`: no such file, unreadable
 */
export async function compareInputs(
  inputs: readonly string[],
  snapshot: InputSnapshot,
  asked: { readonly verify: VerifyInput; readonly live: boolean },
): Promise<InputState[]> {
  const states: InputState[] = [];
  for (const [i, input] of inputs.entries()) {
    const file = snapshot.files[i];
    states.push(
      file === undefined
        ? changed('was not an input when the run began')
        : await compareInput(input, file, asked.verify),
    );
  }
  if (!snapshot.isLive && !asked.live) return states;
  const clocked = changed(snapshot.isLive ? WAS_LIVE : WOULD_BE_LIVE);
  return states.map((state) => (state.state === 'unknown' ? clocked : state));
}

async function compareInput(input: string, file: FileSnapshot, verify: VerifyInput): Promise<InputState> {
  const isFile = input !== '-' && (await lookAt(input)) !== null;
  const { identity, plan, isSorted = false } = file;
  if (identity === null || !isFile) {
    if (identity === null && !isFile) return { state: 'unknown' };
    return changed(identity === null ? 'was a pipe when the run began' : 'is no longer a file');
  }
  const state = await compareFile(input, identity, file, verify);
  if (state.state === 'changed' && !file.isPacked && (await isCompressed(input))) return COMPRESSED;
  // How to read records is detected from the first ones, which did not exist then.
  if (state.state === 'grown' && plan === null) return changed('had no record when the run began');
  if (state.state === 'grown' && isSorted) return changed(HAS_OTHER_ORDER);
  return state;
}

async function compareFile(
  path: string,
  then: FileFacts,
  { digests }: FileSnapshot,
  verify: VerifyInput,
): Promise<InputState> {
  const handle = await openFile(path);
  try {
    const now = factsOf(await statsOf(path, handle));
    if (now === null) return changed('is no longer a file');
    const hadBytes = Math.max(then.sizeBytes, endOf(digests));
    if (now.sizeBytes < hadBytes) {
      return changed(`has become smaller: ${now.sizeBytes} bytes of ${hadBytes}`);
    }
    const all = spansOf(digests);
    const spans = verify === 'sample' ? samplesOf(all) : all;
    const isCompared = verify !== 'changed' || !isUntouched(then, now);
    const difference = isCompared ? await firstDifference(path, handle, spans) : null;
    if (difference !== null) return changed(differenceText(difference));
    const compared = { segments: isCompared ? spans.length : 0, ofSegments: all.length };
    return { state: now.sizeBytes > then.sizeBytes ? 'grown' : 'same', now, compared };
  } finally {
    await closeRead(handle);
  }
}

function differenceText({ fromByte, toByte, endsAtByte }: Difference): string {
  return endsAtByte === null
    ? `holds other bytes than it did, somewhere in bytes ${fromByte} to ${toByte - 1}`
    : `has become smaller: it ends at byte ${endsAtByte}`;
}

/** Besides the first and the last segment, this many in between are compared as samples. */
const SAMPLES_BETWEEN = 16;
const SEED = 20_180_430;

/** The first, the last, and some in between, chosen by the number of segments alone. */
function samplesOf(spans: readonly Span[]): readonly Span[] {
  if (spans.length <= SAMPLES_BETWEEN + 2) return spans;
  const random = new RandomStream(SEED);
  const chosen = new Set([0, spans.length - 1]);
  while (chosen.size < SAMPLES_BETWEEN + 2) chosen.add(random.nextInteger(1, spans.length - 2));
  return spans.filter((_, i) => chosen.has(i));
}

const HAS_OTHER_ORDER =
  'has grown, and was not in time order: sorting what it holds now would put other records between those of this run';
const WAS_LIVE =
  'was a live feed (--pace realtime): reading it again cannot show which minutes the clock closed';
const WOULD_BE_LIVE =
  'would be a live feed with --pace realtime but was not before: the clock may close its minutes sooner';

const COMPRESSED: InputState = {
  state: 'changed',
  what: 'is compressed now, but was not when this run read it',
  isCompressed: true,
};

async function isCompressed(path: string): Promise<boolean> {
  const handle = await openFile(path);
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return isGzip(buffer);
  } finally {
    await closeRead(handle);
  }
}

function changed(what: string): InputState {
  return { state: 'changed', what };
}
