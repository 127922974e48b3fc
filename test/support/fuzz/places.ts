import assert from 'node:assert/strict';

import type { ReadStep, RejectReason, SourceLine } from '#build/core/types.js';
import { NO_MARKS, type LineMarks } from '#build/read/lines/marks.js';
import type { ReadOptions } from '#build/read/options.js';
import type { FuzzCase } from './fuzz-case.js';
import { physicalLines, type PhysicalLine } from './physical-lines.js';
import type { Reading } from './read-all.js';

/** Lines that a CSV record of these inputs takes up at most. */
const MOST_LINES = 32;

/** Holds that records and rejects stand where they say, and that no line was passed over or read twice. */
export function checkPlaces({ text, options }: FuzzCase, { recording, steps, error }: Reading): void {
  const lines = physicalLines(text);
  const isRows = recording?.layout === 'rows';
  const owners = new Map<number, number>();
  const take = (source: SourceLine, reason: RejectReason | null): void => {
    for (const line of linesOf(text, lines, source, reason)) owners.set(line, (owners.get(line) ?? 0) + 1);
  };
  let unseen = 0;
  for (const { batch, rejects, merged, filtered } of steps) {
    for (const { source } of batch?.records ?? []) take(source, null);
    for (const { source, reason } of rejects) take(source, reason);
    unseen += merged + filtered;
  }
  if (isRows)
    for (const [line, count] of owners) assert.equal(count, 1, `line ${line} is read ${count} times`);
  if (error !== null || recording === null) return;
  const isCsv = !isJson(options.format, lines);
  const { marks = NO_MARKS, delimiter = ',' } = recording.snapshot().files[0]?.plan ?? {};
  const isEmpty = ({ bytes }: PhysicalLine): boolean =>
    isCsv && bytes.toString('latin1').replaceAll(delimiter, '').trim() === '';
  const inside = lines.filter((line) => !line.isBlank && !isEmpty(line) && !isMark(line, marks));
  const header = isCsv ? headerLines(inside, owners) : new Set<number>();
  const below = inside.filter(({ line }) => !owners.has(line) && !header.has(line));
  const skipped = below.slice(marks.unitLines ?? 0);
  for (const { line, bytes } of below.slice(0, marks.unitLines ?? 0))
    assert.doesNotMatch(bytes.toString('latin1'), /[0-9]{2}/, `line ${line} is skipped as units`);
  // A merged or filtered record does not say where it was; one of CSV may have had several lines.
  const unseenLines = unseen * (isCsv ? MOST_LINES : 1);
  const mayBeEmpty = isRows ? [] : skipped.filter(holdsNoItem);
  const missing = skipped.length - mayBeEmpty.length;
  assert.ok(
    missing <= unseenLines,
    `${missing} lines are in no account, the first of ${skipped.map(({ line }) => line).join(' ')}`,
  );
}

/** Whether a line is before the header, a comment, or nothing but marks of a list. */
function isMark({ line, bytes }: PhysicalLine, { skipLines, hasComments, isList }: LineMarks): boolean {
  const text = bytes.toString('latin1');
  return line <= skipLines || (hasComments && text.startsWith('#')) || (isList && /^[\s[\],]*$/.test(text));
}

/** The lines of a CSV header: up to the one that closes its quotes, unless a record or reject has one of them. */
function headerLines(
  lines: readonly PhysicalLine[],
  owners: ReadonlyMap<number, number>,
): ReadonlySet<number> {
  const [first, ...rest] = lines.slice(lines.findIndex(({ isBlank }) => !isBlank));
  if (first === undefined) return new Set();
  const header = [first];
  const isOpen = (): boolean =>
    header
      .map(({ bytes }) => bytes.toString('latin1'))
      .join('')
      .split('"').length %
      2 ===
    0;
  while (isOpen() && rest.length > 0) header.push(...rest.splice(0, 1));
  const isOne = header.some(({ line }) => owners.has(line));
  return new Set(isOne ? [first.line] : header.map(({ line }) => line));
}

/** Whether a text is read as JSONL, by the rule of docs/formats.md for standard input. */
export function isJson(format: ReadOptions['format'], lines: readonly PhysicalLine[]): boolean {
  if (format !== 'auto') return format === 'jsonl';
  return /^\s*[[{]/.test(lines.find(({ isBlank }) => !isBlank)?.bytes.toString() ?? '');
}

/** The lines that a record or reject takes up, which it must say right. */
function linesOf(
  text: Buffer,
  lines: readonly PhysicalLine[],
  source: SourceLine,
  reason: RejectReason | null,
): number[] {
  const place = `${source.line} at byte ${source.byteOffset}`;
  const first = lines[source.line - 1];
  assert.ok(first !== undefined && first.byteOffset === source.byteOffset, `no line ${place}`);
  const { text: raw, encoding } = source.raw();
  const bytes = Buffer.from(raw, encoding);
  if (source.item !== undefined) {
    assert.ok(
      first.bytes.includes(bytes),
      `the raw text of item ${source.item} of line ${place} is not on it`,
    );
    return [source.line];
  }
  const end = source.byteOffset + bytes.length;
  assert.ok(
    text.subarray(source.byteOffset, end).equals(bytes),
    `the raw text of line ${place} is not its own`,
  );
  if (reason === 'line_too_long') return [source.line];
  const last = lines.findIndex(({ byteOffset, bytes: own }) => byteOffset + own.length === end);
  assert.ok(last >= source.line - 1, `the raw text of line ${place} does not end with a line`);
  return Array.from({ length: last - source.line + 2 }, (_, i) => source.line + i);
}

function holdsNoItem({ bytes }: PhysicalLine): boolean {
  try {
    const line: unknown = JSON.parse(bytes.toString());
    return (
      typeof line === 'object' &&
      line !== null &&
      'items' in line &&
      Array.isArray(line.items) &&
      line.items.length === 0
    );
  } catch {
    return false;
  }
}

/** Holds that minutes come in order, and in each of them every target once, in order, with its values. */
export function checkMinutes(steps: readonly ReadStep[], columns: number, window: number | null): void {
  let before = -Infinity;
  for (const { batch } of steps) {
    if (batch === null) continue;
    assert.ok(batch.minuteMs > before, 'minutes in order');
    before = batch.minuteMs;
    let target: string | null = null;
    for (const record of batch.records) {
      assert.ok(target === null || target < record.target, 'targets in order');
      target = record.target;
      assert.notEqual(target, '');
      assert.equal(record.minuteMs, batch.minuteMs);
      assert.equal(record.values.length, record.bringsWindow ? columns * (window ?? NaN) : columns);
      for (const value of record.values) assert.ok(Math.abs(value) !== Infinity, 'no value is infinite');
      if (typeof record.label === 'number') assert.ok(Number.isFinite(record.label), 'no label is infinite');
    }
  }
}
