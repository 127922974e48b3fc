import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { EXIT_STATUS } from '#build/cli/exit-codes.js';
import type { InputPosition } from '#build/core/input-position.js';
import type { InputSnapshot } from '#build/read/snapshot/snapshot.js';
import { openRecording, reopenRecording } from '#build/read/recording.js';
import type { RunFacts } from '#build/replay/resume/run-facts.js';
import { runStatus } from '#build/replay/resume/read-status.js';
import { JOURNAL_FORMAT, journalLine } from '#build/output/journal.js';

import { temporaryFolder } from '../../support/cli.js';
import { READY } from '../../support/facts.js';
import { progress } from '../../support/journals.js';
import { errnoError, MemoryFiles } from '../../support/memory-files.js';
import { READ_DEFAULTS } from '../../support/reading.js';
import { assertRefuses } from '../../support/refusals.js';
import { FIRST } from '../../support/scripted-checks.js';
import { runScript } from '../../support/scripted-run.js';

/** What the status says of the share of a recording that is read up to these positions. */
async function shareOf(
  folder: string,
  recording: InputSnapshot,
  positions: readonly InputPosition[],
): Promise<number | null | undefined> {
  const { model, input, backend } = READY;
  const facts: RunFacts = {
    program: { name: 'aiops-serve', version: '0' },
    startedAt: '2026-01-01T00:00:00.000Z',
    settings: {},
    serving: {},
    recording,
    model,
    input,
    backend,
  };
  const names = { results: 'results.jsonl', rejects: 'rejects.jsonl', replaced: [] };
  const lengths = { results: 0, rejects: 0, timings: 0 };
  const tails = { results: '', rejects: '', timings: '' };
  const commit = { type: 'commit', lengths, tails, state: progress({ positions }) } as const;
  const run = journalLine({ type: 'run', format: JOURNAL_FORMAT, ...names, facts });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'journal.jsonl'), run + journalLine(commit));
  return (await runStatus(folder)).progress?.inputShare;
}

const at = (byteOffset: number): InputPosition => ({ byteOffset, line: 2, doneLine: 1, doneItem: null });

test('no share of a gzip file is given until it is read to its end, whatever its name is', async (t) => {
  const folder = temporaryFolder(t);
  const text = `time,v\n${Array.from({ length: 200 }, (_, i) => `${new Date(i * 60_000).toISOString()},1\n`).join('')}`;
  const paths = ['plain.csv', 'packed.csv.gz', 'packed.dat'].map((name) => join(folder, name));
  for (const path of paths) writeFileSync(path, path.endsWith('plain.csv') ? text : gzipSync(text));
  const out = join(folder, 'out');
  for (const path of paths) {
    const isPlain = path.endsWith('plain.csv');
    const { length } = await readFile(path);
    const stdin = Readable.from([]);
    const opened = await openRecording([path], READ_DEFAULTS, stdin);
    const first = opened.snapshot();
    await opened.close();
    const from = { positions: [at(27)], positionsMinuteMs: 0, afterMinuteMs: 0, afterPositions: [at(27)] };
    const again = await reopenRecording([path], READ_DEFAULTS, stdin, first, from);
    const second = again.snapshot();
    await again.close();
    for (const recording of [first, second]) {
      assert.equal(await shareOf(out, recording, [at(27)]), isPlain ? 27 / length : null, path);
      assert.equal(await shareOf(out, recording, ['end']), 1, path);
    }
  }
});

for (const code of ['EACCES', 'EPERM']) {
  test(`a run that may not be read (${code}) is an input that cannot be read: status 66`, async () => {
    const files = new MemoryFiles();
    await runScript(files, FIRST);
    files.read = async function* (path) {
      yield* [];
      throw errnoError(code, 'open', path);
    };
    const wanted = [new RegExp(`cannot read ${FIRST.out}/journal\\.jsonl: ${code}`), /check who may read it/];
    await assertRefuses(runStatus(FIRST.out, files), 'input_missing', ...wanted);
    assert.equal(EXIT_STATUS.input_missing, 66);
  });
}

test('a disk that fails is not called a lack of permission', async () => {
  const files = new MemoryFiles();
  await runScript(files, FIRST);
  files.read = async function* (path) {
    yield* [];
    throw errnoError('EIO', 'read', path);
  };
  await assertRefuses(
    runStatus(FIRST.out, files),
    'output_io',
    /cannot read .*EIO/,
    /the disk reports an error/,
  );
});
