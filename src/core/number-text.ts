/** What `writeFloat32` needs at most: a sign and 21 digits. */
export const LONGEST_NUMBER = 22;

/** A Float32 as the number that its shortest text means, which other programs print as results do. */
export function asWritten(value: number): number {
  const out = new Uint8Array(LONGEST_NUMBER);
  return Number(String.fromCharCode(...out.subarray(0, writeFloat32(value, out, 0))));
}

/**
 * Writes the shortest decimal text that reads back to the same Float32, for instance `0.1` for 0.10000000149011612, in
 * the notation of JavaScript; `-0` keeps its sign.
 *
 * @param value a finite Float32
 * @param out has room for `LONGEST_NUMBER` bytes from `at`
 * @returns where the text ends
 */
export function writeFloat32(value: number, out: Uint8Array, at: number): number {
  if (value < 0 || Object.is(value, -0)) {
    out[at++] = MINUS;
    value = -value;
  }
  if (value < 1e7 && value === (value | 0)) return writeDecimal(value, 0, out, at);
  return writeByInterval(value, out, at) ?? writeText(textWithin(value), out, at);
}

const [ZERO, POINT, PLUS, MINUS, E] = [0x30, 0x2e, 0x2b, 0x2d, 0x65];

const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/** In `DECIMALS`: the exponent is out of range. */
const NO_DECIMALS = 127;

/** Scaled numbers are below 2^31 and off by less than 3e-7: nearer to a decision than this, it may be wrong. */
const DOUBT = 1e-6;

/**
 * For each biased exponent of a Float32: the least k for which `2^(exponent − 127) × 10^k` is at least 10^8, so that
 * all its numbers times 10^k have 9 or 10 digits before the point; and half the distance between two of them, times
 * 10^k. Only powers of ten that are exact in double precision are used.
 */
const DECIMALS = new Int8Array(256).fill(NO_DECIMALS);
const HALF_STEPS = new Float64Array(256);
for (let exponent = 1; exponent < 255; exponent++) {
  const least = 2 ** (exponent - 127);
  const decimals = Math.ceil(8 - Math.log10(least));
  if (Math.abs(decimals) >= POWERS_OF_TEN.length) continue;
  DECIMALS[exponent] = decimals;
  HALF_STEPS[exponent] = scaleBy(2 ** (exponent - 151), decimals);
}

function scaleBy(value: number, decimals: number): number {
  return decimals >= 0 ? value * POWERS_OF_TEN[decimals]! : value / POWERS_OF_TEN[-decimals]!;
}

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/**
 * Scales the number and the interval of what rounds to it to integers of 9 or 10 digits, then drops digits as long as
 * the interval holds an integer (as in Ryū: Adams, PLDI 2018, but in double precision). Null if the exponent is out of
 * range, or if a decision is so close that rounding errors might change it.
 */
function writeByInterval(value: number, out: Uint8Array, at: number): number | null {
  FLOAT[0] = value;
  const bits = BITS[0]!;
  const exponent = bits >>> 23;
  const decimals = DECIMALS[exponent]!;
  if (decimals === NO_DECIMALS) return null;
  const scaled = scaleBy(value, decimals);
  const half = HALF_STEPS[exponent]!;
  // Below a power of two, numbers are half as far apart.
  const low = scaled - ((bits & 0x7fffff) === 0 ? half / 2 : half);
  const high = scaled + half;
  if (Math.abs(low - Math.round(low)) < DOUBT || Math.abs(high - Math.round(high)) < DOUBT) return null;
  let least = Math.ceil(low) | 0;
  let most = Math.floor(high) | 0;
  let dropped = 0;
  for (;;) {
    const nextLeast = ((least + 9) / 10) | 0;
    const nextMost = (most / 10) | 0;
    if (nextLeast > nextMost) break;
    least = nextLeast;
    most = nextMost;
    dropped++;
  }
  const nearest = scaled / POWERS_OF_TEN[dropped]!;
  const digits = Math.floor(nearest + 0.5) | 0;
  const tie = Math.abs(nearest - digits);
  if (Math.abs(tie - 0.5) < DOUBT || digits < least) return null;
  return writeDecimal(digits, decimals - dropped, out, at);
}

/**
 * Writes `digits / 10^decimals`; `digits` is an integer in [0, 2^31), and has no trailing zeros unless `decimals` is 0.
 */
function writeDecimal(digits: number, decimals: number, out: Uint8Array, at: number): number {
  const count = digitsIn(digits);
  const point = count - decimals; // digits before the point
  if (point > 21 || point < -5) return writeScientific(digits, count, point - 1, out, at);
  if (decimals <= 0) {
    const end = writeDigits(digits, out, at + count);
    out.fill(ZERO, end, end - decimals);
    return end - decimals;
  }
  const end = at + 1 + Math.max(point, 1) + decimals;
  let i = end;
  for (let left = decimals; left > 0; left--) {
    const next = (digits / 10) | 0;
    out[--i] = ZERO + digits - next * 10;
    digits = next;
  }
  out[--i] = POINT;
  writeDigits(digits, out, i);
  return end;
}

/** Writes `d.ddde±x`. */
function writeScientific(
  digits: number,
  count: number,
  exponent: number,
  out: Uint8Array,
  at: number,
): number {
  let i = at + count;
  if (count === 1) {
    out[at] = ZERO + digits;
  } else {
    i = writeDigits(digits, out, at + count + 1);
    out[at] = out[at + 1]!;
    out[at + 1] = POINT;
  }
  out[i++] = E;
  out[i++] = exponent < 0 ? MINUS : PLUS;
  const size = Math.abs(exponent);
  return writeDigits(size, out, i + digitsIn(size));
}

/** Writes an integer in [0, 2^31) so that it ends at `end`; returns `end`. */
function writeDigits(digits: number, out: Uint8Array, end: number): number {
  let i = end;
  do {
    const next = (digits / 10) | 0;
    out[--i] = ZERO + digits - next * 10;
    digits = next;
  } while (digits > 0);
  return end;
}

/** How many digits an integer in [0, 2^31) has. */
function digitsIn(digits: number): number {
  let count = 1;
  while (count < 10 && digits >= POWERS_OF_TEN[count]!) count++;
  return count;
}

/** Below this, Float32 has fewer significant bits, so fewer digits may suffice. */
const SMALLEST_NORMAL = 2 ** -126;

/**
 * The shortest text of any magnitude, slowly. For normal numbers, whenever 6 or fewer digits suffice, rounding to 6
 * gives them followed by zeros: the value is then within half a Float32 step of that text, at most 2^-24 of it, and
 * half a unit of its 6th digit is at least 5e-7 of it. Nine digits always suffice (IEEE 754, §5.12.2).
 */
function textWithin(magnitude: number, digits = magnitude < SMALLEST_NORMAL ? 1 : 6): string {
  const rounded = Number(magnitude.toPrecision(digits));
  return Math.fround(rounded) === magnitude ? String(rounded) : textWithin(magnitude, digits + 1);
}

function writeText(text: string, out: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
  return at;
}
