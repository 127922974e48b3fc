import { gzipSync } from 'node:zlib';

import { RandomStream } from '#build/core/random.js';
import type { ReadOptions } from '#build/read/options.js';
import { READ_DEFAULTS } from '../reading.js';
import { madeRecording } from './made-recording.js';
import { mutated } from './mutations.js';
import { chance, cutUp, pick } from './random-bytes.js';

/** Reading a piece takes some 40 µs, whatever is in it. */
const MOST_PIECES = 400;

/** One input for the reader, how it comes, and how it is to be read. */
export interface FuzzCase {
  /** The input without packing: what lines and offsets are of. */
  readonly text: Buffer;
  /** What is read: the same, or packed; null in `text` is not known then. */
  readonly input: Buffer;
  /** Whether the packed bytes were damaged, so that `text` is not what comes out. */
  readonly isDamaged: boolean;
  readonly options: ReadOptions;
  /** Two ways to cut the input; what is read must not depend on it. */
  readonly cuts: readonly (readonly Buffer[])[];
}

/** The case of a seed and a number, made of the corpus or of nothing. */
export function fuzzCase(seed: number, index: number, corpus: readonly Buffer[]): FuzzCase {
  const random = new RandomStream(seed, index);
  const base = chance(random, 0.5) ? madeRecording(random) : pick(random, corpus);
  const other = pick(random, corpus);
  // Half of them with a first line that was left alone: behind one that nobody understands little is read.
  const kept = chance(random, 0.5) ? base.indexOf('\n') + 1 : 0;
  const text = chance(random, 0.1)
    ? base
    : Buffer.concat([base.subarray(0, kept), mutated(base.subarray(kept), random, other)]);
  const isPacked = chance(random, 0.1);
  const packed = isPacked ? pack(random, text) : text;
  const isDamaged = isPacked && chance(random, 0.4);
  const input = isDamaged ? mutated(packed, random, pick(random, corpus)) : packed;
  const options = { ...READ_DEFAULTS, ...changedOptions(random) };
  // How much can be saved of damaged bytes depends on what was unpacked at once.
  const cut = isDamaged ? [input] : cutUp(random, input, pick(random, [1, 7, 100, 4000]), MOST_PIECES);
  return { text, input, isDamaged, options, cuts: [[input], cut] };
}

/** As one member or as several, the last of which may hold nothing. */
function pack(random: RandomStream, text: Buffer): Buffer {
  const at = random.nextInteger(0, text.length);
  const parts = chance(random, 0.5) ? [text] : [text.subarray(0, at), text.subarray(at)];
  return Buffer.concat(parts.map((part) => gzipSync(part)));
}

function changedOptions(random: RandomStream): Partial<ReadOptions> {
  const windows = [null, { window: 3 }];
  return {
    format: chance(random, 0.9) ? 'auto' : pick(random, ['csv', 'jsonl']),
    duplicates: pick(random, ['reject', 'reject', 'first', 'last', 'mean']),
    interval: pick(random, ['auto', 60_000, 60_000, 1000]),
    grace: pick(random, [0, 1, 100_000_000, 100_000_000]),
    ownWindow: pick(random, windows),
    maxLineBytes: chance(random, 0.2) ? pick(random, [64, 150, 1000]) : READ_DEFAULTS.maxLineBytes,
    timezone: pick(random, ['UTC', 'UTC', 'Europe/Vienna']),
    ...(chance(random, 0.1) ? { targets: ['t*'] } : {}),
    ...(chance(random, 0.05) ? { columns: ['c0'] } : {}),
    ...(chance(random, 0.05) ? { map: { renamed: 'c0' } } : {}),
  };
}
