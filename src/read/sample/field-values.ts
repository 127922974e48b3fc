import type { Intervals } from '../../core/grid.js';
import type { ReadOptions } from '../options.js';
import { newName } from './names.js';

const NUMBER = 1;
const TEXT = 2;

/** One record of a sample. */
export interface SampledRecord {
  /** Whether it has a time and a target; otherwise it is rejected, whatever the columns are. */
  readonly isWhole: boolean;
  readonly timeMs: number;
  readonly target: string;
  /** `NUMBER`, `TEXT` or 0 per field, in the order of the names; shorter if the record lacks the last ones. */
  readonly kinds: Uint8Array;
  /** The same; null: the sample has too many. */
  readonly values: Float64Array | null;
}

/** Of longer records, values are not kept. */
export const MOST_VALUES = 64;

/** What the fields of a sample's records hold. */
export class SampledRecords {
  /** Whether a record brings only the fields that it has a value in, so that another one may bring the others. */
  readonly inParts: boolean;
  readonly #indexes = new Map<string, number>();
  readonly #records: SampledRecord[] = [];
  #hasNumbers = false;

  constructor(inParts: boolean) {
    this.inParts = inParts;
  }

  /** Fields in order of appearance, including those of records that are not whole. */
  get names(): readonly string[] {
    return [...this.#indexes.keys()];
  }

  get width(): number {
    return this.#indexes.size;
  }

  get records(): readonly SampledRecord[] {
    return this.#records;
  }

  /** The fields in which a whole record has a number. */
  numeric(): string[] {
    const whole = this.#records.filter(({ isWhole }) => isWhole);
    return this.names.filter((_, i) => whole.some(({ kinds }) => kinds[i] === NUMBER));
  }

  /** Whether a whole record has a number in any field. */
  get hasNumbers(): boolean {
    return this.#hasNumbers;
  }

  indexOf(name: string): number {
    let index = this.#indexes.get(name);
    if (index === undefined) this.#indexes.set(name, (index = this.#indexes.size));
    return index;
  }

  /** `values` by index of the field, as readers fill a row: NaN where missing, Infinity where not a number. */
  add(facts: Omit<SampledRecord, 'kinds' | 'values'>, values: Float64Array): void {
    // Most records hold the same as the one before, and share its array.
    const last = this.#records.at(-1)?.kinds;
    const kinds = last !== undefined && isAlike(last, values) ? last : Uint8Array.from(values, kindOf);
    if (facts.isWhole && kinds.includes(NUMBER)) this.#hasNumbers = true;
    this.#records.push({ ...facts, kinds, values: values.length <= MOST_VALUES ? values : null });
  }

  /** Only the records with as many fields as most: lists of values of another length will be rejected. */
  ofCommonestLength(): SampledRecords {
    const counts = new Map<number, number>();
    let commonest = 0;
    for (const { isWhole, kinds } of this.#records) {
      if (!isWhole) continue;
      counts.set(kinds.length, (counts.get(kinds.length) ?? 0) + 1);
      if ((counts.get(kinds.length) ?? 0) > (counts.get(commonest) ?? 0)) commonest = kinds.length;
    }
    if (counts.size < 2) return this;
    const kept = new SampledRecords(this.inParts);
    for (const name of this.#indexes.keys()) kept.indexOf(name);
    kept.#records.push(...this.#records.filter(({ kinds }) => kinds.length === commonest));
    return kept;
  }
}

function kindOf(value: number): number {
  return Number.isNaN(value) ? 0 : value === Infinity ? TEXT : NUMBER;
}

function isAlike(kinds: Uint8Array, values: Float64Array): boolean {
  if (kinds.length !== values.length) return false;
  for (let i = 0; i < kinds.length; i++) if (kinds[i] !== kindOf(values[i]!)) return false;
  return true;
}

/** How often a field of the samples holds what. */
export interface FieldCounts {
  numbers: number;
  texts: number;
  /** The same for whole records only. */
  wholeNumbers: number;
  wholeTexts: number;
  /** Whether an accepted record has a number in it. */
  isAccepted: boolean;
}

/** The records of a sample, and their target if none of them names it. */
export interface CountedSample {
  readonly sampled: SampledRecords;
  readonly series: string | null;
  readonly options: ReadOptions;
}

/** Counts over all samples, by new name in order of appearance. */
export function countFields(
  samples: readonly CountedSample[],
  duplicates: ReadOptions['duplicates'],
  intervals: Intervals,
): ReadonlyMap<string, FieldCounts> {
  const pooled = new Map<string, FieldCounts>();
  const fields = samples.map(({ sampled, options }) => count(sampled, pooled, options));
  const taken: Taken | null = duplicates === 'reject' ? new Map() : null;
  for (const [i, sample] of samples.entries()) markAccepted(sample, fields[i] ?? [], taken, intervals);
  return pooled;
}

/** The metrics: fields that are mostly numbers, one of them in a record that is accepted. */
export function metricsOf(pooled: ReadonlyMap<string, FieldCounts>): string[] {
  const numeric = [...pooled].filter(([, counts]) => isNumeric(counts));
  const accepted = numeric.filter(([, { isAccepted }]) => isAccepted);
  // If every record is rejected, the first reject says why.
  return (accepted.length > 0 ? accepted : numeric).map(([name]) => name);
}

/** A metric stays one despite a text that rejects its record, and despite records that are rejected anyway. */
export function isNumeric({ numbers, texts, wholeNumbers, wholeTexts }: FieldCounts): boolean {
  return (numbers > 0 && numbers >= texts) || (wholeNumbers > 0 && wholeNumbers >= wholeTexts);
}

export function isEmpty({ numbers, texts }: Pick<FieldCounts, 'numbers' | 'texts'>): boolean {
  return numbers + texts === 0;
}

/** Counts into `pooled`; returns the counts by index of the field, null for a nameless one, which is never read. */
function count(
  { names, records }: SampledRecords,
  pooled: Map<string, FieldCounts>,
  options: ReadOptions,
): (FieldCounts | null)[] {
  const fields = names.map((field) => {
    if (field === '') return null;
    const name = newName(field, options);
    const none = { numbers: 0, texts: 0, wholeNumbers: 0, wholeTexts: 0, isAccepted: false };
    const counts = pooled.get(name) ?? none;
    pooled.set(name, counts);
    return counts;
  });
  for (const { kinds, isWhole } of records) {
    for (let i = 0; i < kinds.length; i++) {
      const counts = fields[i] ?? null;
      if (counts === null) continue;
      if (kinds[i] === NUMBER) {
        counts.numbers++;
        if (isWhole) counts.wholeNumbers++;
      } else if (kinds[i] === TEXT) {
        counts.texts++;
        if (isWhole) counts.wholeTexts++;
      }
    }
  }
  return fields;
}

/** Of records that are alike. */
interface FilledFields {
  readonly kinds: Uint8Array;
  /** Whether a field of numbers has a text. */
  readonly hasText: boolean;
  readonly filled: readonly (FieldCounts | null)[];
}

/** A record, with what it has in which fields. */
interface TakenPart {
  readonly brings: readonly FieldCounts[];
  readonly values: Float64Array | null;
  /** In the order of the values. */
  readonly fields: readonly (FieldCounts | null)[];
}

/** The records of each target and interval. */
type Taken = Map<string, TakenPart[]>;

/** Whether a record has other values than an earlier one, or no further field. */
function isRefused(part: TakenPart, other: TakenPart): boolean {
  if (part.brings === other.brings) return true;
  const isShared = (counts: FieldCounts): boolean => other.brings.includes(counts);
  if (!part.brings.some(isShared)) return false;
  if (part.values === null || other.values === null) return true;
  const shared = part.brings.filter(isShared);
  const agree = shared.every((counts) => valueOf(part, counts) === valueOf(other, counts));
  return !agree || shared.length === part.brings.length;
}

function valueOf({ values, fields }: TakenPart, counts: FieldCounts): number {
  return values?.[fields.indexOf(counts)] ?? NaN;
}

/**
 * Finds the records that are accepted if every mostly numeric field is a metric. `taken`: null if another record of a
 * target and interval is not a duplicate to reject.
 */
function markAccepted(
  { sampled: { records, inParts }, series }: CountedSample,
  fields: readonly (FieldCounts | null)[],
  taken: Taken | null,
  intervals: Intervals,
): void {
  const numeric = fields.map((counts) => counts !== null && isNumeric(counts));
  const all = fields.filter((counts, i) => counts !== null && numeric[i] === true);
  let last: FilledFields = { kinds: new Uint8Array(0), hasText: false, filled: [] };
  for (const { isWhole, kinds, values, target, timeMs } of records) {
    if (kinds !== last.kinds) {
      const hasText = kinds.some((kind, i) => kind === TEXT && numeric[i] === true);
      const filled = fields.filter((counts, i) => counts !== null && kinds[i] === NUMBER);
      last = { kinds, hasText, filled };
    }
    const { hasText, filled } = last;
    if (!isWhole || hasText) continue;
    // Rows with empty cells are parts of a record too, but not one that is empty altogether.
    const numbers = inParts || filled.length > 0 ? filled : all;
    const brings = numbers as readonly FieldCounts[];
    const place = `${intervals.of(timeMs)} ${series ?? target}`;
    const before = taken?.get(place) ?? [];
    const part: TakenPart = { brings, values, fields };
    if (before.some((other) => isRefused(part, other))) continue;
    taken?.set(place, [...before, part]);
    for (const counts of filled) if (counts !== null) counts.isAccepted = true;
  }
}
