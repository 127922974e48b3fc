/**
 * Frames: what travels between a parent and an actor, byte for byte (docs/protocol.md).
 *
 *   prefix  16 bytes: magic "AIO1", u32 header bytes, u32 body bytes, u32 zero
 *   header  JSON in UTF-8, padded with spaces to a multiple of 8
 *   body    the parts one after another, each padded with zeros to a multiple of 8
 *
 * All numbers are little-endian. Since every part starts at a multiple of 8 from the frame's start, whoever
 * holds a frame reads its numbers in place.
 */

/** A frame or message that breaks the protocol: its sender can't be trusted with another one. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

export type PartValues = Float64Array | Float32Array | Uint32Array | Uint8Array;

/** Numbers that travel raw; `values` holds as many as `shape` multiplies to, row-major. */
export interface Part {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: PartValues;
}

type Fields = Readonly<Record<string, unknown>>;

/** What was received: `fields` is the header without its parts, still unchecked. */
export interface Frame {
  readonly type: string;
  readonly fields: Fields;
  readonly parts: ReadonlyMap<string, Part>;
}

const MAGIC = 0x314f4941; // "AIO1" read as a little-endian u32
const PREFIX_BYTES = 16;
const ALIGNMENT = 8;

/** Longest header a frame may have. */
export const MAX_HEADER_BYTES = 2 ** 20;
/** Largest body a frame may have. */
export const MAX_BODY_BYTES = 2 ** 30;

const DTYPES = { f64: Float64Array, f32: Float32Array, u32: Uint32Array, u8: Uint8Array } as const;
type Dtype = keyof typeof DTYPES;

/** Smaller parts are copied next to the header: handing the system many small buffers costs more. */
const COPY_BELOW_BYTES = 16 * 1024;

/**
 * Makes the frames of one conversation. The header of the last frame is kept and used again while it would be
 * the same: from one minute to the next it is, as long as what changes every minute travels in parts.
 */
export class FrameEncoder {
  #last: { readonly type: string; readonly fields: Fields; readonly forms: readonly PartForm[] } | null =
    null;
  #header = '';
  #headerBytes = 0;

  /**
   * The buffers of one frame, to be written one after another. Large parts are views of the values themselves,
   * which must not change until they are written; everything else lies in one new buffer.
   *
   * @throws ProtocolError when the frame would be larger than a receiver accepts.
   */
  encode(type: string, fields: Fields, parts: readonly Part[] = []): Uint8Array[] {
    this.#describe(type, fields, parts);
    let bodyBytes = 0;
    let viewedBytes = 0;
    for (const { values } of parts) {
      bodyBytes += padded(values.byteLength);
      if (!isCopied(values)) viewedBytes += values.byteLength;
    }
    checkSize('header', this.#headerBytes, MAX_HEADER_BYTES);
    checkSize('body', bodyBytes, MAX_BODY_BYTES);

    const bodyStart = PREFIX_BYTES + this.#headerBytes;
    const copy = Buffer.allocUnsafe(bodyStart + bodyBytes - viewedBytes);
    copy.writeUInt32LE(MAGIC, 0);
    copy.writeUInt32LE(this.#headerBytes, 4);
    copy.writeUInt32LE(bodyBytes, 8);
    copy.writeUInt32LE(0, 12);
    copy.fill(' ', PREFIX_BYTES + copy.write(this.#header, PREFIX_BYTES), bodyStart);
    return layOut(copy, bodyStart, parts);
  }

  #describe(type: string, fields: Fields, parts: readonly Part[]): void {
    const last = this.#last;
    if (last?.type === type && haveSameFields(fields, last.fields) && haveForms(parts, last.forms)) return;
    const forms = parts.map(({ name, values, shape }): PartForm => ({ name, dtype: dtypeOf(values), shape }));
    const described = forms.map(({ name, dtype, shape }) => [name, dtype, shape]);
    this.#header = JSON.stringify({ type, ...fields, parts: described });
    this.#headerBytes = padded(Buffer.byteLength(this.#header));
    this.#last = { type, fields, forms };
  }
}

/** What a header says of a part. */
interface PartForm {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** Nested fields count as different: messages that have them are rare. */
function haveSameFields(some: Fields, others: Fields): boolean {
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

/** Puts small parts and all padding into `copy` from `offset` on, and large parts between its pieces. */
function layOut(copy: Buffer, offset: number, parts: readonly Part[]): Uint8Array[] {
  const buffers: Uint8Array[] = [];
  let pieceStart = 0;
  let at = offset;
  for (const { values } of parts) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    if (isCopied(values)) {
      copy.set(bytes, at);
      at += bytes.length;
    } else {
      buffers.push(copy.subarray(pieceStart, at), bytes);
      pieceStart = at;
    }
    const padding = padded(bytes.length) - bytes.length;
    copy.fill(0, at, at + padding);
    at += padding;
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
  return values instanceof Uint32Array ? 'u32' : 'u8';
}

function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function checkSize(what: 'header' | 'body', bytes: number, most: number): void {
  if (bytes > most)
    throw new ProtocolError(`a frame's ${what} has ${bytes} bytes, at most ${most} are allowed`);
}

/**
 * Finds the frames of one conversation in a stream of bytes, however it is cut. Each body is copied once, into
 * memory of its own.
 */
export class FrameReader {
  #stage: 'prefix' | 'header' | 'body' = 'prefix';
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  #header: Buffer = Buffer.alloc(0);
  #last: { readonly header: Buffer; readonly description: FrameDescription } | null = null;
  #body: Buffer = Buffer.alloc(0);
  #filling: Buffer = this.#prefix;
  #filled = 0;

  /**
   * Takes the next bytes, which may be reused afterwards, and hands on the frames that they complete.
   *
   * @throws ProtocolError when the bytes are not a frame; nothing after them can be understood.
   */
  push(bytes: Uint8Array, onFrame: (frame: Frame) => void): void {
    let from = 0;
    for (;;) {
      const take = Math.min(bytes.length - from, this.#filling.length - this.#filled);
      this.#filling.set(bytes.subarray(from, from + take), this.#filled);
      from += take;
      this.#filled += take;
      if (this.#filled < this.#filling.length) return;
      const frame = this.#advance();
      if (frame !== null) onFrame(frame);
    }
  }

  #advance(): Frame | null {
    if (this.#stage === 'prefix') {
      const { headerBytes, bodyBytes } = readPrefix(this.#prefix);
      this.#header = Buffer.allocUnsafe(headerBytes);
      this.#body = Buffer.allocUnsafeSlow(bodyBytes); // starts its own ArrayBuffer, so parts are aligned in it
      return this.#fill('header', this.#header);
    }
    if (this.#stage === 'header') return this.#fill('body', this.#body);
    this.#fill('prefix', this.#prefix);
    return viewFrame(this.#describe(), this.#body);
  }

  /** Parses a header once and keeps what it said while the same header comes again. */
  #describe(): FrameDescription {
    if (this.#last?.header.equals(this.#header) !== true) {
      this.#last = { header: this.#header, description: parseDescription(this.#header) };
    }
    return this.#last.description;
  }

  #fill(stage: 'prefix' | 'header' | 'body', into: Buffer): null {
    this.#stage = stage;
    this.#filling = into;
    this.#filled = 0;
    return null;
  }
}

function readPrefix(prefix: Buffer): { headerBytes: number; bodyBytes: number } {
  if (prefix.readUInt32LE(0) !== MAGIC || prefix.readUInt32LE(12) !== 0) {
    throw new ProtocolError(`these bytes do not start a frame: ${prefix.toString('hex')}`);
  }
  const headerBytes = prefix.readUInt32LE(4);
  const bodyBytes = prefix.readUInt32LE(8);
  if (headerBytes % ALIGNMENT !== 0 || bodyBytes % ALIGNMENT !== 0) {
    throw new ProtocolError(
      `a frame's sizes are multiples of ${ALIGNMENT}, not ${headerBytes} and ${bodyBytes}`,
    );
  }
  checkSize('header', headerBytes, MAX_HEADER_BYTES);
  checkSize('body', bodyBytes, MAX_BODY_BYTES);
  return { headerBytes, bodyBytes };
}

/** What a header says. */
interface FrameDescription {
  readonly type: string;
  readonly fields: Fields;
  readonly parts: readonly PartDescription[];
  /** Of all parts, with their padding. */
  readonly bodyBytes: number;
}

interface PartDescription extends PartForm {
  readonly length: number;
  readonly offset: number;
}

function parseDescription(header: Buffer): FrameDescription {
  const fields = parseHeader(header);
  const { type, parts: described } = fields;
  if (typeof type !== 'string' || !Array.isArray(described)) {
    throw new ProtocolError('a frame header needs a type and parts');
  }
  let offset = 0;
  const parts = described.map((description): PartDescription => {
    const { name, dtype, shape } = checkDescription(description);
    const length = shape.reduce((product, size) => product * size, 1);
    const part = { name, dtype, shape, length, offset };
    offset += padded(length * DTYPES[dtype].BYTES_PER_ELEMENT);
    return part;
  });
  if (new Set(parts.map(({ name }) => name)).size < parts.length) {
    throw new ProtocolError(`a ${type} frame has two parts of one name`);
  }
  return { type, fields, parts, bodyBytes: offset };
}

function viewFrame({ type, fields, parts, bodyBytes }: FrameDescription, body: Buffer): Frame {
  if (bodyBytes !== body.length) {
    throw new ProtocolError(
      `the parts of a ${type} frame take ${bodyBytes} bytes, its body has ${body.length}`,
    );
  }
  const views = new Map<string, Part>();
  for (const { name, dtype, shape, length, offset } of parts) {
    const values = new DTYPES[dtype](body.buffer as ArrayBuffer, body.byteOffset + offset, length);
    views.set(name, { name, shape, values });
  }
  return { type, fields, parts: views };
}

function parseHeader(header: Buffer): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(header.toString('utf8'));
  } catch (error) {
    throw new ProtocolError('a frame header is not JSON', { cause: error });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ProtocolError('a frame header is not an object');
  }
  return parsed as Record<string, unknown>;
}

function checkDescription(description: unknown): PartForm {
  if (Array.isArray(description)) {
    const [name, dtype, shape] = description as unknown[];
    if (typeof name === 'string' && isDtype(dtype) && isShape(shape)) return { name, dtype, shape };
  }
  throw new ProtocolError(`not a part's name, dtype and shape: ${JSON.stringify(description)}`);
}

function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(DTYPES, value);
}

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}
