import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { unreadable } from './file-facts.js';

/** A part of a file that was read. It starts where the previous one ends, the first one at 0. */
export interface Segment {
  readonly endByte: number;
  readonly sha256: string;
}

/** What a reader has hashed since it last reported. */
export interface DigestUpdate {
  readonly finished: readonly Segment[];
  /** The segment being read, as far as it got; null: nothing since the last finished one. */
  readonly current: Segment | null;
}

/** A segment is finished once it has this many bytes. */
const SEGMENT_BYTES = 64 * 2 ** 20;

/**
 * Hashes a file's bytes as they are read, in segments. Bytes that `known` segments cover were hashed in an earlier
 * session and are skipped: Node cannot save a hash's state, so a new segment starts where those end.
 */
export class SegmentSums {
  readonly #segmentBytes: number;
  readonly #finished: Segment[];
  #reportedSegments: number;
  #reportedByte: number;
  #hash = createHash('sha256');
  #endByte: number;

  constructor(known: readonly Segment[], segmentBytes = SEGMENT_BYTES) {
    this.#segmentBytes = segmentBytes;
    this.#finished = [...known];
    this.#reportedSegments = known.length;
    this.#endByte = endOf(known);
    this.#reportedByte = this.#endByte;
  }

  /** All bytes before this offset were read. */
  get endByte(): number {
    return this.#endByte;
  }

  /** Takes bytes that were read at `atByte`. @throws Error if that leaves a gap */
  add(atByte: number, bytes: Buffer): void {
    if (atByte > this.#endByte) throw new Error(`bytes ${this.#endByte} to ${atByte} were not read`);
    const fresh = bytes.subarray(Math.min(bytes.length, this.#endByte - atByte));
    if (fresh.length === 0) return;
    this.#hash.update(fresh);
    this.#endByte += fresh.length;
    if (this.#endByte - endOf(this.#finished) >= this.#segmentBytes) this.#finish();
  }

  /** Everything read so far. */
  all(): readonly Segment[] {
    const current = this.#current();
    return current === null ? [...this.#finished] : [...this.#finished, current];
  }

  /** Everything read so far, as finished segments, which later updates do not repeat. */
  finish(): readonly Segment[] {
    if (this.#current() !== null) this.#finish();
    this.#markReported();
    return [...this.#finished];
  }

  /** What is new since the last call; null: nothing. */
  update(): DigestUpdate | null {
    if (this.#reportedByte === this.#endByte) return null;
    const finished = this.#finished.slice(this.#reportedSegments);
    this.#markReported();
    return { finished, current: this.#current() };
  }

  #markReported(): void {
    this.#reportedSegments = this.#finished.length;
    this.#reportedByte = this.#endByte;
  }

  #current(): Segment | null {
    if (this.#endByte === endOf(this.#finished)) return null;
    return { endByte: this.#endByte, sha256: this.#hash.copy().digest('hex') };
  }

  #finish(): void {
    this.#finished.push({ endByte: this.#endByte, sha256: this.#hash.digest('hex') });
    this.#hash = createHash('sha256');
  }
}

/** Where the last segment ends; 0 if there is none. */
export function endOf(segments: readonly Segment[]): number {
  return segments.at(-1)?.endByte ?? 0;
}

/**
 * Applies updates to known segments. A journal may hold updates from before `known`; those end within it and add
 * nothing.
 */
export function withUpdates(
  known: readonly Segment[],
  updates: Iterable<DigestUpdate | null | undefined>,
): readonly Segment[] {
  const segments = [...known];
  let current: Segment | null = null;
  for (const update of updates) {
    if (update === null || update === undefined) continue;
    for (const segment of update.finished) if (segment.endByte > endOf(segments)) segments.push(segment);
    if (update.current !== null || update.finished.length > 0) current = update.current;
  }
  if (current !== null && current.endByte > endOf(segments)) segments.push(current);
  return segments;
}

/** A segment with its start. */
export interface Span extends Segment {
  readonly startByte: number;
}

export function spansOf(segments: readonly Segment[]): Span[] {
  return segments.map((segment, i) => ({ ...segment, startByte: segments[i - 1]?.endByte ?? 0 }));
}

/** Where a file differs from what was read of it. */
export interface Difference {
  /** At least one byte in `[fromByte, toByte)` differs. */
  readonly fromByte: number;
  readonly toByte: number;
  /** The file's size if it ends before `toByte`, otherwise null. */
  readonly endsAtByte: number | null;
}

/** The first span whose bytes in the file have changed; null: none. @throws AiopsError `input_missing` */
export async function firstDifference(
  path: string,
  handle: FileHandle,
  spans: readonly Span[],
): Promise<Difference | null> {
  const blocks: [Buffer, Buffer] = [Buffer.allocUnsafe(COMPARED_BYTES), Buffer.allocUnsafe(COMPARED_BYTES)];
  for (const span of spans) {
    const hash = createHash('sha256');
    let endByte = span.startByte;
    for await (const block of blocksOf(path, handle, span, blocks)) {
      hash.update(block);
      endByte += block.length;
    }
    const isShort = endByte < span.endByte;
    if (isShort || hash.digest('hex') !== span.sha256) {
      return { fromByte: span.startByte, toByte: span.endByte, endsAtByte: isShort ? endByte : null };
    }
  }
  return null;
}

const COMPARED_BYTES = 1024 * 1024;

/** Reads one block while the other is being hashed. */
async function* blocksOf(
  path: string,
  handle: FileHandle,
  { startByte, endByte }: Span,
  [one, other]: readonly [Buffer, Buffer],
): AsyncGenerator<Buffer, undefined> {
  const readInto = async (block: Buffer, at: number): Promise<Buffer> => {
    const length = Math.min(block.length, endByte - at);
    if (length === 0) return block.subarray(0, 0);
    const { bytesRead } = await handle.read(block, 0, length, at);
    return block.subarray(0, bytesRead);
  };
  try {
    let at = startByte;
    let ahead = readInto(one, at);
    for (let turn = 0; ; turn++) {
      const block = await ahead;
      if (block.length === 0) return undefined;
      at += block.length;
      ahead = readInto(turn % 2 === 0 ? other : one, at);
      ahead.catch(() => undefined); // reported when it is awaited
      yield block;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
