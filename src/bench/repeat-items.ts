import type { ItemBatch } from '../core/types.js';

/** A minute with exactly `items` items, ≥ 1: its own, cut off or repeated under new names. */
export function repeatItems(batch: ItemBatch, items: number): ItemBatch {
  const own = batch.targets.length;
  if (own === items) return batch;
  const size = batch.window * batch.width;
  const values = new Float64Array(items * size);
  for (let start = 0; start < items; start += own) {
    const count = Math.min(own, items - start);
    values.set(batch.values.subarray(0, count * size), start * size);
  }
  const sourceOf = (item: number): number => item % own;
  const copyName = (item: number): string => (item < own ? '' : `#${Math.floor(item / own) + 1}`);
  return {
    ...batch,
    targets: Array.from({ length: items }, (_, item) => batch.targets[sourceOf(item)]! + copyName(item)),
    columns: Array.from({ length: items }, (_, item) => batch.columns[sourceOf(item)]!),
    values,
  };
}
