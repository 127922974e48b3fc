import assert from 'node:assert/strict';

import { parse } from 'csv-parse/sync';
import { NO_VERDICT, ROW_STATUS, type Block } from '#build/core/block.js';
import { LookBack } from '#build/core/look-back.js';
import { blockLines, resultsHeader } from '#build/core/result-lines.js';
import type { Label, MinuteBatch, Reject } from '#build/core/types.js';
import { fillWindow, planRows } from '#build/core/windows.js';
import { rejectLines } from '#build/output/reject-lines.js';
import type { Reading } from './read-all.js';

const WINDOW = 3;
const MISSING = 'hold';

/** Holds that what is written of a reading says the same when it is read back, and that each record has its rows. */
export function checkWritten({ recording, steps }: Reading): void {
  if (recording === null) return;
  const { intervalMs, columns: recordingColumns } = recording;
  const lookBack = new LookBack({
    window: WINDOW,
    columns: 'each',
    missing: MISSING,
    intervalMs,
    recordingColumns,
  });
  for (const { batch, rejects } of steps) {
    checkRejects(rejects);
    if (batch === null) continue;
    lookBack.push(batch);
    const answered = answersTo(lookBack.take());
    const rows = rowsOf(batch, recordingColumns);
    assert.equal(answered.scores.length, rows.length, 'rows of a minute');
    checkJson(rows, answered);
    checkCsv(rows, answered);
  }
}

/** What a row must say of its record. */
interface WrittenRow {
  readonly minuteMs: number;
  readonly target: string;
  readonly column: string;
  readonly label: Label;
}

function rowsOf({ minuteMs, records }: MinuteBatch, columns: readonly string[]): WrittenRow[] {
  return records.flatMap(({ target, label }) =>
    columns.map((column) => ({ minuteMs, target, column, label })),
  );
}

interface Answered {
  readonly block: Block;
  /** `[rows]`; NaN: none. */
  readonly scores: Float32Array;
  readonly linesAs: (format: 'jsonl' | 'csv') => string;
}

/** The mean of the window as score and as output, where it is a Float32. */
function answersTo(block: Block): Answered {
  const { rowOffsets, statuses, errors, items, itemRows, itemSeries, itemMinutes } = planRows(
    block,
    { columns: 'each', missing: MISSING },
    [],
  );
  const scores = new Float32Array(statuses.length).fill(NaN);
  const window = new Float64Array(WINDOW);
  for (let item = 0; item < items; item++) {
    fillWindow(block, itemSeries[item]!, itemMinutes[item]!, MISSING, window, 0);
    const mean = window.reduce((sum, value) => sum + value / WINDOW, 0);
    scores[itemRows[item]!] = Number.isFinite(Math.fround(mean)) ? mean : NaN;
  }
  const anomalies = Uint8Array.from(scores, (score, row) =>
    statuses[row] === ROW_STATUS.ok ? Number(score > 1) : NO_VERDICT,
  );
  const has = Array.from(scores, (score, row) => statuses[row] === ROW_STATUS.ok && !Number.isNaN(score));
  const values = scores.filter((_, row) => has[row]);
  let end = 0;
  const offsets = Uint32Array.from([0, ...has.map((one) => (end += Number(one)))]);
  const rows = { rowOffsets, statuses, scores, anomalies, errors, outputs: { values, offsets } };
  return {
    ...{ block, scores },
    linesAs: (format) =>
      Buffer.from(
        blockLines(block, rows, { format, anomaliesOnly: false, fullOutput: false }).bytes,
      ).toString(),
  };
}

function checkRejects(rejects: readonly Reject[]): void {
  const lines = linesOf(rejectLines(rejects));
  assert.equal(lines.length, rejects.length);
  for (const [i, { source, reason }] of rejects.entries()) {
    const written = JSON.parse(lines[i]!) as Record<string, unknown>;
    const { text, encoding } = source.raw();
    assert.deepEqual(
      [
        written['line'],
        written['byteOffset'],
        written['item'],
        written['reason'],
        written['raw'],
        written['rawEncoding'],
      ],
      [source.line, source.byteOffset, source.item, reason, text, encoding === 'utf8' ? undefined : encoding],
    );
  }
}

function checkJson(rows: readonly WrittenRow[], { scores, linesAs }: Answered): void {
  const lines = linesOf(linesAs('jsonl'));
  assert.equal(lines.length, rows.length);
  for (const [i, row] of rows.entries()) {
    const written = JSON.parse(lines[i]!) as Record<string, unknown>;
    assert.equal(written['minute'], new Date(row.minuteMs).toISOString().replace('.000Z', 'Z'));
    assert.deepEqual(
      [written['target'], written['column'], written['label']],
      [row.target, row.column, row.label],
    );
    const score = Math.fround((written['score'] as number | null) ?? NaN);
    assert.ok(Object.is(score, scores[i]!), `${score} is not ${scores[i]}`);
  }
}

function checkCsv(rows: readonly WrittenRow[], { linesAs }: Answered): void {
  const records = parse<Record<string, string>>(resultsHeader('csv') + linesAs('csv'), { columns: true });
  assert.equal(records.length, rows.length);
  for (const [i, row] of rows.entries()) {
    const written = records[i]!;
    const label = row.label === null ? '' : wellFormed(String(row.label));
    assert.deepEqual(
      [written['target'], written['column'], written['label']],
      [row.target, wellFormed(row.column), label],
    );
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

/** UTF-8 cannot say half of a surrogate pair, which JSON can; docs/formats.md says what becomes of it. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
