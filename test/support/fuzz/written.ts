import assert from 'node:assert/strict';

import { parse } from 'csv-parse/sync';
import { resultRows } from '#dist/core/answers.js';
import type { Answers, ItemBatch, Reject, ResultRow } from '#dist/core/types.js';
import { WindowStore } from '#dist/core/window.js';
import { rejectLines, resultLines, resultsHeader } from '#dist/output/result-lines.js';
import type { Reading } from './read-all.js';

const WINDOW = 3;

/** Holds that what is written of a reading says the same when it is read back, and that each record has its rows. */
export function checkWritten({ recording, steps }: Reading): void {
  if (recording === null) return;
  const { intervalMs, columns: recordingColumns } = recording;
  const windows = new WindowStore({
    window: WINDOW,
    columns: 'each',
    missing: 'hold',
    intervalMs,
    recordingColumns,
  });
  for (const { batch, rejects } of steps) {
    checkRejects(rejects);
    if (batch === null) continue;
    const minute = windows.push(batch);
    const rows = resultRows(minute, answersTo(minute.batch));
    assert.equal(rows.length, batch.records.length * recordingColumns.length, 'rows of a minute');
    checkJson(rows);
    checkCsv(rows);
  }
}

/** The mean of the window as score and as output, where it is a Float32. */
function answersTo({ targets, window, values }: ItemBatch): Answers {
  const scores = Float32Array.from(targets, (_, item) => {
    const mean = values
      .subarray(item * window, (item + 1) * window)
      .reduce((sum, value) => sum + value / window, 0);
    return Number.isFinite(Math.fround(mean)) ? mean : NaN;
  });
  return {
    scores,
    anomalies: Uint8Array.from(scores, (score) => (score > 1 ? 1 : 0)),
    outputs: scores.map((score) => (Number.isNaN(score) ? 0 : score)),
    outputOffsets: Uint32Array.from({ length: targets.length + 1 }, (_, i) => i),
    errors: new Map(),
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

function checkJson(rows: readonly ResultRow[]): void {
  const lines = linesOf(resultLines(rows, { format: 'jsonl', anomaliesOnly: false, fullOutput: false }));
  assert.equal(lines.length, rows.length);
  for (const [i, row] of rows.entries()) {
    const written = JSON.parse(lines[i]!) as Record<string, unknown>;
    assert.equal(written['minute'], new Date(row.minuteMs).toISOString().replace('.000Z', 'Z'));
    assert.deepEqual(
      [written['target'], written['column'], written['label']],
      [row.target, row.column, row.label],
    );
    assert.equal(written['score'] === null ? null : Math.fround(written['score'] as number), row.score);
  }
}

function checkCsv(rows: readonly ResultRow[]): void {
  const text =
    resultsHeader('csv') + resultLines(rows, { format: 'csv', anomaliesOnly: false, fullOutput: false });
  const records = parse<Record<string, string>>(text, { columns: true });
  assert.equal(records.length, rows.length);
  for (const [i, row] of rows.entries()) {
    const written = records[i]!;
    const label = row.label === null ? '' : wellFormed(String(row.label));
    assert.deepEqual(
      [written['target'], written['column'], written['label']],
      [row.target, wellFormed(row.column ?? ''), label],
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
