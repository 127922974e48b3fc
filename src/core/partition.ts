/** Consecutive items: `[start, end)`. */
export interface ItemRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts `items` into exactly `parts` contiguous ranges: with `q, r = divmod(items, parts)`, the first `r` ranges hold
 * `q + 1` items and the others `q`, so no remainder is dropped. With fewer items than parts, the last ranges are empty.
 *
 * @throws RangeError unless `items` is a whole number ≥ 0 and `parts` is one ≥ 1
 */
export function partition(items: number, parts: number): ItemRange[] {
  if (!Number.isInteger(items) || items < 0) throw new RangeError(`cannot partition ${items} items`);
  if (!Number.isInteger(parts) || parts < 1) throw new RangeError(`cannot partition into ${parts} parts`);
  const quotient = Math.floor(items / parts);
  const remainder = items % parts;
  const ranges: ItemRange[] = [];
  for (let part = 0, start = 0; part < parts; part++) {
    const end = start + quotient + (part < remainder ? 1 : 0);
    ranges.push({ start, end });
    start = end;
  }
  return ranges;
}
