import { partOf } from './fields.js';
import { ProtocolError, type Frame, type Part } from './frames.js';

/** In an index: no text. */
const NONE = 0xffff_ffff;

/**
 * A list of texts as two parts: `NAME`, u8, all of them concatenated in UTF-8, and `NAME.bytes`, u32, the length of
 * each in bytes. Much faster to decode than JSON. If a text has a lone surrogate, which UTF-8 cannot hold, the first
 * part is `NAME.utf16` instead, in UTF-16: no text may change on its way to the results.
 */
export function textsToParts(name: string, texts: readonly string[]): Part[] {
  const lengths = new Uint32Array(texts.length);
  const joined = texts.join('');
  let bytes = Buffer.from(joined, 'utf8');
  let isUtf8 = true;
  if (bytes.length === joined.length) {
    for (let i = 0; i < texts.length; i++) lengths[i] = texts[i]!.length;
  } else {
    // One by one, because joining could combine lone surrogates.
    isUtf8 = !texts.some((text) => LONE_SURROGATE.test(text));
    const encoded = texts.map((text) => Buffer.from(text, isUtf8 ? 'utf8' : 'utf16le'));
    encoded.forEach((text, i) => (lengths[i] = text.length));
    bytes = Buffer.concat(encoded);
  }
  return [
    { name: isUtf8 ? name : `${name}.utf16`, shape: [bytes.length], values: bytes },
    { name: `${name}.bytes`, shape: [texts.length], values: lengths },
  ];
}

/** With the flag `u`, a pair of surrogates is one character of another kind. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The part that holds the texts' bytes. */
function textBytesOf(frame: Frame, name: string): { values: Uint8Array; encoding: 'utf8' | 'utf16le' } {
  return frame.parts.has(`${name}.utf16`)
    ? { values: partOf(frame, `${name}.utf16`, Uint8Array), encoding: 'utf16le' }
    : { values: partOf(frame, name, Uint8Array), encoding: 'utf8' };
}

/** The inverse of `textsToParts`. */
export function textsFromParts(frame: Frame, name: string): string[] {
  const { values, encoding } = textBytesOf(frame, name);
  const lengths = partOf(frame, `${name}.bytes`, Uint32Array);
  let total = 0;
  for (const length of lengths) total += length;
  if (total !== values.length) {
    throw new ProtocolError(
      `${frame.type}: ${name}.bytes does not add up to the ${values.length} bytes of ${name}`,
    );
  }
  if (lengths.length === 0) return [];
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.length);
  const all = bytes.toString(encoding);
  const isAscii = all.length === bytes.length;
  const texts = new Array<string>(lengths.length);
  let start = 0;
  for (let i = 0; i < lengths.length; i++) {
    const end = start + lengths[i]!;
    texts[i] = isAscii ? all.slice(start, end) : bytes.toString(encoding, start, end);
    start = end;
  }
  return texts;
}

/**
 * Encodes one text or null per series as three parts: the different texts (`NAME`, `NAME.bytes`) and `NAME.index`, u32,
 * which of them each series has. Targets and columns repeat from series to series and from block to block: the last
 * parts are reused while the labels stay the same.
 */
export class LabelEncoder {
  readonly #name: string;
  #labels: readonly (string | null)[] = [];
  #parts: readonly Part[] | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  toParts(labels: readonly (string | null)[]): readonly Part[] {
    if (this.#parts === null || !areSame(labels, this.#labels)) {
      this.#labels = labels;
      this.#parts = labelsToParts(this.#name, labels);
    }
    return this.#parts;
  }
}

/** The inverse of `LabelEncoder`; the last labels are reused while the parts stay the same. */
export class LabelDecoder {
  readonly #name: string;
  #encoding = '';
  #parts: readonly Uint8Array[] = [];
  #labels: readonly (string | null)[] | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  fromFrame(frame: Frame, series: number): readonly (string | null)[] {
    const { values, encoding } = textBytesOf(frame, this.#name);
    const parts = [
      values,
      partOf(frame, `${this.#name}.bytes`, Uint32Array),
      partOf(frame, `${this.#name}.index`, Uint32Array, series),
    ].map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength));
    const isSame =
      encoding === this.#encoding && parts.every((part, i) => part.equals(this.#parts[i] ?? EMPTY));
    if (this.#labels === null || !isSame) {
      this.#encoding = encoding;
      this.#parts = parts.map((part) => Buffer.from(part)); // copies, which do not retain the whole frame
      this.#labels = labelsFromParts(frame, this.#name, series);
    }
    return this.#labels;
  }
}

const EMPTY = new Uint8Array(0);

function areSame(some: readonly (string | null)[], others: readonly (string | null)[]): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i++) if (some[i] !== others[i]) return false;
  return true;
}

function labelsToParts(name: string, labels: readonly (string | null)[]): Part[] {
  const texts: string[] = [];
  const places = new Map<string, number>();
  const index = new Uint32Array(labels.length);
  labels.forEach((label, i) => {
    if (label === null) {
      index[i] = NONE;
      return;
    }
    let place = places.get(label);
    if (place === undefined) places.set(label, (place = texts.push(label) - 1));
    index[i] = place;
  });
  return [...textsToParts(name, texts), { name: `${name}.index`, shape: [index.length], values: index }];
}

function labelsFromParts(frame: Frame, name: string, series: number): (string | null)[] {
  const texts = textsFromParts(frame, name);
  const index = partOf(frame, `${name}.index`, Uint32Array, series);
  return Array.from(index, (place) => {
    const label = place === NONE ? null : texts[place];
    if (label === undefined) throw new ProtocolError(`${frame.type}: ${name}.index points at text ${place}`);
    return label;
  });
}
