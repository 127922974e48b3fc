/** Below this, Float32 has fewer significant bits, so fewer digits may suffice. */
const SMALLEST_NORMAL = 2 ** -126;

/** Magnitudes in `[LEAST, LIMIT)` take the fast path, which needs powers of ten up to 10^13. */
const LEAST = 1e-5;
const LIMIT = 1e6;
const POWERS_OF_TEN = Array.from({ length: 14 }, (_, exponent) => 10 ** exponent);

/** Products of up to 10^9 are off by less than 1.2e-7: nearer to half a unit than this, rounding may be wrong. */
const TIE = 1e-6;

/**
 * The shortest decimal text that reads back to the same Float32, for instance `0.1` for 0.10000000149011612.
 * `value` must be a finite Float32.
 *
 * For normal numbers, whenever 6 or fewer digits suffice, rounding to 6 gives them followed by zeros: the value is
 * then within half a Float32 step of that text, at most 2^-24 of it, and half a unit of its 6th digit is at least
 * 5e-7 of it. Nine digits always suffice (IEEE 754, §5.12.2).
 */
export function float32Text(value: number): string {
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) && magnitude < 1e7) return Object.is(value, -0) ? '-0' : String(value);
  const text = magnitude >= LEAST && magnitude < LIMIT ? textByProducts(magnitude) : null;
  if (text === null) return textWithin(value, magnitude < SMALLEST_NORMAL ? 1 : 6);
  return value < 0 ? `-${text}` : text;
}

/**
 * The same with integers, five times as fast: the digits of a number are `round(magnitude × 10^k)`, and they read back
 * to it if that divided by `10^k` does, both being exact. Null if a product is close to a tie.
 */
function textByProducts(magnitude: number): string | null {
  let decimals = 3; // enough for nine significant digits
  while (magnitude * POWERS_OF_TEN[decimals]! < 1e8) decimals++;
  for (let kept = decimals - 3; kept <= decimals; kept++) {
    const power = POWERS_OF_TEN[kept]!;
    const product = magnitude * power;
    const digits = Math.round(product);
    if (Math.abs(Math.abs(product - digits) - 0.5) < TIE) return null;
    if (Math.fround(digits / power) === magnitude) return withPoint(digits, kept);
  }
  return null;
}

/** The text of `digits / 10^decimals`, without trailing zeros. */
function withPoint(digits: number, decimals: number): string {
  while (decimals > 0 && digits % 10 === 0) {
    digits /= 10;
    decimals--;
  }
  if (decimals === 0) return String(digits);
  const text = String(digits).padStart(decimals + 1, '0');
  return `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}

/** The shortest text that reads back to the value and has at least `digits` digits. */
function textWithin(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  return Math.fround(rounded) === value ? String(rounded) : textWithin(value, digits + 1);
}
