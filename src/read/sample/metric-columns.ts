import { floorToInterval } from '../../core/time.js';
import { newName } from './fields.js';
import type { ReadOptions } from '../options.js';
import type { FileSample } from './sample.js';
import { HELD } from './sampled-records.js';
import type { SampledRecord, SampledRecords } from './sampled-records.js';

/** What the values of a field were in the records of the samples. */
export interface FieldValues {
  numbers: number;
  texts: number;
  /** The same of records that have a time and a target. */
  wholeNumbers: number;
  wholeTexts: number;
  /** Whether a record that is accepted has a number in it. */
  isAccepted: boolean;
}

/** What the samples of all files say of each field, by its new name in order of appearance. */
export function valuesByField(
  samples: readonly FileSample[],
  options: ReadOptions,
  intervalMs: number,
): ReadonlyMap<string, FieldValues> {
  const pooled = new Map<string, FieldValues>();
  const fields = samples.map(({ sampled }) => pool(sampled, pooled, options));
  const taken = new Set<string>();
  samples.forEach(({ sampled }, i) => {
    markAccepted(
      sampled.records,
      fields[i] ?? [],
      options.duplicates === 'reject' ? taken : null,
      intervalMs,
    );
  });
  return pooled;
}

/** The fields that are metrics: mostly numbers, and one of them in a record that is not rejected. */
export function metricsOf(pooled: ReadonlyMap<string, FieldValues>): string[] {
  const numeric = [...pooled].filter(([, values]) => isNumeric(values));
  const accepted = numeric.filter(([, { isAccepted }]) => isAccepted);
  // Where every record is rejected, the first reject says why.
  return (accepted.length > 0 ? accepted : numeric).map(([name]) => name);
}

/** Neither a text that rejects its record, nor a record that is rejected anyway, makes a metric text. */
export function isNumeric({ numbers, texts, wholeNumbers, wholeTexts }: FieldValues): boolean {
  return (numbers > 0 && numbers >= texts) || (wholeNumbers > 0 && wholeNumbers >= wholeTexts);
}

export function isEmpty({ numbers, texts }: FieldValues): boolean {
  return numbers + texts === 0;
}

/** By the sample's index of a field: its values under its new name; null: nameless, never looked at. */
function pool(
  { names, records }: SampledRecords,
  pooled: Map<string, FieldValues>,
  options: ReadOptions,
): (FieldValues | null)[] {
  const fields = names.map((field) => {
    if (field === '') return null;
    const name = newName(field, options);
    const values = pooled.get(name) ?? {
      numbers: 0,
      texts: 0,
      wholeNumbers: 0,
      wholeTexts: 0,
      isAccepted: false,
    };
    pooled.set(name, values);
    return values;
  });
  for (const { held, isWhole } of records) {
    for (let i = 0; i < held.length; i++) {
      const values = fields[i] ?? null;
      if (values === null) continue;
      if (held[i] === HELD.number) {
        values.numbers++;
        if (isWhole) values.wholeNumbers++;
      } else if (held[i] === HELD.text) {
        values.texts++;
        if (isWhole) values.wholeTexts++;
      }
    }
  }
  return fields;
}

/**
 * Finds the records that are accepted if every mostly numeric field is a metric. `taken`: the targets and intervals
 * that have a record; null: another one is no duplicate to be rejected.
 */
function markAccepted(
  records: readonly SampledRecord[],
  fields: readonly (FieldValues | null)[],
  taken: Set<string> | null,
  intervalMs: number,
): void {
  const numeric = fields.map((values) => values !== null && isNumeric(values));
  for (const { isWhole, held, target, timeMs } of records) {
    if (!isWhole || held.some((kind, i) => kind === HELD.text && numeric[i] === true)) continue;
    const place = `${floorToInterval(timeMs, intervalMs)} ${target}`;
    if (taken?.has(place) === true) continue;
    taken?.add(place);
    for (let i = 0; i < held.length; i++) {
      const values = fields[i] ?? null;
      if (held[i] === HELD.number && values !== null) values.isAccepted = true;
    }
  }
}
