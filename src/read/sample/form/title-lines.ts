import { isTimeName } from '../time/time-column.js';
import { fieldsOf, haveFields, holdsData, isBlank, isDatum } from './csv-fields.js';
import { isUnitLine } from './unit-lines.js';

/** The lines before a header. */
export interface Titles {
  readonly count: number;
  readonly why: string;
}

/** The fields of each line of a file. */
type Lines = readonly (readonly string[])[];

/** How many of some lines below a header may be no rows of it. */
type Allowance = (lines: number) => number;

const NONE: Allowance = () => 0;
/** A row may be damaged, and the last one of a file that grows is cut. */
const FEW: Allowance = (lines) => Math.max(1, Math.floor(lines / 4));

/** The titles above the header; null if the first line may be the header. */
export function findTitles(lines: readonly string[], delimiters: readonly string[]): Titles | null {
  const cut = delimiters.map((delimiter) => lines.map((line) => fieldsOf(line, delimiter)));
  for (const most of [NONE, FEW]) {
    const shorter = firstAbove(cut, (all) => shorterTitles(all, most));
    if (shorter > 0) return { count: shorter, why: 'they have fewer fields than the lines below' };
    const padded = firstAbove(cut, (all) => paddedTitles(all, most));
    if (padded > 0) return { count: padded, why: 'the rows fit the header below them' };
  }
  return null;
}

function firstAbove(cut: readonly Lines[], count: (all: Lines) => number): number {
  for (const all of cut) {
    const found = count(all);
    if (found > 0) return found;
  }
  return 0;
}

/**
 * How many lines come before the header: those up to the first line of texts from which on lines have as many fields as
 * most, if the first line has fewer.
 */
function shorterTitles(all: Lines, most: Allowance): number {
  const counts = all.map((fields) => (isBlank(fields) ? 0 : fields.length));
  const usual = commonest(counts.filter((count) => count > 0));
  const [first = 0] = counts;
  if (usual < 2 || first >= usual) return 0;
  const header = counts.indexOf(usual);
  const fits = all.map((fields, i) => i <= header || haveFields(fields, usual));
  const fitting = all.map((fields, i) => (fits[i] === true ? fields : []));
  const row = fitting.findIndex((fields, i) => i >= header && holdsData(fields));
  if (row <= header || headerAbove(fitting, row) !== header) return 0;
  const below = counts.flatMap((count, i) => (i > header && count > 0 ? [i] : []));
  const alike = below.filter((i) => fits[i] === true && (i < row || holdsData(all[i]!))).length;
  const odd = below.length - alike;
  const areTitles = odd === 0 || holdNoRow(all, header, row);
  return alike >= 2 && odd <= most(below.length) && areTitles ? header : 0;
}

/**
 * How many lines come before the header if titles have as many fields as it, as spreadsheets write them: it is the line
 * of texts above the first row, and either names a time where the first line names none, or is full where that is not.
 */
function paddedTitles(all: Lines, most: Allowance): number {
  for (const [row, fields] of all.entries()) {
    // Titles may have dates and numbers.
    const above = all[lineAbove(all, row)];
    if (!holdsData(fields) || above === undefined || holdsData(above)) continue;
    const header = headerAbove(all, row);
    if (header > 0 && isBelowTitles(all, header, row, most)) return header;
  }
  return 0;
}

function isBelowTitles(all: Lines, header: number, row: number, most: Allowance): boolean {
  const isFull = (fields: readonly string[]): boolean => fields.every((field) => field.trim() !== '');
  const [first = [], names = []] = [all[0], all[header]];
  if (names.length < 2 || !isFull(names) || first.some(isTimeName)) return false;
  const below = all.slice(row).filter((fields) => !isBlank(fields));
  const rows = below.filter((fields) => holdsData(fields) && haveFields(fields, names.length));
  const areRows = rows.length >= 2 && below.length - rows.length <= most(below.length);
  const at = rows[0]?.findIndex(isDatum) ?? -1;
  const areTitles = all.slice(0, header).every((fields) => !isDatum(fields[at] ?? ''));
  return areRows && areTitles && first.length >= names.length && (!isFull(first) || names.some(isTimeName));
}

/** Whether no line above the header may be a row, which would be lost with the titles. */
function holdNoRow(all: Lines, header: number, row: number): boolean {
  const at = all[row]!.findIndex(isDatum);
  return all.slice(0, header).every((fields) => fields.length < 2 || !isDatum(fields[at] ?? ''));
}

/** The line of names above the first row, where lines of units may be between them; -1: there is none. */
function headerAbove(all: Lines, row: number): number {
  const countHeld = (fields: readonly string[]): number =>
    fields.filter((field) => field.trim() !== '').length;
  let header = lineAbove(all, row);
  for (let above = lineAbove(all, header); above >= 0; above = lineAbove(all, header)) {
    const [names = [], units = []] = [all[above], all[header]];
    const areNames = !holdsData(names) && countHeld(names) >= Math.max(2, countHeld(units));
    const isNamedAbove = names.some(isTimeName) && !units.some(isTimeName);
    if (!areNames || !(isUnitLine(units) || isNamedAbove)) return header;
    header = above;
  }
  return header;
}

function lineAbove(all: Lines, at: number): number {
  return all.findLastIndex((fields, i) => i < at && !isBlank(fields));
}

function commonest(counts: readonly number[]): number {
  const tally = new Map<number, number>();
  for (const count of counts) tally.set(count, (tally.get(count) ?? 0) + 1);
  return [...tally].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}
