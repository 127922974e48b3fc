import type { Label, MinuteBatch, MinuteRecord, SourceLine } from '../../core/types.js';
import { pathOf, SeenPlace } from './seen-place.js';

/** Numbers by their index. */
type Numbers = (index: number) => number;

/** Records by minute, as at most about 20 bytes each and 8 per value. */
export interface SeenRecords {
  /** How many minutes there are. */
  readonly length: number;
  /** `[minutes]`, ascending. */
  readonly minutes: Numbers;
  /** `[minutes]`: index after the last record of each. */
  readonly ends: Numbers;
  /** `[records]` each. */
  readonly targets: Numbers;
  readonly shapes: Numbers;
  readonly paths: Numbers;
  /** Number of the line, or where it begins if that is not known. */
  readonly places: Numbers;
  readonly offsetsMs: Numbers;
  /** Of the newest interval of each record, without missing ones. */
  readonly values: Numbers;
  /** `[minutes]`: index after the last value of each. */
  readonly valueEnds: Numbers;
}

/** What folding and counting ask of a record, besides its minute, target and place. */
interface Shape {
  /** A bit per column, in characters of 16 of them, set where the newest interval has no value. */
  readonly missing: string;
  /** Of the values of a record. */
  readonly length: number;
  readonly bringsWindow: boolean;
  readonly brings: readonly number[] | null;
  readonly label: Label;
}

const CHARACTER_BITS = 16;

/**
 * Encodes records, of a window only with the values of its newest interval, which are compared when parts are joined.
 */
export class RecordCodec {
  readonly #columns: number;
  readonly #targets = new Names<string>();
  readonly #paths = new Names<{ readonly path: string; readonly hasLines: boolean }>();
  readonly #shapes = new Names<Shape>();

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** @param batches ascending */
  encode(batches: readonly MinuteBatch[]): SeenRecords {
    const records = batches.flatMap((batch) => batch.records);
    const of = (valueOf: (record: MinuteRecord) => number): Numbers => narrowed(records.map(valueOf));
    const values: number[] = [];
    const valueEnds = batches.map((batch) => {
      for (const record of batch.records) this.#addPresent(record, values);
      return values.length;
    });
    let end = 0;
    return {
      length: batches.length,
      minutes: narrowed(batches.map(({ minuteMs }) => minuteMs)),
      ends: narrowed(batches.map((batch) => (end += batch.records.length))),
      targets: of(({ target }) => this.#targets.idOf(target, target)),
      shapes: of((record) => this.#shapeOf(record)),
      paths: of(({ source }) => this.#pathOf(source)),
      places: of(({ source: { line, byteOffset } }) => (line === 0 ? byteOffset : line)),
      offsetsMs: of(({ offsetMs = 0 }) => offsetMs),
      values: narrowed(values),
      valueEnds: narrowed(valueEnds),
    };
  }

  #addPresent({ values }: MinuteRecord, to: number[]): void {
    for (let i = values.length - this.#columns; i < values.length; i++)
      if (!Number.isNaN(values[i]!)) to.push(values[i]!);
  }

  /** The records of a minute; of a window, earlier values are 0. */
  decode(seen: SeenRecords, minute: number): MinuteRecord[] {
    const minuteMs = seen.minutes(minute);
    const records: MinuteRecord[] = [];
    const end = seen.ends(minute);
    let next = minute === 0 ? 0 : seen.valueEnds(minute - 1);
    for (let i = minute === 0 ? 0 : seen.ends(minute - 1); i < end; i++) {
      const { missing, length, ...shape } = this.#shapes.at(seen.shapes(i));
      const values = new Float64Array(length);
      const newest = length - this.#columns;
      for (let column = 0; column < this.#columns; column++)
        values[newest + column] = isMissing(missing, column) ? NaN : seen.values(next++);
      const target = this.#targets.at(seen.targets(i));
      const { path, hasLines } = this.#paths.at(seen.paths(i));
      const place = seen.places(i);
      const source = hasLines ? new SeenPlace(path, place, 0) : new SeenPlace(path, 0, place);
      records.push({ minuteMs, offsetMs: seen.offsetsMs(i), target, values, source, ...shape });
    }
    return records;
  }

  #pathOf(source: SourceLine): number {
    const path = pathOf(source);
    const hasLines = source.line !== 0;
    return this.#paths.idOf(`${hasLines} ${path}`, { path, hasLines });
  }

  #shapeOf({ values, bringsWindow, brings = null, label }: MinuteRecord): number {
    const missing = missingBits(values, values.length - this.#columns);
    const shape = { missing, length: values.length, bringsWindow, brings, label: classOf(label) };
    const others = `${shape.length} ${bringsWindow} ${brings?.join() ?? ''} ${shape.label}`;
    return this.#shapes.idOf(`${missing} ${others}`, shape);
  }
}

/** Numbers things. */
class Names<T> {
  readonly #ids = new Map<string, number>();
  readonly #all: T[] = [];

  idOf(key: string, thing: T): number {
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#all.push(thing) - 1;
      this.#ids.set(key, id);
    }
    return id;
  }

  at(id: number): T {
    return this.#all[id]!;
  }
}

function missingBits(values: Float64Array, first: number): string {
  let text = '';
  for (let from = first; from < values.length; from += CHARACTER_BITS) {
    const length = Math.min(CHARACTER_BITS, values.length - from);
    let bits = 0;
    for (let i = 0; i < length; i++) if (Number.isNaN(values[from + i]!)) bits |= 1 << i;
    text += String.fromCharCode(bits);
  }
  return text;
}

function isMissing(bits: string, column: number): boolean {
  const character = bits.charCodeAt(Math.floor(column / CHARACTER_BITS));
  return ((character >> (column % CHARACTER_BITS)) & 1) === 1;
}

/** A label that compares with others like this one does: there are few of these, however many labels there are. */
function classOf(label: Label): Label {
  if (typeof label === 'string') return 'text';
  if (label === null || label === 0 || label === 1) return label;
  return label < 0 ? -1 : label < 1 ? 0.5 : 2;
}

/** In as few bytes as these numbers take: none where each is as much more than the one before, as most times are. */
function narrowed(numbers: readonly number[]): Numbers {
  const [first = 0, second = first] = numbers;
  const step = second - first;
  if (numbers.every((number, i) => number === first + i * step)) return (index) => first + index * step;
  const { wholes, scale } = asWholes(numbers);
  return (index) => wholes[index]! / scale;
}

const SCALES = [1, 10, 100, 1000];

/** Numbers with a few digits after the point as whole multiples of its last one: the quotient is the same number. */
function asWholes(numbers: readonly number[]) {
  const scale = SCALES.find((each) => numbers.every((number) => Math.round(number * each) / each === number));
  if (scale === undefined) return { wholes: Float64Array.from(numbers), scale: 1 };
  let [least, most] = [0, 0];
  for (const number of numbers) {
    least = Math.min(least, number * scale);
    most = Math.max(most, number * scale);
  }
  const top = Math.max(most, -least);
  const Wholes = top >= 2 ** 31 ? Float64Array : least < 0 ? Int32Array : unsigned(Math.round(most));
  return { wholes: Wholes.from(numbers.map((number) => Math.round(number * scale))), scale };
}

function unsigned(most: number) {
  return most < 2 ** 8 ? Uint8Array : most < 2 ** 16 ? Uint16Array : Uint32Array;
}
