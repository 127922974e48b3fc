import { syntheticColumns, syntheticMinutes, type SyntheticMinute } from '../core/synthetic.js';
import type { InputSpec, ItemBatch, MinuteBatch, SourceLine } from '../core/types.js';
import { WindowStore } from '../core/window.js';

export interface GeneratedMinutesOptions {
  /** Items of each minute, ≥ 1. */
  readonly items: number;
  /** Minutes, ≥ 1. */
  readonly count: number;
  /** Any 32-bit integer. */
  readonly seed: number;
}

const INTERVAL_MS = 60_000;

/**
 * Minutes made up for a model, one after another, so that windows overlap as in life. Every minute has exactly
 * `items` items: one target for each, and none in warm-up. More items or minutes leave those before as they were.
 *
 * @throws RangeError for numbers that make no minutes
 */
export function generatedMinutes(input: InputSpec, options: GeneratedMinutesOptions): ItemBatch[] {
  const { items, count, seed } = options;
  const recordingColumns = input.columns === 'each' ? syntheticColumns(1) : input.columns;
  const windows = new WindowStore({ ...input, recordingColumns, intervalMs: INTERVAL_MS });
  const minutes = input.window - 1 + count;
  const batches: ItemBatch[] = [];
  for (const minute of syntheticMinutes({
    targets: items,
    columns: recordingColumns.length,
    minutes,
    seed,
  })) {
    const { batch } = windows.push(minuteBatch(minute));
    if (batch.targets.length > 0) batches.push(batch);
  }
  return batches;
}

function minuteBatch({ minuteMs, records }: SyntheticMinute): MinuteBatch {
  return {
    minuteMs,
    records: records.map(({ target, values, label }) => ({
      minuteMs,
      target,
      values: Float64Array.from(values, (value) => value ?? NaN),
      bringsWindow: false,
      label,
      source: NOWHERE,
    })),
  };
}

/** Made-up records come from no line. */
const NOWHERE: SourceLine = {
  file: 'generated',
  line: 0,
  byteOffset: 0,
  raw: () => ({ text: '', encoding: 'utf8' }),
};
