import { ProtocolError, type Frame, type PartValues } from './frames.js';

/** Checked access to the fields of a frame's header; every method throws a ProtocolError that names the field. */
export class Fields {
  readonly #where: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(where: string, values: Readonly<Record<string, unknown>>) {
    this.#where = where;
    this.#values = values;
  }

  text(name: string): string {
    const value = this.#values[name];
    return typeof value === 'string' ? value : this.#refuse(name, 'text');
  }

  textOrNull(name: string): string | null {
    return this.isNull(name) ? null : this.text(name);
  }

  /** A finite number. */
  number(name: string): number {
    const value = this.#values[name];
    return typeof value === 'number' && Number.isFinite(value)
      ? value
      : this.#refuse(name, 'a finite number');
  }

  /** A whole number ≥ 0. */
  count(name: string): number {
    const value = this.number(name);
    return Number.isSafeInteger(value) && value >= 0 ? value : this.#refuse(name, 'a whole number ≥ 0');
  }

  /** A whole number ≥ `least`. */
  atLeast(name: string, least: number): number {
    const value = this.count(name);
    return value >= least ? value : this.#refuse(name, `at least ${least}`);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const value = this.text(name);
    return allowed.find((one) => one === value) ?? this.#refuse(name, `one of ${allowed.join(', ')}`);
  }

  texts(name: string): string[] {
    const value = this.#values[name];
    const isTexts = Array.isArray(value) && value.every((one) => typeof one === 'string');
    return isTexts ? value : this.#refuse(name, 'a list of texts');
  }

  /** At least one text, without duplicates. */
  names(name: string): string[] {
    const value = this.texts(name);
    const areDifferent = value.length > 0 && new Set(value).size === value.length;
    return areDifferent ? value : this.#refuse(name, 'a list of different texts');
  }

  /** A list of objects. */
  list(name: string): Fields[] {
    const value = this.#values[name];
    if (!Array.isArray(value)) return this.#refuse(name, 'a list');
    return value.map((one: unknown, i) =>
      new Fields(this.#where, { [`${name}[${i}]`]: one }).nested(`${name}[${i}]`),
    );
  }

  /** An object whose values are texts. */
  textByName(name: string): Record<string, string> {
    const value = this.#object(name);
    const isTexts = Object.values(value).every((one) => typeof one === 'string');
    return isTexts ? (value as Record<string, string>) : this.#refuse(name, 'an object of texts');
  }

  nested(name: string): Fields {
    return new Fields(`${this.#where}.${name}`, this.#object(name));
  }

  isText(name: string): boolean {
    return typeof this.#values[name] === 'string';
  }

  flag(name: string): boolean {
    const value = this.#values[name];
    return typeof value === 'boolean' ? value : this.#refuse(name, 'true or false');
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  isNull(name: string): boolean {
    return this.#values[name] === null;
  }

  #object(name: string): Record<string, unknown> {
    const value = this.#values[name];
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : this.#refuse(name, 'an object');
  }

  #refuse(name: string, expected: string): never {
    const value = this.#values[name];
    const given = value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80);
    throw new ProtocolError(`${this.#where}: ${name} must be ${expected}, it is ${given}`);
  }
}

export function fieldsOf(frame: Frame): Fields {
  return new Fields(frame.type, frame.fields);
}

/** The numbers of a part, after checking its dtype and, if given, its length. */
export function partOf<T extends PartValues>(
  frame: Frame,
  name: string,
  dtype: new (length: number) => T,
  length?: number,
): T {
  const values = frame.parts.get(name)?.values;
  if (!(values instanceof dtype))
    throw new ProtocolError(`${frame.type}: part ${name} must be a ${dtype.name}`);
  if (length !== undefined && values.length !== length) {
    throw new ProtocolError(`${frame.type}: part ${name} has ${values.length} values instead of ${length}`);
  }
  return values;
}

/** The codes of a part, after checking that none is above `most`. */
export function codesOf<T extends Uint8Array | Uint32Array>(
  frame: Frame,
  name: string,
  dtype: new (length: number) => T,
  { length, most }: { readonly length: number; readonly most: number },
): T {
  const codes = partOf(frame, name, dtype, length);
  // A loop, because there is a code for each row.
  for (let i = 0; i < length; i++) {
    if (codes[i]! > most)
      throw new ProtocolError(`${frame.type}: ${name} must be at most ${most}, one is ${codes[i]}`);
  }
  return codes;
}

/** The finite numbers of an f64 part, by the names of their positions. */
export function numbersOf<K extends string>(
  frame: Frame,
  part: string,
  names: readonly K[],
): Record<K, number> {
  const values = partOf(frame, part, Float64Array, names.length);
  if (!values.every(Number.isFinite))
    throw new ProtocolError(`${frame.type}: ${part} must be finite numbers`);
  const numbers: Partial<Record<K, number>> = {};
  names.forEach((name, i) => (numbers[name] = values[i]!));
  return numbers as Record<K, number>;
}

/** A chunk's id: a whole number ≥ 0. */
export function checkId(frame: Frame, id: number): number {
  if (Number.isSafeInteger(id) && id >= 0) return id;
  throw new ProtocolError(`${frame.type}: an id must be a whole number ≥ 0, it is ${id}`);
}
