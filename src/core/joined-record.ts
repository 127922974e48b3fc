import { strongerLabel } from './label.js';
import type { Label, MinuteRecord, SourceLine } from './types.js';

/** A record that was joined with others. */
interface Part {
  readonly brings: readonly number[];
  /** Those of them in which it has a value. */
  readonly filled: readonly number[];
  readonly label: Label;
  readonly offsetMs: number;
  readonly source: SourceLine;
}

/** A record, or a part of one, that is refused, since it contradicts an earlier one, or adds nothing to it. */
export interface RefusedPart {
  readonly source: SourceLine;
  readonly of: SourceLine;
  /** How much later it is, ms. */
  readonly afterMs: number;
}

/** Several records of a target and interval: the first of them, with more in it. */
export abstract class MergedRecord implements MinuteRecord {
  readonly minuteMs: number;
  readonly offsetMs: number;
  readonly target: string;
  readonly bringsWindow: boolean;
  readonly source: SourceLine;
  label: Label;
  abstract readonly values: Float64Array;

  protected constructor(first: MinuteRecord) {
    this.minuteMs = first.minuteMs;
    this.offsetMs = first.offsetMs ?? 0;
    this.target = first.target;
    this.bringsWindow = first.bringsWindow;
    this.source = first.source;
    this.label = first.label;
  }
}

/**
 * Several records of a target and interval, each of which brings some of the columns. It knows its parts, so that
 * joining two of these gives what joining all of their parts one by one gives.
 */
export class JoinedRecord extends MergedRecord {
  readonly values: Float64Array;
  readonly #parts: Part[] = [];
  /** For each column, 1 + the index of the part that brings it; 0: none does. */
  readonly #owners: Uint32Array;

  private constructor(first: MinuteRecord) {
    super(first);
    this.values = first.values;
    this.#owners = new Uint32Array(first.values.length);
    this.#own(partOf(first));
  }

  static of(record: MinuteRecord): JoinedRecord {
    return record instanceof JoinedRecord ? record : new JoinedRecord(record);
  }

  get brings(): readonly number[] {
    return [...this.#owners.keys()].filter((column) => this.#owners[column] !== 0);
  }

  /**
   * Adds the parts of a later record. Of a column that an earlier part brings, `first` keeps the value and `last`
   * replaces it; `reject` fills it if the value is missing there, leaves it if it is missing here, and refuses the part
   * if it has another value, or adds nothing: those are returned.
   */
  join(record: MinuteRecord, policy: 'reject' | 'first' | 'last'): readonly RefusedPart[] {
    const parts = record instanceof JoinedRecord ? record.#parts : [partOf(record)];
    const refused: RefusedPart[] = [];
    for (const part of parts) {
      const owner = policy === 'reject' ? this.#contradicted(part, record.values) : null;
      if (owner !== null) {
        const afterMs = part.offsetMs - owner.offsetMs;
        refused.push({ source: part.source, of: owner.source, afterMs });
      } else this.#take(part, record.values, policy);
    }
    return refused;
  }

  /** The part that has another value for a column, or all that this one brings; null: this one adds to the record. */
  #contradicted({ brings, filled, label }: Part, values: Float64Array): Part | null {
    let owner: Part | null = null;
    let adds = brings.length === 0 && strongerLabel(this.label, label) !== this.label;
    for (const column of brings) {
      const place = this.#owners[column] ?? 0;
      const isFilled = filled === brings || filled.includes(column);
      if (place === 0 || (isFilled && Number.isNaN(this.values[column]))) adds = true;
      else {
        owner ??= this.#parts[place - 1] ?? null;
        if (isFilled && this.values[column] !== values[column]) return this.#parts[place - 1] ?? null;
      }
    }
    return adds ? null : (owner ?? this.#parts[0] ?? null);
  }

  #ownerOf({ brings }: Part): Part | null {
    for (const column of brings) {
      const owner = this.#owners[column] ?? 0;
      if (owner > 0) return this.#parts[owner - 1] ?? null;
    }
    return null;
  }

  #take(part: Part, values: Float64Array, policy: 'reject' | 'first' | 'last'): void {
    const isDuplicate = policy !== 'reject' && this.#ownerOf(part) !== null;
    if (policy === 'reject') this.#fill(part, values);
    else
      for (const column of part.brings) {
        if (policy === 'last' || this.#owners[column] === 0) this.values[column] = values[column] ?? NaN;
      }
    if (!isDuplicate) this.label = strongerLabel(this.label, part.label);
    else if (policy === 'last') this.label = part.label;
    this.#own(part);
  }

  /** Takes the values of columns that have none; each of them is the part's from now on. */
  #fill({ filled }: Part, values: Float64Array): void {
    for (const column of filled) {
      if (!Number.isNaN(this.values[column])) continue;
      this.values[column] = values[column] ?? NaN;
      this.#owners[column] = 0;
    }
  }

  #own(part: Part): void {
    const owner = this.#parts.push(part);
    for (const column of part.brings) this.#owners[column] ||= owner;
  }
}

function partOf({ brings = null, values, label, offsetMs = 0, source }: MinuteRecord): Part {
  const columns = brings ?? [...values.keys()];
  const filled = columns.filter((column) => !Number.isNaN(values[column]));
  // Of a whole row, empty cells are left to others.
  const isWhole = brings === null || filled.length === brings.length;
  return { brings: isWhole ? filled : brings, filled, label, offsetMs, source };
}
