import { NO_MARKS } from '../lines/marks.js';
import type { LineMarks } from '../lines/marks.js';
import type { FileFormat } from '../lines/plan.js';
import type { ReadOptions } from '../options.js';
import { delimiterName, findCsvHead } from './csv-head.js';
import type { Decision } from './decision.js';
import { isObject, parseJsonLine } from '../lines/json-text.js';

/** What the first lines of a file show about its form. */
export interface FileHead {
  readonly format: FileFormat;
  /** CSV only. */
  readonly delimiter: string;
  readonly marks: LineMarks;
  /** CSV only: whether the header begins with a # that is not part of its first name. */
  readonly isHeaderMarked: boolean;
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
  return found === 'jsonl'
    ? jsonHead(lines, formatDecision(found, format, options))
    : csvHead(lines, format, options);
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

/** A list shows in a first line that opens it, or by commas, with a record on each line. */
function jsonHead(lines: readonly string[], format: Decision): FileHead {
  const texts = lines.map((line) => line.trim()).filter((line) => line !== '');
  const elements = texts.filter((line) => line !== '[' && line !== ']');
  const isElement = (line: string): boolean =>
    isObject(parseJsonLine(line.replace(/^[[,]\s*|\s*[,\]]+$/g, '')));
  const isMarked = texts.some((line) => line === '[' || /^[[,]\s*\{|\}\s*,$/.test(line));
  const isList = isMarked && elements.length > 0 && elements.every(isElement);
  const list: Decision = {
    about: 'header',
    choice: 'a list with an element on each line',
    evidence: 'its lines begin or end with brackets and commas',
    source: 'shape',
    flag: null,
    alternatives: [],
  };
  const marks = isList ? { ...NO_MARKS, isList } : NO_MARKS;
  const decisions = isList ? [format, list] : [format];
  return { format: 'jsonl', delimiter: ',', marks, isHeaderMarked: false, decisions };
}

function csvHead(lines: readonly string[], format: FileFormat | null, options: ReadOptions): FileHead {
  const head = findCsvHead(lines, options);
  const { delimiter, skipLines, hasComments, isHeaderMarked } = head;
  const name = delimiterName(delimiter);
  const cut: Decision = {
    about: 'delimiter',
    choice: name,
    evidence: head.evidence,
    source: options.delimiter === undefined ? 'name' : 'given',
    flag: `--delimiter ${name}`,
    alternatives: head.alternatives,
  };
  const count = skipLines === 1 ? '1 line' : `${skipLines} lines`;
  const header: Decision = {
    about: 'header',
    choice: skipLines === 0 ? 'the first line' : `the line after ${count}`,
    evidence: head.skipped ?? 'no line comes before it',
    source: options.skipLines !== undefined ? 'given' : head.skipped === null ? 'default' : 'shape',
    flag: `--skip-lines ${skipLines}`,
    alternatives: [],
  };
  return {
    ...{ format: 'csv', delimiter, isHeaderMarked },
    marks: { skipLines, hasComments, isList: false },
    decisions: [formatDecision('csv', format, options), cut, header],
  };
}
