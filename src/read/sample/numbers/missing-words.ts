import { numberParser, type NumberFormat } from '../../lines/number-format.js';
import type { TextColumn } from './number-suffixes.js';

/** Texts that usually stand for a missing value, in lower case. */
const USUAL_MISSING: ReadonlySet<string> = new Set([
  ...['na', 'n/a', 'n.a.', '<na>', '-', '--', '---', '.', '?', 'none', 'nil', '\\n', 'missing', 'undefined'],
  ...['n/d', 'no data', 'nodata', 'no value', 'not available', 'bad', 'bad input'],
  // Errors of spreadsheets.
  ...['#n/a', '#div/0!', '#value!', '#ref!', '#num!', '#name?', '#null!'],
]);

/** How many numbers a column has at least for each of its texts that stand for nothing usual. */
const LEAST_NUMBERS = 9;

/** A column with texts for a missing value. */
export interface MissingIn {
  readonly name: string;
  readonly words: readonly string[];
}

/** The texts that usually stand for a missing value, in columns that have few texts but these and numbers. */
export function missingWords(columns: readonly TextColumn[], format: NumberFormat): MissingIn[] {
  const parse = numberParser(format);
  return columns.flatMap(({ name, texts }) => {
    const others = texts.filter((text) => parse(text) === undefined);
    const words = others.filter((text) => USUAL_MISSING.has(text.toLowerCase()));
    const numbers = texts.length - others.length;
    const unknown = others.length - words.length;
    const isNumeric = numbers > 0 && LEAST_NUMBERS * unknown <= numbers;
    return isNumeric && words.length > 0 ? [{ name, words: [...new Set(words)] }] : [];
  });
}
