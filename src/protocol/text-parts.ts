import { partOf } from './fields.js';
import { ProtocolError, type Frame, type Part } from './frames.js';

/** In an index: no text. */
const NONE = 0xffff_ffff;

/**
 * A list of texts as two parts: `NAME`, u8, all of them concatenated in UTF-8, and `NAME.bytes`, u32, the length of
 * each in bytes. Much faster to decode than JSON.
 */
export function textsToParts(name: string, texts: readonly string[]): Part[] {
  const lengths = new Uint32Array(texts.length);
  const joined = texts.join('');
  let bytes = Buffer.from(joined, 'utf8');
  if (bytes.length === joined.length) {
    for (let i = 0; i < texts.length; i++) lengths[i] = texts[i]?.length ?? 0;
  } else {
    // One by one, because joining could combine lone surrogates.
    const encoded = texts.map((text) => Buffer.from(text, 'utf8'));
    encoded.forEach((text, i) => (lengths[i] = text.length));
    bytes = Buffer.concat(encoded);
  }
  return [
    { name, shape: [bytes.length], values: bytes },
    { name: `${name}.bytes`, shape: [texts.length], values: lengths },
  ];
}

/** The inverse of `textsToParts`. */
export function textsFromParts(frame: Frame, name: string): string[] {
  const values = partOf(frame, name, Uint8Array);
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
  const all = bytes.toString('utf8');
  const isAscii = all.length === bytes.length;
  const texts = new Array<string>(lengths.length);
  let start = 0;
  for (let i = 0; i < lengths.length; i++) {
    const end = start + (lengths[i] ?? 0);
    texts[i] = isAscii ? all.slice(start, end) : bytes.toString('utf8', start, end);
    start = end;
  }
  return texts;
}

/**
 * Encodes one text or null per item as three parts: the different texts (`NAME`, `NAME.bytes`) and `NAME.index`, u32,
 * which of them each item has. Targets and columns repeat from item to item and from minute to minute: the last parts
 * are reused while the labels stay the same.
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
  #parts: readonly Uint8Array[] = [];
  #labels: readonly (string | null)[] | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  fromFrame(frame: Frame, items: number): readonly (string | null)[] {
    const parts = [
      partOf(frame, this.#name, Uint8Array),
      partOf(frame, `${this.#name}.bytes`, Uint32Array),
      partOf(frame, `${this.#name}.index`, Uint32Array, items),
    ].map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength));
    const isSame = parts.every((part, i) => part.equals(this.#parts[i] ?? EMPTY));
    if (this.#labels === null || !isSame) {
      this.#parts = parts.map((part) => Buffer.from(part)); // copies, which do not retain the whole frame
      this.#labels = labelsFromParts(frame, this.#name, items);
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

function labelsFromParts(frame: Frame, name: string, items: number): (string | null)[] {
  const texts = textsFromParts(frame, name);
  const index = partOf(frame, `${name}.index`, Uint32Array, items);
  return Array.from(index, (place) => {
    const label = place === NONE ? null : texts[place];
    if (label === undefined) throw new ProtocolError(`${frame.type}: ${name}.index points at text ${place}`);
    return label;
  });
}
