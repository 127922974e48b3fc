import type { Label, MinuteBatch, MinuteRecord, SourceLine } from '../../core/types.js';
import { pathOf, SeenPlace } from './seen-place.js';

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** Records by minute, as about 20 bytes each and at most 8 per value. */
export interface SeenRecords {
  /** `[minutes]`, ascending. */
  readonly minutes: Float64Array;
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

/** Encodes records, of a window only with the values of its newest interval, which are compared when parts are joined. */
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
      minutes: Float64Array.from(batches, ({ minuteMs }) => minuteMs),
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
    const minuteMs = seen.minutes[minute]!;
    const records: MinuteRecord[] = [];
    let next = minute === 0 ? 0 : seen.valueEnds[minute - 1]!;
    for (let i = minute === 0 ? 0 : seen.ends[minute - 1]!; i < seen.ends[minute]!; i++) {
      const { missing, length, ...shape } = this.#shapes.at(seen.shapes[i]!);
      const values = new Float64Array(length);
      const newest = length - this.#columns;
      for (let column = 0; column < this.#columns; column++)
        values[newest + column] = isMissing(missing, column) ? NaN : seen.values[next++]!;
      const target = this.#targets.at(seen.targets[i]!);
      const { path, hasLines } = this.#paths.at(seen.paths[i]!);
      const place = seen.places[i]!;
      const source = hasLines ? new SeenPlace(path, place, 0) : new SeenPlace(path, 0, place);
      records.push({ minuteMs, offsetMs: seen.offsetsMs[i]!, target, values, source, ...shape });
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

/** In as few bytes as these numbers take. */
function narrowed(numbers: readonly number[]): Numbers {
  let most = 0;
  for (const number of numbers) {
    if (!(Number.isInteger(number) && number >= 0)) return Float64Array.from(numbers);
    most = Math.max(most, number);
  }
  if (most < 2 ** 8) return Uint8Array.from(numbers);
  if (most < 2 ** 16) return Uint16Array.from(numbers);
  return most < 2 ** 32 ? Uint32Array.from(numbers) : Float64Array.from(numbers);
}
