import { RandomStream } from '../../core/random.js';
import { firstDifference, spansOf } from './compare-bytes.js';
import type { Difference, Span } from './compare-bytes.js';
import { factsOf, isUntouched, lookAt } from '../bytes/file-facts.js';
import type { FileFacts } from '../bytes/file-facts.js';
import type { PinnedFile, PinnedRecording } from './pinned.js';
import { closeRead, openFile, statsOf } from '../bytes/raw-bytes.js';
import { endOf } from '../bytes/segments.js';

/** What of a file is compared: all of it where its facts are others, all of it in any case, or samples of it. */
export type VerifyInput = 'changed' | 'all' | 'sample';

/** How many of a file's segments were compared. */
export interface Compared {
  readonly segments: number;
  readonly ofSegments: number;
}

/** What an input is today, beside what it was when a run began. */
export type InputState =
  /** Unchanged, or grown: it begins with what was read; `now` are its facts before it was compared. */
  | { readonly state: 'same' | 'grown'; readonly now: FileFacts; readonly compared: Compared }
  /** `what` goes on after its name: `has become smaller`. */
  | { readonly state: 'changed'; readonly what: string }
  /** Standard input or a pipe: only reading it again tells. */
  | { readonly state: 'unknown' };

/**
 * Compares inputs with what was read of them, in their order. Nothing of a file is read if inode, size and times are
 * what they were, unless `verify` asks for it; otherwise everything that was read before is compared. Standard input
 * and pipes are read again as they were only where no clock closed their minutes, nor would with `live`.
 *
 * @throws AiopsError `input_missing`: no such file, unreadable
 */
export async function compareInputs(
  inputs: readonly string[],
  pinned: PinnedRecording,
  asked: { readonly verify: VerifyInput; readonly live: boolean },
): Promise<InputState[]> {
  const states: InputState[] = [];
  for (const [i, input] of inputs.entries()) {
    const file = pinned.files[i];
    states.push(
      file === undefined
        ? changed('was not among the inputs when the run began')
        : await compareInput(input, file, asked.verify),
    );
  }
  if (!pinned.isLive && !asked.live) return states;
  const clocked = changed(pinned.isLive ? WAS_LIVE : WOULD_BE_LIVE);
  return states.map((state) => (state.state === 'unknown' ? clocked : state));
}

async function compareInput(input: string, file: PinnedFile, verify: VerifyInput): Promise<InputState> {
  const isFile = input !== '-' && (await lookAt(input)) !== null;
  const { identity, plan } = file;
  if (identity === null || !isFile) {
    if (identity === null && !isFile) return { state: 'unknown' };
    return changed(identity === null ? 'was a pipe when the run began' : 'is no longer a file');
  }
  const state = await compareFile(input, identity, file, verify);
  // How records are read is found out from the first of them, which were not there.
  if (state.state === 'grown' && plan === null) return changed('had no record when the run began');
  return state;
}

async function compareFile(
  path: string,
  then: FileFacts,
  { digests }: PinnedFile,
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

/** Beside the first and the last segment, so many in between are compared as samples. */
const SAMPLES_BETWEEN = 16;
const SEED = 20_180_430;

/** The first, the last, and some in between, which depend on nothing but how many there are. */
function samplesOf(spans: readonly Span[]): readonly Span[] {
  if (spans.length <= SAMPLES_BETWEEN + 2) return spans;
  const random = new RandomStream(SEED);
  const chosen = new Set([0, spans.length - 1]);
  while (chosen.size < SAMPLES_BETWEEN + 2) chosen.add(random.nextInteger(1, spans.length - 2));
  return spans.filter((_, i) => chosen.has(i));
}

const WAS_LIVE = 'was a live feed (--pace realtime): which minutes the clock closed, no second reading tells';
const WOULD_BE_LIVE =
  'would be a live feed with --pace realtime, and was none: the clock may close its minutes sooner';

function changed(what: string): InputState {
  return { state: 'changed', what };
}
