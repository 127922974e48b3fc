import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';

import type { Block } from '../core/block.js';
import { AiopsError, type Notice } from '../core/errors.js';
import type { InputSpec } from '../core/types.js';
import { openRecording, type Recording } from '../read/recording.js';
import { countText, plural } from '../report/format.js';
import { lookBackFor, readOptionsFor } from '../read/model-needs.js';
import type { ReadSettings } from '../read/options.js';
import type { RejectLimit } from '../core/counts.js';
import { Counters } from '../read/counters.js';
import { unlessAborted, untilAborted } from '../core/abort.js';
import { itemsOnly, MOST_MINUTES, recordedSupply, type MinuteSupply } from './minute-supply.js';

/** Limits for reading: minutes with items, and their memory. */
const LOOK_AT_MINUTES = 64;
const LOOK_AT_BYTES = 256 * 2 ** 20;

export interface RecordedInput {
  readonly inputs: readonly string[];
  readonly read: ReadSettings;
  readonly maxRejects: RejectLimit | null;
}

/**
 * Minutes from the start of a recording, as many as needed. Null if aborted.
 *
 * @throws AiopsError of reading; `input_unusable` if no minute has an item
 */
export async function recordedMinutes(
  { inputs, read, maxRejects }: RecordedInput,
  input: InputSpec,
  outside: { readonly stdin: Readable; readonly signal: AbortSignal },
): Promise<MinuteSupply | null> {
  const options = readOptionsFor(read, input);
  const scratch = { folder: tmpdir(), signal: outside.signal };
  const opening = openRecording(inputs, options, outside.stdin, scratch);
  const recording = await unlessAborted(opening, outside.signal);
  if (recording === null) {
    outside.stdin.destroy(); // opening may be waiting for it
    return null;
  }
  try {
    const { minutes, counters } = await firstMinutes(recording, input, maxRejects, outside.signal);
    if (outside.signal.aborted) return null;
    if (minutes.length === 0) throw noItems(inputs, input, counters);
    return supply(recording, minutes, counters);
  } finally {
    await recording.close();
  }
}

async function firstMinutes(
  recording: Recording,
  input: InputSpec,
  maxRejects: RejectLimit | null,
  signal: AbortSignal,
): Promise<{ minutes: Block[]; counters: Counters }> {
  const lookBack = lookBackFor(input, recording);
  const counters = new Counters();
  const minutes: Block[] = [];
  let bytes = 0;
  for await (const step of untilAborted(recording.steps(), signal)) {
    if (!step.lookBack) counters.addStep(step);
    counters.checkRejects(maxRejects, false);
    if (step.batch === null) continue;
    if (step.lookBack) {
      lookBack.skip(step.batch);
      continue;
    }
    lookBack.push(step.batch);
    const minute = itemsOnly(lookBack.take(), input);
    if (minute === null) continue;
    minutes.push(minute);
    bytes += minute.values.byteLength;
    if (minutes.length === LOOK_AT_MINUTES || bytes >= LOOK_AT_BYTES) break;
  }
  counters.checkRejects(maxRejects, true);
  return { minutes, counters };
}

/** Skips minutes with fewer items than the median, and takes some of the others, evenly spaced. */
function supply(recording: Recording, minutes: readonly Block[], counters: Counters): MinuteSupply {
  const sizes = minutes.map(({ targets }) => targets.length).sort((a, b) => a - b);
  const items = sizes[Math.floor((sizes.length - 1) / 2)]!;
  const usual = minutes.filter(({ targets }) => targets.length >= items);
  const step = Math.max(1, usual.length / MOST_MINUTES);
  const count = Math.min(usual.length, MOST_MINUTES);
  const chosen = Array.from({ length: count }, (_, i) => usual[Math.floor(i * step)]!);
  const notices = [...recording.notices, ...recording.lateNotices(), ...rejectNotice(counters)];
  return recordedSupply({ items, intervalMs: recording.intervalMs, notices }, chosen);
}

function rejectNotice(counters: Counters): Notice[] {
  const { rejected, records } = counters.counts;
  if (rejected === 0) return [];
  const text = `${plural(rejected, 'record')} of the first ${countText(records)} rejected: aiops-serve replay keeps them with the reason`;
  return [{ level: 'warning', text }];
}

function noItems(inputs: readonly string[], { window }: InputSpec, counters: Counters): AiopsError {
  const { minutes } = counters.counts;
  return new AiopsError(
    'input_unusable',
    `${inputs.join(', ')}: no item to serve in ${plural(minutes, 'minute')}`,
    {
      hint: `the model needs ${plural(window, 'interval')} of a target before its first item: give a longer recording, or none to serve synthetic minutes`,
    },
  );
}
