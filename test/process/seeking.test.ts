import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { blockBytesFor } from '#build/read/bytes/source.js';

import { runCli, temporaryFolder } from '../support/cli.js';
import { withFaults, type FileOperation } from '../support/faults/plan.js';
import { readOperations } from '../support/faults/references.js';

const WINDOW = 60;
/** Eight days. */
const MINUTES = 8 * 1440;
const KILLED_AT = MINUTES - 200;
/** Makes rows long without giving anybody more to compute. */
const NOTE = 'x'.repeat(2000);

/** Kills the program once, at one minute. */
const ANALYZER = `
import { closeSync, openSync } from 'node:fs';
export function createAnalyzer({ params }) {
  const isFirst = () => {
    try {
      closeSync(openSync(params.once, 'wx'));
      return true;
    } catch {
      return false;
    }
  };
  return {
    window: ${WINDOW},
    predict: (items) => items.map(({ values }) => {
      if (values.at(-1) === ${KILLED_AT} && isFirst()) process.kill(process.ppid, 'SIGKILL');
      return { score: values[0], anomaly: false, output: [] };
    }),
  };
}
`;

const rows = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => {
    const minute = new Date(Date.UTC(2024, 0, 1) + (from + i) * 60_000).toISOString();
    return `${minute},a,${from + i},${NOTE}\n`;
  }).join('');

/** What was asked of the recording, all of it by reads that say how much. */
function askedBytes(operations: readonly FileOperation[]): number {
  const reads = operations.filter(({ name, path }) => path === 'data.csv' && name.startsWith('read'));
  assert.ok(reads.length > 0, 'the recording was read');
  return reads.reduce((sum, { bytes }) => sum + (bytes ?? Infinity), 0);
}

const NOT_COMPARED = ['--compare', 'none', '--out', 'out'];

test('resuming near the end of an unchanged recording reads only its end; one that has grown is compared first', async (t) => {
  const cwd = temporaryFolder(t);
  const data = join(cwd, 'data.csv');
  writeFileSync(data, `timestamp,target,value,note\n${rows(0, MINUTES)}`);
  writeFileSync(join(cwd, 'mine.mjs'), ANALYZER);
  const model = ['--analyzer', 'mine.mjs', '--param', `once=${join(cwd, 'killed')}`, '--actors', '1'];
  const flags = ['--columns', 'value', '--commit-interval', '50ms', '--block', '1', ...NOT_COMPARED];
  const replay = async (log: string): Promise<number | null> => {
    const env = withFaults({ under: cwd, changesOnly: false, log: join(cwd, log), at: 0, action: null });
    const { status, stderr } = await runCli(['replay', 'data.csv', ...model, ...flags], { cwd, env });
    if (status !== null) assert.equal(status, 0, stderr);
    return status;
  };
  assert.equal(await replay('unbroken.log'), null, 'it was killed');
  const sizeBytes = statSync(data).size;
  assert.ok(askedBytes(readOperations(join(cwd, 'unbroken.log'))) > 0.9 * sizeBytes);

  // What no commit says is done again; then the windows before it, and a block ahead.
  const commit = readFileSync(join(cwd, 'out/journal.jsonl'), 'utf8').trimEnd().split('\n').at(-1) ?? '';
  const { positions } = (JSON.parse(commit) as { state: { positions: { byteOffset: number }[] } }).state;
  const placeBytes = positions[0]?.byteOffset ?? 0;
  assert.ok(placeBytes > 0.7 * sizeBytes, `committed up to ${placeBytes} of ${sizeBytes} bytes`);
  const mostBytes = sizeBytes - placeBytes + WINDOW * (NOTE.length + 100) + 8 * blockBytesFor(1);
  assert.equal(await replay('resumed.log'), 0);
  const resumed = askedBytes(readOperations(join(cwd, 'resumed.log')));
  assert.ok(resumed < mostBytes, `${resumed} bytes were read where ${mostBytes} are enough`);

  appendFileSync(data, rows(MINUTES, MINUTES + 10));
  assert.equal(await replay('grown.log'), 0);
  const grown = askedBytes(readOperations(join(cwd, 'grown.log')));
  const most = sizeBytes + mostBytes;
  assert.ok(grown >= sizeBytes, `${grown} of ${sizeBytes} bytes that had been read were compared`);
  assert.ok(grown < most, `${grown} bytes were read where ${most} are enough to compare and read on`);
  assert.equal(readFileSync(join(cwd, 'out/results.jsonl'), 'utf8').split('\n').length - 1, MINUTES + 10);
});
