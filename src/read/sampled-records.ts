import { metricOfText } from './number-field.js';

/** What a field holds in a record; a field that the record lacks is 0. */
export const HELD = { missing: 1, number: 2, text: 3 } as const;

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
  #numbers = 0;

  /** Of all fields, in order of appearance, also of records that are not whole. */
  get names(): readonly string[] {
    return [...this.#indexes.keys()];
  }

  get records(): readonly SampledRecord[] {
    return this.#records;
  }

  /** Whether a whole record has a number in any field. */
  get hasNumbers(): boolean {
    return this.#numbers > 0;
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

  add(
    { isWhole, timeMs, target }: Omit<SampledRecord, 'held'>,
    fields: Iterable<readonly [string, unknown]>,
  ): void {
    const held: number[] = [];
    for (const [field, value] of fields) {
      let index = this.#indexes.get(field);
      if (index === undefined) this.#indexes.set(field, (index = this.#indexes.size));
      while (held.length <= index) held.push(0);
      const kind = kindOf(value);
      if (kind === HELD.number && isWhole) this.#numbers++;
      held[index] = Math.max(held[index] ?? 0, kind);
    }
    this.#records.push({ isWhole, timeMs, target, held: Uint8Array.from(held) });
  }
}

function kindOf(value: unknown): number {
  const number = typeof value === 'string' ? metricOfText(value) : value;
  if (value === null || Number.isNaN(number)) return HELD.missing;
  return typeof number === 'number' && Number.isFinite(number) ? HELD.number : HELD.text;
}
