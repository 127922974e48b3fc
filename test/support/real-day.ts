import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { parse } from 'csv-parse/sync';

import { firstLines, recording, runCli, temporaryFolder } from './cli.js';
import { jsonLines, readSummary } from './run-files.js';

interface Row {
  readonly minute: string;
  readonly target: string;
  readonly status: string;
  readonly anomaly: boolean | null;
  readonly label: number;
}

/** The backend that every machine has; formats.test.ts holds native TensorFlow to the same. */
const WASM = ['--backend', 'wasm'];

const NOT_COMPARED = ['--compare', 'none'];

/** Flags of the runs, by their number of actors. */
const RUNS = {
  1: NOT_COMPARED,
  2: ['--compare', 'sample', '--compare-time', '200ms'],
  3: [...NOT_COMPARED, '--block', '7', '--inflight', '4'],
  7: [...NOT_COMPARED, '--block', '60', '--inflight', '1'],
} as const;

/** Replays the beginning of the recorded day, which has ten targets, in all layouts. */
export function testSameBytes(minutes: number, others: readonly (3 | 7)[] = []): void {
  const actors = [1, 2, ...others] as const;
  test(`${minutes} minutes give the same bytes with ${actors.join(', ')} actors, minute by minute, sequentially, and from every layout`, async (t) => {
    const cwd = temporaryFolder(t);
    const rowCount = 10 * minutes;
    const lines = {
      'real-day.csv': 1 + rowCount,
      'real-day.jsonl': rowCount,
      'real-day.batches.jsonl': minutes,
    };
    for (const [name, count] of Object.entries(lines)) {
      writeFileSync(join(cwd, name), firstLines(recording(name), count));
    }
    const pools = actors.map((count) => [
      'real-day.csv',
      `a${count}`,
      '--actors',
      `${count}`,
      ...RUNS[count],
    ]);
    for (const [input = '', out = '', ...flags] of [
      ...pools,
      ['real-day.csv', 'minutes', '--actors', '2', '--block', '1', ...NOT_COMPARED],
      ['real-day.csv', 'sequential', '--mode', 'sequential', ...NOT_COMPARED],
      ['real-day.jsonl', 'jsonl', '--actors', '1', ...NOT_COMPARED],
      ['real-day.batches.jsonl', 'batches', '--actors', '1', ...NOT_COMPARED],
    ]) {
      const result = await runCli(['replay', input, ...flags, '--out', out, ...WASM], { cwd });
      assert.equal(result.status, 0, result.stderr);
      const results = readFileSync(join(cwd, out, 'results.jsonl'));
      assert.ok(results.equals(readFileSync(join(cwd, 'a1/results.jsonl'))), `${out} differs`);
    }
    const rows = jsonLines<Row>(join(cwd, 'a1/results.jsonl'));
    assert.equal(rows.length, rowCount);
    assert.equal(rows.filter((row) => row.status === 'warmup').length, 59 * 10);
    assert.equal(rows.filter((row) => row.status === 'ok').length, rowCount - 590);
    const labels = parse<Record<string, string>>(readFileSync(join(cwd, 'real-day.csv')), { columns: true });
    assert.deepEqual(
      rows.map((row) => `${row.minute} ${row.target} ${row.label}`),
      labels.map((row) => `${row['timestamp']} ${row['target']} ${row['label']}`),
    );
    assert.equal(readFileSync(join(cwd, 'a1/rejects.jsonl'), 'utf8'), '');
    const { counts } = readSummary(join(cwd, 'a2'));
    assert.deepEqual(counts, {
      records: rowCount,
      accepted: rowCount,
      merged: 0,
      rejected: 0,
      filtered: 0,
      minutes,
      rows: rowCount,
      ok: rowCount - 590,
      warmup: 590,
      error: 0,
      anomalies: rows.filter((row) => row.anomaly === true).length,
    });
    const blocks = jsonLines<{ minutes: number }>(join(cwd, 'a2/timing.jsonl'));
    assert.equal(
      blocks.reduce((sum, block) => sum + block.minutes, 0),
      minutes,
    );
  });
}
