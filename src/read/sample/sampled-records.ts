import { metricOfText } from '../lines/number-field.js';

/** What a field holds in a record; a field that the record lacks is 0. */
export const HELD = { missing: 1, number: 2, text: 3 } as const;

type Fields = Readonly<Record<string, unknown>>;

/** One record of a sample. */
export interface SampledRecord {
  /** Whether it has a time and a target; without, it is rejected whatever the columns are. */
  readonly isWhole: boolean;
  readonly timeMs: number;
  readonly target: string;
  /** One of `HELD` or 0 per field, in the order of the sample's names; shorter where the last ones are absent. */
  readonly held: Uint8Array;
}

/** The records of a sample, each with what its fields hold: a byte a field, however long the values are. */
export class SampledRecords {
  readonly #indexes = new Map<string, number>();
  readonly #records: SampledRecord[] = [];
  #hasNumbers = false;

  /** Of all fields, in order of appearance, also of records that are not whole. */
  get names(): readonly string[] {
    return [...this.#indexes.keys()];
  }

  get records(): readonly SampledRecord[] {
    return this.#records;
  }

  /** Whether a whole record has a number in any field. */
  get hasNumbers(): boolean {
    return this.#hasNumbers;
  }

  /** Without the records that have another number of fields than most, as lists of values that are rejected have. */
  ofCommonestLength(): SampledRecords {
    const counts = new Map<number, number>();
    let commonest = 0;
    for (const { isWhole, held } of this.#records) {
      if (!isWhole) continue;
      counts.set(held.length, (counts.get(held.length) ?? 0) + 1);
      if ((counts.get(held.length) ?? 0) > (counts.get(commonest) ?? 0)) commonest = held.length;
    }
    if (counts.size < 2) return this;
    const kept = new SampledRecords();
    for (const [name, index] of this.#indexes) kept.#indexes.set(name, index);
    kept.#records.push(...this.#records.filter(({ held }) => held.length === commonest));
    return kept;
  }

  /** Takes in a record's fields: those of `nested`, and the others but for those to be skipped. */
  add(
    facts: Omit<SampledRecord, 'held'>,
    fields: Fields,
    skips: (field: string, value: unknown) => boolean,
    nested: Fields | null,
  ): void {
    const held: number[] = [];
    for (const field in nested) this.#hold(held, field, nested[field]);
    for (const field in fields) {
      const value = fields[field];
      if (!skips(field, value)) this.#hold(held, field, value);
    }
    if (facts.isWhole && held.includes(HELD.number)) this.#hasNumbers = true;
    this.#records.push({ ...facts, held: new Uint8Array(held) });
  }

  #hold(held: number[], field: string, value: unknown): void {
    let index = this.#indexes.get(field);
    if (index === undefined) this.#indexes.set(field, (index = this.#indexes.size));
    while (held.length <= index) held.push(0);
    held[index] = Math.max(held[index] ?? 0, kindOf(value));
  }
}

function kindOf(value: unknown): number {
  const number = typeof value === 'string' ? metricOfText(value) : value;
  if (value === null || Number.isNaN(number)) return HELD.missing;
  return typeof number === 'number' && Number.isFinite(number) ? HELD.number : HELD.text;
}
