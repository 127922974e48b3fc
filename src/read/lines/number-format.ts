/** Exact powers of ten: an integer below 2^53 divided by one of them is correctly rounded. */
export const POWERS_OF_TEN = Array.from({ length: 17 }, (_, exponent) => 10 ** exponent);
/** No two adjacent parts match the same digits, so that a long run of them is scanned once, not once per split. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * The value of a metric given as text: a decimal number; NaN if it is missing (empty, null or NaN in any case);
 * undefined for everything else, such as words, Infinity, `0x10`, `1_000` and `1e400`.
 */
export function metricOfText(text: string): number | undefined {
  const short = shortDecimal(text);
  if (!Number.isNaN(short)) return short;
  const trimmed = withHyphen(text.trim());
  if (trimmed === '') return NaN;
  if (DECIMAL.test(trimmed)) return finite(Number(trimmed));
  return /^(?:[+-]?nan|null)$/i.test(trimmed) ? NaN : undefined;
}

const MOST_SHORT = 15;

/**
 * The value of digits, perhaps with a point between them; NaN for all else. A third of the time of a regular
 * expression.
 */
function shortDecimal(text: string): number {
  const { length } = text;
  if (length > MOST_SHORT) return NaN;
  const first = text.charCodeAt(0) === 45 ? 1 : 0;
  let mantissa = 0;
  let point = length;
  for (let i = first; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) mantissa = mantissa * 10 + (code - 48);
    else if (code === 46 && point === length && i > first) point = i;
    else return NaN;
  }
  if (length === first || point === length - 1) return NaN;
  const value = point === length ? mantissa : mantissa / POWERS_OF_TEN[length - 1 - point]!;
  return first === 1 ? -value : value;
}

/** Word processors write a minus sign where keyboards have a hyphen. */
function withHyphen(text: string): string {
  return text.startsWith('\u2212') ? `-${text.slice(1)}` : text;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/** How numbers are written in a file. */
export interface NumberFormat {
  readonly decimal: '.' | ',';
  /** Whether thousands may be apart: by the other mark, a blank or an apostrophe. */
  readonly isGrouped: boolean;
  /** Fields whose numbers may have a percent sign, which is dropped. */
  readonly percent: readonly string[];
  /**
   * Fields whose numbers have a unit, with it; a number without it, or with another one, is none. Absent: none have.
   */
  readonly units?: readonly (readonly [field: string, unit: string])[];
  /** Texts that stand for a missing value, besides empty ones, null and NaN. */
  readonly missing: readonly string[];
  /** Fields in which `1.004` may be 1004: the sample has only whole numbers below 1000 in them, and no decimal mark. */
  readonly open: readonly string[];
}

export const PLAIN_NUMBERS: NumberFormat = {
  ...{ decimal: '.', isGrouped: false },
  ...{ percent: [], missing: [], open: [] },
};

/** Whether the point of a number may be between thousands. */
export function mayBeGrouped(text: string): boolean {
  return text.includes('.') && isGroupedNumber(withHyphen(text.trim()), ',');
}

/** The value of a metric given as text: NaN if it is missing, undefined if it is not a number. */
export type ParseNumber = (text: string) => number | undefined;

function isPlain({ decimal, isGrouped, missing }: NumberFormat): boolean {
  return decimal === '.' && !isGrouped && missing.length === 0;
}

/** As `metricOfText`, for numbers that are written otherwise. */
export function numberParser(format: NumberFormat): ParseNumber {
  if (isPlain(format)) return metricOfText;
  const missing = new Set(format.missing);
  return (text) => {
    const trimmed = text.trim();
    if (missing.has(trimmed)) return NaN;
    const plain = plainNumber(withHyphen(trimmed), format);
    return plain === null ? undefined : metricOfText(plain);
  };
}

/** The value of a number with a percent sign; undefined for everything else. */
export function percentParser(format: NumberFormat): ParseNumber {
  const parse = numberParser(format);
  return (text) => {
    const trimmed = text.trim();
    const value = trimmed.endsWith('%') ? parse(trimmed.slice(0, -1)) : undefined;
    return Number.isNaN(value) ? undefined : value;
  };
}

const GROUPS = {
  '.': /^[+-]?[1-9]\d{0,2}(?:([, \u00A0\u202F'’])\d{3})(?:\1\d{3})*(?:\.\d*)?$/,
  ',': /^[+-]?[1-9]\d{0,2}(?:([. \u00A0\u202F'’])\d{3})(?:\1\d{3})*(?:,\d*)?$/,
} as const;

/** Whether a text is a number with its thousands apart, which begins with no zero, if `decimal` is the decimal mark. */
export function isGroupedNumber(text: string, decimal: '.' | ','): boolean {
  return GROUPS[decimal].test(text);
}

/** The number as JSON would have it; null if its marks are not where they should be. */
function plainNumber(text: string, { decimal, isGrouped }: NumberFormat): string | null {
  if (isGrouped && isGroupedNumber(text, decimal)) {
    return text.replace(decimal === '.' ? /[^\d.+-]/g : /[^\d,+-]/g, '').replace(',', '.');
  }
  if (decimal === '.') return text;
  return text.includes('.') ? null : text.replace(',', '.');
}
