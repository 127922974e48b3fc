/**
 * The binary format of the messages between a parent and an actor (docs/protocol.md).
 *
 *   prefix  16 bytes: magic "AIO1", u32 header bytes, u32 body bytes, u32 zero
 *   header  JSON in UTF-8, padded with spaces to a multiple of 8
 *   body    the parts one after another, each padded with zeros to a multiple of 8
 *
 * All numbers are little-endian. Every part starts at a multiple of 8 from the start of the frame, so a receiver can
 * read its numbers in place.
 */

/** A frame or message that violates the protocol; the connection cannot be used any longer. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

export type PartValues = Float64Array | Float32Array | Uint32Array | Int32Array | Uint8Array;

/** An array of numbers of the given shape, row-major, sent as raw bytes. */
export interface Part {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: PartValues;
}

export type HeaderFields = Readonly<Record<string, unknown>>;

/** A received frame: `fields` is the header, not yet checked. */
export interface Frame {
  readonly type: string;
  readonly fields: HeaderFields;
  readonly parts: ReadonlyMap<string, Part>;
  /** The memory that the parts are views of. */
  readonly memory: ArrayBuffer;
}

export const MAGIC = 0x314f4941; // "AIO1" read as a little-endian u32
export const PREFIX_BYTES = 16;
export const ALIGNMENT = 8;

/** Longest header a frame may have. */
export const MAX_HEADER_BYTES = 2 ** 20;
/** Largest body a frame may have. */
export const MAX_BODY_BYTES = 2 ** 30;

export const DTYPES = {
  f64: Float64Array,
  f32: Float32Array,
  u32: Uint32Array,
  i32: Int32Array,
  u8: Uint8Array,
} as const;
export type Dtype = keyof typeof DTYPES;

/** The description of a part in a header. */
export interface PartForm {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

export function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

export function checkSize(what: 'header' | 'body', bytes: number, most: number): void {
  if (bytes > most)
    throw new ProtocolError(`a frame's ${what} has ${bytes} bytes, at most ${most} are allowed`);
}
