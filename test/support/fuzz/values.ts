import assert from 'node:assert/strict';

import { parse } from 'csv-parse/sync';
import { JoinedRecord } from '#build/core/joined-record.js';
import type { MinuteRecord } from '#build/core/types.js';
import { isGroupedNumber } from '#build/read/lines/number-format.js';
import { UNCLEAR_POINT } from '#build/read/lines/reject-remedies.js';
import type { FuzzCase } from './fuzz-case.js';
import { physicalLines } from './physical-lines.js';
import { isJson } from './places.js';
import type { Reading } from './read-all.js';

/** A column's value on a line, NaN where missing; undefined where that is not looked at here. */
type LineValue = (raw: string, column: string) => number | 'bad' | undefined;

/**
 * Holds that each accepted value is what JSON.parse or csv-parse make of the record's own line. Records of several
 * lines, items of batches and columns that may be in two places are left out.
 */
export function checkValues({ text, options }: FuzzCase, { recording, steps }: Reading): void {
  if (recording?.layout !== 'rows' || options.duplicates === 'mean') return;
  const decided = recording.decisions.flatMap(({ decisions }) => decisions);
  if (decided.some(({ flag }) => /^--(decimal comma|missing-values |skip-lines [1-9])/.test(flag ?? '')))
    return;
  if (decided.some(({ choice }) => choice === 'percent signs dropped')) return;
  const lines = physicalLines(text);
  const isJsonLines = isJson(options.format, lines);
  const header = lines.find(({ isBlank }) => !isBlank)?.bytes.toString() ?? '';
  const valueOf: LineValue = isJsonLines ? jsonValue : csvValue(header);
  const names = recording.columns.map((column) =>
    Object.hasOwn(options.map, column) ? options.map[column]! : column,
  );
  for (const { batch, rejects } of steps) {
    for (const record of batch?.records ?? [])
      if (!(record instanceof JoinedRecord)) checkRecord(record, names, valueOf);
    for (const { source, reason, message } of rejects) {
      if (reason !== 'bad_value' || message.endsWith(UNCLEAR_POINT)) continue;
      const values = names.map((name) => valueOf(source.raw().text, name));
      const isBad = (value: number | 'bad' | undefined): boolean => value === undefined || value === 'bad';
      assert.ok(values.some(isBad), `line ${source.line} was rejected, but all its values are numbers`);
    }
  }
}

function checkRecord({ values, source }: MinuteRecord, names: readonly string[], valueOf: LineValue): void {
  const { text } = source.raw();
  for (const [i, name] of names.entries()) {
    const wanted = valueOf(text, name);
    if (wanted === undefined) continue;
    assert.ok(
      Object.is(values[i], wanted),
      `${name} of line ${source.line} is ${wanted}, read as ${values[i]}`,
    );
  }
}

function jsonValue(raw: string, column: string): number | 'bad' | undefined {
  let row: Record<string, unknown>;
  try {
    row = JSON.parse(raw) as Record<string, unknown>;
  } catch {
    return undefined; // bare NaN and Infinity
  }
  const nested = Object.hasOwn(row, 'values') ? row['values'] : undefined;
  const isNested = typeof nested === 'object' && nested !== null && Object.hasOwn(nested, column);
  if (isNested) return undefined;
  // A path leads into objects.
  if (column.includes('.') && !Object.hasOwn(row, column)) return undefined;
  const value = Object.hasOwn(row, column) ? row[column] : null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : 'bad';
  return value === null ? NaN : typeof value === 'string' ? numberOf(value) : 'bad';
}

function csvValue(header: string): LineValue {
  const bare = header.replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((mark) => bare.split(mark).length);
  const delimiter = [',', ';', '\t'][counts.indexOf(Math.max(...counts))]!;
  const split = (line: string): string[] =>
    line.includes('"')
      ? parse(line, {
          delimiter,
          record_delimiter: ['\n', '\r\n'],
          relax_column_count: true,
          trim: delimiter !== '\t',
        })[0]!
      : line.split(delimiter);
  let names: string[];
  try {
    names = split(header).map((name) => name.trim());
  } catch {
    return () => undefined;
  }
  return (raw, column) => {
    const text = split(raw)[names.indexOf(column)];
    return text === undefined ? undefined : numberOf(text);
  };
}

/** Undefined for thousands that are apart: whether they may be is decided from the sample. */
function numberOf(text: string): number | 'bad' | undefined {
  const trimmed = text.trim().replace(/^\u2212/, '-');
  if (isGroupedNumber(trimmed, '.')) return undefined;
  if (trimmed === '' || /^(?:[-+]?nan|null)$/i.test(trimmed)) return NaN;
  const value = /^[-+.\de]+$/i.test(trimmed) ? Number(trimmed) : NaN;
  return Number.isFinite(value) ? value : 'bad';
}
