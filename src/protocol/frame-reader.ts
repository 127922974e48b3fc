import {
  ALIGNMENT,
  checkSize,
  DTYPES,
  MAGIC,
  MAX_BODY_BYTES,
  MAX_HEADER_BYTES,
  padded,
  PREFIX_BYTES,
  ProtocolError,
  type Dtype,
  type HeaderFields,
  type Frame,
  type Part,
  type PartForm,
} from './frames.js';

/**
 * Splits the byte stream of a connection into frames. Each body is copied once, into memory that belongs to it until it
 * is given back.
 */
export class FrameReader {
  #stage: 'prefix' | 'header' | 'body' = 'prefix';
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  #header: Buffer = Buffer.alloc(0);
  #last: { readonly header: Buffer; readonly description: FrameDescription } | null = null;
  #body: Buffer = Buffer.alloc(0);
  #filling: Buffer = this.#prefix;
  #filled = 0;
  readonly #bodies: BodyMemory;

  constructor(bodies = new BodyMemory()) {
    this.#bodies = bodies;
  }

  /**
   * Takes the next bytes, which may be reused afterwards, and emits the frames that they complete.
   *
   * @throws ProtocolError if the bytes are not a frame; the stream cannot be read any further
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
      this.#body = this.#bodies.take(bodyBytes);
      return this.#fill('header', this.#header);
    }
    if (this.#stage === 'header') return this.#fill('body', this.#body);
    this.#fill('prefix', this.#prefix);
    return viewFrame(this.#describe(), this.#body);
  }

  /** Parses the header, or reuses the last result if it is the same. */
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

/** A parsed header. */
interface FrameDescription {
  readonly type: string;
  readonly fields: HeaderFields;
  readonly parts: readonly PartDescription[];
  /** Of all parts, including padding. */
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
    throw new ProtocolError(`a ${type} frame has two parts of the same name`);
  }
  return { type, fields, parts, bodyBytes: offset };
}

function viewFrame({ type, fields, parts, bodyBytes }: FrameDescription, body: Buffer): Frame {
  if (bodyBytes !== body.length) {
    throw new ProtocolError(
      `the parts of a ${type} frame take ${bodyBytes} bytes, its body has ${body.length}`,
    );
  }
  const memory = body.buffer as ArrayBuffer;
  const views = new Map<string, Part>();
  for (const { name, dtype, shape, length, offset } of parts) {
    const values = new DTYPES[dtype](memory, body.byteOffset + offset, length);
    views.set(name, { name, shape, values });
  }
  return { type, fields, parts: views, memory };
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

/** Smaller memory is cheap to get. */
const ROOM_FROM_BYTES = 64 * 1024;

/** Enough for the frames in flight with one actor. */
const MOST_FREE = 4;

/**
 * Memory for the bodies of a connection's frames, reused once it is given back: new memory has to be mapped page by
 * page, which takes longer than copying the bytes.
 */
export class BodyMemory {
  readonly #free: ArrayBuffer[] = [];

  /** At the start of an ArrayBuffer, so that parts are aligned. Not zeroed. */
  take(bytes: number): Buffer {
    const free = this.#free.pop();
    // A buffer that is too small is dropped: most frames of a connection have the same size.
    if (free !== undefined && free.byteLength >= bytes) return Buffer.from(free, 0, bytes);
    return Buffer.from(Buffer.allocUnsafeSlow(withRoom(bytes)).buffer, 0, bytes);
  }

  /** Makes memory available again that is no longer read. */
  giveBack(memory: ArrayBuffer): void {
    if (this.#free.length < MOST_FREE) this.#free.push(memory);
  }
}

/** Large bodies get an eighth more, because the next one is rarely of exactly the same size: result lines vary. */
function withRoom(bytes: number): number {
  return bytes < ROOM_FROM_BYTES ? bytes : padded(bytes + bytes / 8);
}
