import type { Writable } from 'node:stream';

import {
  ALIGNMENT,
  checkSize,
  MAGIC,
  MAX_BODY_BYTES,
  MAX_HEADER_BYTES,
  padded,
  PREFIX_BYTES,
  type Dtype,
  type HeaderFields,
  type Part,
  type PartForm,
  type PartValues,
} from './frames.js';

/** Smaller parts are copied next to the header, which is faster than writing many small buffers. */
const COPY_BELOW_BYTES = 16 * 1024;

/**
 * Encodes the frames of a connection. The header of the last frame is reused if it is the same, which it is from block
 * to block as long as everything that changes is in parts.
 */
export class FrameEncoder {
  #last: {
    readonly type: string;
    readonly fields: HeaderFields;
    readonly forms: readonly PartForm[];
  } | null = null;
  /** With the spaces that pad it. */
  #header = Buffer.alloc(0);

  /**
   * The buffers of one frame, to be written one after another. Large parts are views of the values, which must not
   * change until they are written; everything else is in one new buffer.
   *
   * @throws ProtocolError if the frame is larger than a receiver accepts
   */
  encode(type: string, fields: HeaderFields, parts: readonly Part[] = []): Uint8Array[] {
    this.#describe(type, fields, parts);
    let bodyBytes = 0;
    let viewedBytes = 0;
    for (const { values } of parts) {
      bodyBytes += padded(values.byteLength);
      if (!isCopied(values)) viewedBytes += values.byteLength;
    }
    checkSize('header', this.#header.length, MAX_HEADER_BYTES);
    checkSize('body', bodyBytes, MAX_BODY_BYTES);

    const bodyStart = PREFIX_BYTES + this.#header.length;
    const copy = Buffer.allocUnsafe(bodyStart + bodyBytes - viewedBytes);
    copy.writeUInt32LE(MAGIC, 0);
    copy.writeUInt32LE(this.#header.length, 4);
    copy.writeUInt32LE(bodyBytes, 8);
    copy.writeUInt32LE(0, 12);
    copy.set(this.#header, PREFIX_BYTES);
    return layOut(copy, bodyStart, parts);
  }

  #describe(type: string, fields: HeaderFields, parts: readonly Part[]): void {
    const last = this.#last;
    if (last?.type === type && haveSameFields(fields, last.fields) && haveForms(parts, last.forms)) return;
    const forms = parts.map(({ name, values, shape }): PartForm => ({ name, dtype: dtypeOf(values), shape }));
    const described = forms.map(({ name, dtype, shape }) => [name, dtype, shape]);
    const header = Buffer.from(JSON.stringify({ type, ...fields, parts: described }));
    this.#header = Buffer.concat([header, Buffer.alloc(padded(header.length) - header.length, ' ')]);
    this.#last = { type, fields, forms };
  }
}

/** Compares nested fields by reference: messages that have them are rare. */
function haveSameFields(some: HeaderFields, others: HeaderFields): boolean {
  const names = Object.keys(some);
  return names.length === Object.keys(others).length && names.every((name) => some[name] === others[name]);
}

function haveForms(parts: readonly Part[], forms: readonly PartForm[]): boolean {
  return (
    parts.length === forms.length &&
    parts.every(({ name, values, shape }, i) => {
      const form = forms[i];
      return (
        form?.name === name &&
        form.dtype === dtypeOf(values) &&
        form.shape.length === shape.length &&
        form.shape.every((size, axis) => size === shape[axis])
      );
    })
  );
}

/** Copies small parts and all padding to `copy`, from `offset`, and places large parts between slices of it. */
function layOut(copy: Buffer, offset: number, parts: readonly Part[]): Uint8Array[] {
  const buffers: Uint8Array[] = [];
  let pieceStart = 0;
  let at = offset;
  for (const { values } of parts) {
    const bytes =
      values instanceof Uint8Array
        ? values
        : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    if (isCopied(values)) {
      copy.set(bytes, at);
      at += bytes.length;
    } else {
      buffers.push(copy.subarray(pieceStart, at), bytes);
      pieceStart = at;
    }
    for (let length = bytes.length; length % ALIGNMENT !== 0; length++) copy[at++] = 0;
  }
  if (pieceStart < at) buffers.push(copy.subarray(pieceStart, at));
  return buffers;
}

function isCopied(values: PartValues): boolean {
  return values.byteLength < COPY_BELOW_BYTES;
}

function dtypeOf(values: PartValues): Dtype {
  if (values instanceof Float64Array) return 'f64';
  if (values instanceof Float32Array) return 'f32';
  if (values instanceof Uint32Array) return 'u32';
  return values instanceof Int32Array ? 'i32' : 'u8';
}

/** Writes a frame's buffers in one system call if the receiver has room for it. */
export function writeFrame(stream: Writable, buffers: readonly Uint8Array[]): void {
  stream.cork();
  for (const buffer of buffers) stream.write(buffer);
  stream.uncork();
}
