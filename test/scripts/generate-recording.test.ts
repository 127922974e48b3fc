import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { finished, ROOT, temporaryFolder, type Finished } from '../support/cli.js';

const SCRIPT = join(ROOT, 'scripts/generate-recording.mjs');

function start(args: readonly string[]) {
  return spawn(process.execPath, [SCRIPT, ...args]);
}

async function generate(...args: string[]): Promise<Finished> {
  return finished(start(args));
}

test('the same flags give the same bytes, another seed gives others', async () => {
  const flags = ['--targets', '3', '--columns', '4', '--minutes', '50', '--gaps-per-day', '20'];
  const first = await generate(...flags);
  assert.equal(first.status, 0, first.stderr);
  assert.equal((await generate(...flags)).stdout, first.stdout);
  assert.notEqual((await generate(...flags, '--seed', '2')).stdout, first.stdout);
});

test('all layouts have the same records', async () => {
  const flags = [
    '--targets',
    '3',
    '--columns',
    '2',
    '--minutes',
    '40',
    '--missing',
    '0.3',
    '--anomalies-per-day',
    '50',
  ];
  const csv = await generate(...flags);
  const rows = await generate(...flags, '--format', 'jsonl');
  const batches = await generate(...flags, '--format', 'jsonl', '--layout', 'batches');

  const fromCsv = lines(csv.stdout)
    .slice(1)
    .map((line) =>
      line.split(',').map((field, index) => (index < 2 ? field : field === '' ? null : Number(field))),
    );
  const fromRows = lines(rows.stdout).map((line) =>
    Object.values(JSON.parse(line) as Record<string, unknown>),
  );
  const fromBatches = lines(batches.stdout).flatMap((line) => {
    const { minute, items } = JSON.parse(line) as Batch;
    return items.map(({ target, values, label }) => [minute, target, ...Object.values(values), label]);
  });
  assert.equal(lines(csv.stdout)[0], 'timestamp,target,gauge_1,count_2,label');
  assert.equal(fromCsv.length, 120);
  assert.deepEqual(fromRows, fromCsv);
  assert.deepEqual(fromBatches, fromCsv);
});

test('a file gets the format of its name', async (t) => {
  const out = join(temporaryFolder(t), 'recording.jsonl');
  const result = await generate('--targets', '2', '--minutes', '3', '--out', out);
  assert.deepEqual([result.status, result.stdout, result.stderr], [0, '', '']);
  assert.equal(lines(readFileSync(out, 'utf8')).length, 6);
});

test('it ends silently once its reader stops reading', async () => {
  const child = start(['--targets', '1000', '--minutes', '100000']);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  const [status] = (await once(child, 'close')) as [number];
  assert.deepEqual([status, stderr], [0, '']);
});

test('invalid options are refused before a file is touched', async (t) => {
  const out = join(temporaryFolder(t), 'recording.csv');
  for (const flags of [['--targets', '0'], ['--start', 'soon'], ['--layout', 'batches'], ['--nope']]) {
    const result = await generate('--out', out, ...flags);
    assert.equal(result.status, 1, flags.join(' '));
    assert.match(result.stderr, /^generate-recording: .+\nusage: /);
    assert.doesNotMatch(result.stderr, /\n {4}at /);
    assert.ok(!existsSync(out));
  }
});

interface Batch {
  readonly minute: string;
  readonly items: readonly { target: string; values: Record<string, number | null>; label: number }[];
}

function lines(text: string): string[] {
  return text.trimEnd().split('\n');
}
