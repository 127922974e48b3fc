/** Below it Float32 has fewer significant bits, so that fewer digits may do. */
const SMALLEST_NORMAL = 2 ** -126;

/**
 * The shortest decimal text that reads back to the same Float32, for instance `0.1` for 0.10000000149011612.
 * `value` must be a finite Float32.
 *
 * For normal numbers, whenever 6 or fewer digits suffice, rounding to 6 gives them followed by zeros: the value is
 * then within half a Float32 step of that text, at most 2^-24 of it, and half a unit of its 6th digit is at least
 * 5e-7 of it. Nine digits always suffice (IEEE 754, §5.12.2).
 */
export function float32Text(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return Object.is(value, -0) ? '-0' : String(value);
  if (Math.abs(value) < SMALLEST_NORMAL) return textWithin(value, 1);
  // Most values need 8 or 9 digits, so asking for 8 first saves half of the tries.
  return Math.fround(Number(value.toPrecision(8))) === value
    ? textWithin(value, 6)
    : String(Number(value.toPrecision(9)));
}

/** The text with as few digits as it takes, from `digits` on. */
function textWithin(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  return Math.fround(rounded) === value ? String(rounded) : textWithin(value, digits + 1);
}
