import { plural } from '../../../core/count-text.js';
import { NO_MARKS, type LineMarks } from '../../lines/marks.js';
import type { FileFormat } from '../../lines/plan.js';
import type { ReadOptions } from '../../options.js';
import { delimiterName, findCsvHead, type CsvHead } from './csv-head.js';
import type { Decision } from '../decision.js';
import { isObject, parseJsonLine } from '../../text/json-value.js';
import { areCsvRecords, areJsonRecords } from './are-records.js';
import { foreignDownload } from '../foreign/foreign-download.js';
import { foreignJson } from '../foreign/foreign-json.js';
import { foreignText } from '../foreign/foreign-text.js';
import type { Foreign } from '../foreign/foreign.js';

/** What the first lines of a file show about its form. */
export interface FileHead {
  readonly format: FileFormat;
  /** CSV only. */
  readonly delimiter: string;
  readonly marks: LineMarks;
  /** CSV only: whether the header begins with a # that is not part of its first name. */
  readonly isHeaderMarked: boolean;
  /** What it is if it has no records on its lines; null: nothing is known. */
  readonly foreign: Foreign | null;
  readonly decisions: readonly Decision[];
}

/** Lines, and bytes, that show the form of a file. */
const HEAD_LINES = 64;
const HEAD_BYTES = 65_536;
const NEWLINE = 10;

/** Whether the chunks that a file begins with show its form. */
export function isHeadComplete(chunks: readonly Buffer[]): boolean {
  let bytes = 0;
  let lines = 0;
  for (const chunk of chunks) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(NEWLINE); at >= 0 && lines < HEAD_LINES; lines++)
      at = chunk.indexOf(NEWLINE, at + 1);
    if (bytes >= HEAD_BYTES || lines >= HEAD_LINES) return true;
  }
  return false;
}

/** The first lines of a file, without one that more bytes may follow, unless it is the only one. */
export function headLines(chunks: readonly Buffer[], hasEnded: boolean): string[] {
  const bytes: Buffer[] = [];
  let sizeBytes = 0;
  for (const chunk of chunks) {
    if (sizeBytes >= HEAD_BYTES) break;
    bytes.push(chunk.subarray(0, HEAD_BYTES - sizeBytes));
    sizeBytes += chunk.length;
  }
  const lines = Buffer.concat(bytes).toString('utf8').split(/\r?\n/);
  if (lines.length > 1 && (!hasEnded || sizeBytes > HEAD_BYTES)) lines.pop();
  return lines.slice(0, HEAD_LINES);
}

/**
 * Decides on the form of a file by its first lines; `format` null: by those as well.
 */
export function decideHead(
  lines: readonly string[],
  format: FileFormat | null,
  options: ReadOptions,
): FileHead {
  const first = lines.find((line) => line.trim() !== '') ?? '';
  const isJson = /^\s*[[{]/.test(first);
  const found = format ?? (isJson ? 'jsonl' : 'csv');
  const head =
    found === 'jsonl'
      ? jsonHead(lines, formatDecision(found, format, options), options)
      : csvHead(lines, format, options);
  return { ...head, foreign: foreignDownload(first.replace(/^\uFEFF/, '')) ?? head.foreign };
}

function formatDecision(found: FileFormat, format: FileFormat | null, options: ReadOptions): Decision {
  const [source, evidence] =
    options.format !== 'auto'
      ? (['given', '--format says so'] as const)
      : format !== null
        ? (['name', 'its extension says so'] as const)
        : (['shape', 'its first line looks like it'] as const);
  // How a file without an extension looks needs no line of its own.
  const isPlain = source === 'shape' ? 'name' : source;
  return {
    about: 'format',
    choice: found,
    evidence,
    source: isPlain,
    flag: `--format ${found}`,
    alternatives: [],
  };
}

/** A list shows in a line that opens it, or by commas, with a record on each line. */
function jsonHead(lines: readonly string[], format: Decision, options: ReadOptions): FileHead {
  const skipLines = linesAround(lines);
  const texts = lines.slice(skipLines).filter((line) => line.trim() !== '');
  const isMarked = skipLines > 0 || texts.some((line) => LIST_MARK.test(line));
  const end = skipLines > 0 ? texts.findIndex((line) => END_AROUND.test(line)) : -1;
  const elements = (end < 0 ? texts : texts.slice(0, end)).filter((line) => !BRACKET.test(line));
  const isList = isMarked && elements.length > 0 && elements.every(isElement);
  const around = `, after ${plural(skipLines, 'line')} of JSON around it`;
  const list: Decision = {
    about: 'header',
    choice: `a list with an element on each line${skipLines === 0 ? '' : around}`,
    evidence: 'its lines begin or end with brackets and commas',
    source: 'shape',
    flag: null,
    alternatives: [],
  };
  const foreign = foreignJson(lines.join('\n'), (rows) => areJsonRecords(rows, options));
  const form = { format: 'jsonl', delimiter: ',', isHeaderMarked: false } as const;
  if (!isList) return { ...form, marks: NO_MARKS, foreign, decisions: [format] };
  return {
    ...form,
    marks: { ...NO_MARKS, skipLines, isList },
    foreign: foreign?.isSure === true ? foreign : null,
    decisions: [format, list],
  };
}

const LIST_MARK = /^\s*(?:\[\s*$|[[,]\s*\{)|\}\s*,\s*$/;
const BRACKET = /^\s*[[\]]\s*$/;
/** What ends a list, and the JSON around it. */
const END_AROUND = /^[\s\]},]*$/;
const OPENS_LIST = /"\s*:\s*\[\s*$/;

function isElement(line: string): boolean {
  return isObject(parseJsonLine(line.trim().replace(/^[[,]\s*|\s*[,\]]+$/g, '')));
}

/** How many lines precede the elements of a list that is a value of an object; 0: it is not. */
function linesAround(lines: readonly string[]): number {
  const [first = ''] = lines.filter((line) => line.trim() !== '');
  const isOpened = first.trimStart().startsWith('{') && !isObject(parseJsonLine(first));
  return isOpened ? lines.findIndex((line) => OPENS_LIST.test(line)) + 1 : 0;
}

function csvHead(lines: readonly string[], format: FileFormat | null, options: ReadOptions): FileHead {
  const head = findCsvHead(lines, options);
  const foreign = foreignText(lines, (names, rows) => areCsvRecords(names, rows, options));
  const { delimiter, skipLines, hasComments, isHeaderMarked, unitLines } = head;
  const name = delimiterName(delimiter);
  const cut: Decision = {
    about: 'delimiter',
    choice: name,
    evidence: head.evidence,
    source: options.delimiter === undefined ? 'name' : 'given',
    flag: `--delimiter ${name}`,
    alternatives: head.alternatives,
  };
  return {
    ...{ format: 'csv', delimiter, isHeaderMarked, foreign },
    marks: { skipLines, hasComments, isList: false, ...(unitLines === 0 ? {} : { unitLines }) },
    decisions: [formatDecision('csv', format, options), cut, headerDecision(head, options)],
  };
}

function headerDecision({ skipLines, skipped, unitLines }: CsvHead, options: ReadOptions): Decision {
  const units = unitLines === 0 ? '' : `, with ${plural(unitLines, 'line')} of units below it`;
  const isPlain = skipped === null && unitLines === 0;
  const evidence = skipped ?? 'no line comes before it';
  return {
    about: 'header',
    choice: `${skipLines === 0 ? 'the first line' : `the line after ${plural(skipLines, 'line')}`}${units}`,
    evidence: unitLines === 0 || skipped !== null ? evidence : 'what is below it names units',
    source: options.skipLines !== undefined ? 'given' : isPlain ? 'default' : 'shape',
    flag: `--skip-lines ${skipLines}`,
    alternatives: [],
  };
}
