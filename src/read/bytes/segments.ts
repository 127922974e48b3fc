import { createHash } from 'node:crypto';

/** A stretch of a file that was read; it begins where the one before it ends, the first one at 0. */
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

  /** The bytes at `atByte` were read. @throws Error where bytes before them were not */
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

  /** Everything read so far, all of it in finished segments, which later updates leave out. */
  finish(): readonly Segment[] {
    if (this.#current() !== null) this.#finish();
    this.#reported();
    return [...this.#finished];
  }

  /** What is new since the last call; null: nothing. */
  update(): DigestUpdate | null {
    if (this.#reportedByte === this.#endByte) return null;
    const finished = this.#finished.slice(this.#reportedSegments);
    this.#reported();
    return { finished, current: this.#current() };
  }

  #reported(): void {
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

/** Where the last of some segments ends; 0: there is none. */
export function endOf(segments: readonly Segment[]): number {
  return segments.at(-1)?.endByte ?? 0;
}

/**
 * The segments that `known` ones and later updates amount to. A journal may hold updates from before `known`; those
 * end within it and add nothing.
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
