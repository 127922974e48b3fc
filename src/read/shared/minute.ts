import { JoinedRecord, MergedRecord, type RefusedPart } from '../../core/joined-record.js';
import { strongerLabel } from '../../core/label.js';
import { placeText } from '../../core/place-text.js';
import { isoTime } from '../../core/time.js';
import type { MinuteRecord, Reject } from '../../core/types.js';

/** What to do with several records of one target in one interval. */
export type DuplicatePolicy = 'reject' | 'first' | 'last' | 'mean';

/** One record per target, and the duplicates. */
export interface FoldedRecords {
  /** Sorted by target in code-unit order; one record per target. */
  readonly records: readonly MinuteRecord[];
  readonly rejects: readonly Reject[];
  /**
   * How many records were merged into another one. Below 0 if some that an earlier fold merged are rejects now.
   */
  readonly merged: number;
}

/**
 * Reduces the records of one interval, in reading order, to one per target, sorted by target. Records that bring
 * different columns, or fill different cells, are one record in parts: they are joined, whatever the policy, which
 * decides about each column that several of them bring.
 *
 * `reject` keeps the first record. `mean` averages the values that are not missing, column by column; its label is
 * the highest number, or the first text. A mean keeps its sums, so the result of a fold may be folded again with later
 * records, to the same bits as in one go: memory is bounded by one record per target, however long the minute is. A
 * fold modifies the means it is given.
 */
export function foldRecords(records: readonly MinuteRecord[], policy: DuplicatePolicy): FoldedRecords {
  if (isStrictlySorted(records)) return { records, rejects: [], merged: 0 };
  return foldSorted(inOrder(records, targetOrder(records)), policy);
}

function foldSorted(sorted: readonly MinuteRecord[], policy: DuplicatePolicy): FoldedRecords {
  const kept: MinuteRecord[] = [];
  const rejects: Reject[] = [];
  let merged = 0;
  for (const record of sorted) {
    const known = kept[kept.length - 1];
    if (known === undefined || known.target !== record.target) {
      kept.push(record);
      continue;
    }
    const { both, duplicates } = combine(known, record, policy);
    kept[kept.length - 1] = both;
    for (const each of duplicates) rejects.push(duplicate(each, record, policy));
    merged += 1 - duplicates.length;
  }
  return { records: kept, rejects, merged };
}

/**
 * Folds the records of one interval after another. Most intervals have the targets of the one before, in the same
 * reading order. Sorting repeats that order then, without comparing names: it takes a seventh of the time.
 */
export class MinuteFolder {
  readonly #policy: DuplicatePolicy;
  /** The targets of the last interval without duplicates, in reading order. */
  #targets: readonly string[] = [];
  /** The places of its records, in the order of their targets; null: they were in this order. */
  #order: readonly number[] | null = null;

  constructor(policy: DuplicatePolicy) {
    this.#policy = policy;
  }

  /** As `foldRecords`. */
  fold(records: readonly MinuteRecord[]): FoldedRecords {
    if (records.length > 1 && !this.#isAsBefore(records)) return this.#foldOther(records);
    const order = records.length > 1 ? this.#order : null;
    return { records: inOrder(records, order), rejects: [], merged: 0 };
  }

  #isAsBefore(records: readonly MinuteRecord[]): boolean {
    if (records.length !== this.#targets.length) return false;
    for (let i = 0; i < records.length; i++) if (records[i]!.target !== this.#targets[i]) return false;
    return true;
  }

  #foldOther(records: readonly MinuteRecord[]): FoldedRecords {
    const order = isStrictlySorted(records) ? null : targetOrder(records);
    const sorted = inOrder(records, order);
    const folded = order === null ? { records, rejects: [], merged: 0 } : foldSorted(sorted, this.#policy);
    if (folded.records.length === records.length) {
      this.#targets = records.map(({ target }) => target);
      this.#order = order;
    }
    return folded;
  }
}

/** The places of records in the order of their targets; those of one target stay in reading order. */
function targetOrder(records: readonly MinuteRecord[]): number[] {
  return [...records.keys()].sort((a, b) => byCodeUnits(records[a]!.target, records[b]!.target));
}

function inOrder(records: readonly MinuteRecord[], order: readonly number[] | null): readonly MinuteRecord[] {
  return order?.map((place) => records[place]!) ?? records;
}

function isStrictlySorted(records: readonly MinuteRecord[]): boolean {
  for (let i = 1; i < records.length; i++) {
    const before = records[i - 1];
    const record = records[i];
    if (before !== undefined && record !== undefined && !(before.target < record.target)) return false;
  }
  return true;
}

/** `<` on strings compares code units; a locale's order would differ between machines. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Combined {
  readonly both: MinuteRecord;
  readonly duplicates: readonly RefusedPart[];
}

function combine(known: MinuteRecord, record: MinuteRecord, policy: DuplicatePolicy): Combined {
  const isAlike = known.values.length === record.values.length;
  const areParts = isPart(known) || isPart(record) || areComplementary(known, record);
  if (isAlike && policy !== 'mean' && areParts) {
    const both = JoinedRecord.of(known);
    return { both, duplicates: both.join(record, policy) };
  }
  if (policy === 'first') return { both: known, duplicates: [] };
  if (policy === 'last') return { both: record, duplicates: [] };
  if (policy === 'mean' && isAlike)
    return { both: MeanRecord.of(known).plus(MeanRecord.of(record)), duplicates: [] };
  const afterMs = (record.offsetMs ?? 0) - (known.offsetMs ?? 0);
  return { both: known, duplicates: [{ source: record.source, of: known.source, afterMs }] };
}

/** Whether each has values where the other has none, and both have the same ones elsewhere. */
function areComplementary(a: MinuteRecord, b: MinuteRecord): boolean {
  if (a.bringsWindow || b.bringsWindow) return false;
  let [addsA, addsB] = [false, false];
  for (let i = 0; i < a.values.length; i++) {
    const [lacksA, lacksB] = [Number.isNaN(a.values[i]!), Number.isNaN(b.values[i]!)];
    if (!lacksA && !lacksB && a.values[i] !== b.values[i]) return false;
    addsA ||= !lacksA && lacksB;
    addsB ||= !lacksB && lacksA;
  }
  return addsA && addsB;
}

function isPart({ brings }: MinuteRecord): boolean {
  return brings !== undefined && brings !== null;
}

function duplicate(
  { source, of, afterMs }: RefusedPart,
  { target, minuteMs }: MinuteRecord,
  policy: DuplicatePolicy,
): Reject {
  const minute = isoTime(minuteMs);
  const why = policy === 'mean' ? ', and its values have a different shape' : '';
  const message = `target ${target} already has a record for ${minute}, at ${placeText(of)}${why}`;
  return { target, minuteMs, source, reason: 'duplicate', message, afterMs };
}

/** Sums of values scaled by this cannot overflow. A power of two, so that no digit of a large value changes. */
const SCALE = 2 ** -64;

/** Several records of a target merged into one; `values` are the means of those that are not missing. */
class MeanRecord extends MergedRecord {
  readonly #sums: Float64Array;
  /** The same sums times `SCALE`, used for those that overflow. */
  readonly #scaled: Float64Array;
  readonly #counts: Uint32Array;
  #means: Float64Array | null = null;

  private constructor(first: MinuteRecord) {
    super(first);
    this.#counts = Uint32Array.from(first.values, (value) => (Number.isNaN(value) ? 0 : 1));
    this.#sums = first.values.map((value) => (Number.isNaN(value) ? 0 : value));
    this.#scaled = this.#sums.map((value) => value * SCALE);
  }

  static of(record: MinuteRecord): MeanRecord {
    return record instanceof MeanRecord ? record : new MeanRecord(record);
  }

  get values(): Float64Array {
    this.#means ??= this.#sums.map((sum, i) => {
      const count = this.#counts[i] ?? 0;
      return Number.isFinite(sum) ? sum / count : (this.#scaled[i] ?? 0) / count / SCALE;
    });
    return this.#means;
  }

  plus(other: MeanRecord): this {
    this.#means = null;
    for (let i = 0; i < this.#sums.length; i++) {
      this.#sums[i] = (this.#sums[i] ?? 0) + (other.#sums[i] ?? 0);
      this.#scaled[i] = (this.#scaled[i] ?? 0) + (other.#scaled[i] ?? 0);
      this.#counts[i] = (this.#counts[i] ?? 0) + (other.#counts[i] ?? 0);
    }
    this.label = strongerLabel(this.label, other.label);
    return this;
  }
}
