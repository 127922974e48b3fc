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

/** Replays the beginning of the recorded day, which has ten targets, in all ways and layouts. */
export function testSameBytes(minutes: number): void {
  test(`${minutes} minutes give the same bytes with 1, 2, 3 and 7 actors, in blocks of any length, sequentially, and from every layout`, async (t) => {
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
    const runs: readonly (readonly string[])[] = [
      ['--actors', '1', '--compare', 'none', '--out', 'a1'],
      ['--actors', '2', '--compare', 'sample', '--compare-time', '1s', '--out', 'a2'],
      ['--actors', '3', '--compare', 'none', '--block', '7', '--inflight', '4', '--out', 'a3'],
      ['--actors', '7', '--compare', 'none', '--block', '60', '--inflight', '1', '--out', 'a7'],
      ['--actors', '2', '--compare', 'none', '--block', '1', '--out', 'b1'],
      ['--mode', 'sequential', '--compare', 'none', '--out', 'sequential'],
    ];
    for (const flags of runs) {
      const result = await runCli(['replay', 'real-day.csv', ...flags, ...WASM], { cwd });
      assert.equal(result.status, 0, result.stderr);
    }
    for (const [input, out] of [
      ['real-day.jsonl', 'jsonl'],
      ['real-day.batches.jsonl', 'batches'],
    ] as const) {
      const flags = ['--actors', '2', '--compare', 'none', '--out', out];
      const result = await runCli(['replay', input, ...flags, ...WASM], { cwd });
      assert.equal(result.status, 0, result.stderr);
    }
    const expected = readFileSync(join(cwd, 'a1/results.jsonl'));
    for (const out of ['a2', 'a3', 'a7', 'b1', 'sequential', 'jsonl', 'batches']) {
      assert.ok(expected.equals(readFileSync(join(cwd, out, 'results.jsonl'))), `${out} differs`);
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
    assert.equal(jsonLines(join(cwd, 'a2/timing.jsonl')).length, minutes);
  });
}
