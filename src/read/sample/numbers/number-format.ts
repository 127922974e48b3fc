import { hasDecimalComma } from '../../../core/time/numbers.js';
import {
  PLAIN_NUMBERS,
  isGroupedNumber,
  numberParser,
  type NumberFormat,
} from '../../lines/number-format.js';
import type { ReadOptions } from '../../options.js';
import type { Decision } from '../decision.js';
import { listNames, newName, quoteName } from '../names.js';
import { missingWords, type MissingIn } from './missing-words.js';
import {
  hasPercentSign,
  hasPercentSigns,
  mostly,
  unitColumns,
  unitDecision,
  withoutSuffix,
  type MixedUnits,
  type TextColumn,
} from './number-suffixes.js';
import type { SampledTable, SampleTable } from '../table.js';
import { targetName } from '../target/target-names.js';
import { namesInUnits, type UnitTable } from './unit-names.js';

/** A number that is written as most are: with a point, if it has a mark at all. */
const USUAL_NUMBER = /^[+-]?\d*\.?\d+$/;

interface ChosenNumbers {
  readonly format: NumberFormat;
  /** Whether nothing shows that the points are decimal. */
  readonly isOpen: boolean;
  /** Columns of numbers in several units. */
  readonly mixed: readonly MixedUnits[];
  readonly decisions: readonly Decision[];
}

/**
 * Decides how numbers are written: the decimal mark, whether thousands are apart, percent signs, and the texts that
 * stand for a missing value. JSON has such numbers in its strings.
 */
export function decideNumbers(
  { table, delimiter }: Pick<SampledTable, 'table' | 'delimiter'>,
  timeFields: readonly string[],
  options: ReadOptions,
): ChosenNumbers {
  const all = table.names.filter((name) => !timeFields.includes(name)).map((name) => textColumn(table, name));
  // Of columns that have nothing else, all that matters is whether their points could be between thousands.
  const usual = all.filter(({ texts }) => texts.every((text) => USUAL_NUMBER.test(text)));
  const areUsual = new Set(usual);
  const columns = all.filter((column) => !areUsual.has(column));
  const units = unitColumns(columns.filter(({ name }) => mayHaveUnit({ table, timeFields }, name, options)));
  const percent = columns.filter(hasPercentSigns);
  const bare = columns.map((column) => withoutSuffix(column, units.united));
  const times = textColumn(table, timeFields[0] ?? '');
  const found = options.decimal === undefined ? findMark(bare, usual, times) : givenMark(options.decimal);
  const hasPoint = timePoint(times) || [...usual.flatMap(pointIn), ...bare.flatMap(pointProof)].length > 0;
  const isOpen = found.source === 'default' && isPointOpen(usual);
  const mark =
    isOpen && !hasPoint && delimiter === ';' && areDotted(times) ? unsureMark(found, usual) : found;
  // With a decimal comma, a point can only be between thousands.
  const isGrouped =
    mark.decimal === ',' ||
    bare.some(({ texts }) => texts.some((text) => isGroupedNumber(text, mark.decimal)));
  const format = {
    decimal: mark.decimal,
    isGrouped,
    percent: percent.map(({ name }) => name),
    ...(units.united.length === 0
      ? {}
      : { units: units.united.map(({ name, unit }) => [name, unit] as const) }),
    missing: [],
    open:
      mark.source === 'default' && !hasPoint
        ? [...usual, ...bare].filter(areWhole).map(({ name }) => name)
        : [],
  };
  const suffixed = new Set([...percent, ...units.united].map(({ name }) => name));
  const missingIn =
    options.missingValues !== undefined
      ? []
      : missingWords(
          columns.map((column, i) => (suffixed.has(column.name) ? bare[i]! : column)),
          format,
        );
  const missing = options.missingValues ?? [...new Set(missingIn.flatMap(({ words }) => words))];
  const decisions = [
    ...decisionsOf({ ...format, missing }, mark, percent, missingIn),
    ...units.united.map(unitDecision),
  ];
  return { format: { ...format, missing }, isOpen, mixed: units.mixed, decisions };
}

function mayHaveUnit(rows: UnitTable, field: string, options: ReadOptions): boolean {
  return targetName(field, options) === null && !namesInUnits(rows, field, newName(field, options));
}

/** Its texts are made again each time: those of thousands of columns would take too much memory. */
function textColumn(table: SampleTable, name: string): TextColumn {
  return {
    name,
    get texts() {
      const texts = table
        .column(name)
        .map((value) =>
          typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '',
        );
      return texts.filter((text) => text !== '');
    },
  };
}

interface Mark {
  readonly decimal: '.' | ',';
  readonly evidence: string;
  readonly source: Decision['source'];
  readonly alternatives: readonly string[];
}

function givenMark(decimal: '.' | ','): Mark {
  return { decimal, evidence: '--decimal says so', source: 'given', alternatives: [] };
}

/** Reads as a number with three points between thousands. */
const IP_ADDRESS = /^(?:1?\d{1,2}|2[0-4]\d|25[0-5])(?:\.(?:1\d{2}|2[0-4]\d|25[0-5])){3}$/;
const COMMA = numberParser({ ...PLAIN_NUMBERS, decimal: ',', isGrouped: true });
const POINT = numberParser({ ...PLAIN_NUMBERS, isGrouped: true });

/** A column whose numbers have commas or points shows the mark if they cannot be between thousands. */
function findMark(columns: readonly TextColumn[], usual: readonly TextColumn[], times: TextColumn): Mark {
  const [comma] = [
    ...columns.flatMap((column) =>
      proofOf(column, COMMA, (text) => POINT(text) === undefined && !IP_ADDRESS.test(text)),
    ),
    ...timeComma(times),
  ];
  const unclear = comma ?? firstOf([...columns, ...usual], unclearIn);
  if (unclear === undefined)
    return { decimal: '.', evidence: 'no number has a comma', source: 'default', alternatives: [] };
  const [point] = [...usual.flatMap(pointIn), ...columns.flatMap(pointProof)];
  if (comma === undefined) {
    const alternatives = point === undefined ? ['--decimal comma'] : [];
    return { decimal: '.', evidence: point ?? unclear, source: 'shape', alternatives };
  }
  if (point === undefined) return { decimal: ',', evidence: comma, source: 'shape', alternatives: [] };
  const evidence = `${point}, though ${comma}`;
  return { decimal: '.', evidence, source: 'shape', alternatives: ['--decimal comma'] };
}

/** As `proofOf`, of times that are numbers with a decimal comma. */
function timeComma({ name, texts }: TextColumn): string[] {
  const proof = texts.find((text) => hasDecimalComma(text));
  return proof === undefined ? [] : [`"${name}" has ${proof}`];
}

/** Whether times are numbers with a decimal point. */
function timePoint({ texts }: TextColumn): boolean {
  return texts.some((text) => /^\d{4,}\.\d+$/.test(text));
}

function pointProof(column: TextColumn): string[] {
  return proofOf(column, POINT, (text) => text.includes('.') && COMMA(text) === undefined);
}

/** Whether all numbers are whole and below 1000, so that thousands may come later. */
function areWhole({ texts }: TextColumn): boolean {
  const numbers = texts.filter((text) => !Number.isNaN(POINT(text) ?? NaN));
  return numbers.every((text) => /^[+\u2212-]?\d{1,3}$/.test(text));
}

/** Whether there are points, all of which could be between thousands. */
function isPointOpen(usual: readonly TextColumn[]): boolean {
  return (
    usual.some(({ texts }) => texts.some((text) => text.includes('.'))) &&
    firstOf(usual, pointIn) === undefined
  );
}

/** Whether all times begin with dates such as 30.04.2018, which people write who have decimal commas. */
function areDotted({ texts }: TextColumn): boolean {
  return texts.every((text) => /^\d{1,2}\.\d{1,2}\.\d{2,4}(?!\d)/.test(text));
}

function unsureMark(mark: Mark, usual: readonly TextColumn[]): Mark {
  const evidence = firstOf(usual, ({ name, texts }) => {
    const point = texts.find((text) => text.includes('.'));
    return point === undefined
      ? []
      : [
          `"${name}" has ${point}, whose point may be between thousands, as decimal commas go with such dates`,
        ];
  });
  return { ...mark, evidence: evidence ?? mark.evidence, alternatives: ['--decimal comma'] };
}

function firstOf(columns: readonly TextColumn[], find: (column: TextColumn) => string[]): string | undefined {
  for (const column of columns) {
    const [found] = find(column);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As `proofOf`, of a column that has usual numbers only. */
function pointIn({ name, texts }: TextColumn): string[] {
  const proof = texts.find((text) => text.includes('.') && !isGroupedNumber(text, ','));
  return proof === undefined ? [] : [`"${name}" has ${proof}`];
}

/** What shows the mark: a phrase for each column that does. */
function proofOf(
  { name, texts }: TextColumn,
  parse: typeof POINT,
  isProof: (text: string) => boolean,
): string[] {
  const numbers = texts.filter((text) => parse(text) !== undefined);
  const proof = numbers.find(isProof);
  return proof !== undefined && 2 * numbers.length >= texts.length ? [`"${name}" has ${proof}`] : [];
}

/** Numbers of which it is unclear whether a mark is between thousands, in a column where it well may. */
function unclearIn({ name, texts }: TextColumn): string[] {
  const comma = texts.find((text) => text.includes(',') && isGroupedNumber(text, '.'));
  if (comma !== undefined && mostly(texts, (text) => POINT(text) !== undefined)) {
    return [`"${name}" has ${comma}, whose comma may be between thousands`];
  }
  // Points that are always before three digits, and no number of 1000 and more without one, as if they were needed.
  let [point, whole]: (string | undefined)[] = [];
  let numbers = 0;
  for (const text of texts) {
    if (Number.isNaN(POINT(text) ?? NaN)) continue;
    numbers++;
    if (text.includes('.') && isGroupedNumber(text, ',')) point ??= text;
    else if (/^[+\u2212-]?\d{1,3}$/.test(text)) whole ??= text;
    else return [];
  }
  if (2 * numbers < texts.length || point === undefined || whole === undefined) return [];
  return [`"${name}" has ${whole} and ${point}, whose point may be between thousands`];
}

function decisionsOf(
  { decimal, isGrouped, missing: words }: NumberFormat,
  mark: Mark,
  percent: readonly TextColumn[],
  missing: readonly MissingIn[],
): Decision[] {
  const name = decimal === ',' ? 'comma' : 'point';
  const isUsual = decimal === '.' && !isGrouped && mark.alternatives.length === 0;
  const decisions: Decision[] = [
    {
      about: 'numbers',
      choice: `decimal ${name}${isGrouped && decimal === '.' ? ', commas between thousands' : ''}`,
      evidence: mark.evidence,
      source: isUsual && mark.source === 'shape' ? 'default' : mark.source,
      flag: `--decimal ${name}`,
      alternatives: mark.alternatives,
    },
  ];
  const found = { about: 'numbers', source: 'shape', alternatives: [] } as const;
  const [signed] = percent;
  if (signed !== undefined) {
    const example = signed.texts.find(hasPercentSign) ?? '';
    const evidence = `"${signed.name}" has ${example}`;
    decisions.push({ ...found, choice: 'percent signs dropped', evidence, flag: null });
  }
  if (missing.length > 0) {
    const names = listNames(
      missing.map((column) => `"${column.name}"`),
      3,
    );
    const flag = `--missing-values ${words.map(quoteName).join(',')}`;
    const choice = `${listNames(words.map((word) => `"${word}"`))} for a missing value`;
    decisions.push({ ...found, choice, evidence: `${names} otherwise has numbers`, flag });
  }
  return decisions;
}
