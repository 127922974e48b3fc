import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { AiopsError } from '#build/core/errors.js';
import { nodeFiles } from '#build/output/files.js';
import { AtomicFile, partialPath, writeWhole } from '#build/output/durable-files.js';

import { FaultyFiles } from '../support/faulty-files.js';
import { refusal } from '../support/refusals.js';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'aiops-serve-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a file appears whole when published, and the previous one stays until then', async (t) => {
  const path = join(temporaryFolder(t), 'results.jsonl');
  writeFileSync(path, 'earlier\n');
  const file = await AtomicFile.create(path);
  const lines = Array.from({ length: 50_000 }, (_, i) => `line ${i}\n`);
  for (const line of lines) await file.write(line);
  assert.equal(readFileSync(path, 'utf8'), 'earlier\n');
  await file.publish();
  assert.equal(readFileSync(path, 'utf8'), lines.join(''));
  assert.equal(existsSync(partialPath(path)), false);
});

test('an abandoned file keeps its content under the partial name, and leaves nothing if empty', async (t) => {
  const folder = temporaryFolder(t);
  const written = await AtomicFile.create(join(folder, 'a.jsonl'));
  await written.write('one\n');
  await written.abandon();
  const empty = await AtomicFile.create(join(folder, 'b.jsonl'));
  await empty.abandon();
  assert.deepEqual(readdirSync(folder), ['a.jsonl.partial']);
  assert.equal(readFileSync(join(folder, 'a.jsonl.partial'), 'utf8'), 'one\n');
});

test('a path that cannot be written is an error with the path and a hint', async (t) => {
  const path = join(temporaryFolder(t), 'no-such-folder', 'x.jsonl');
  await assert.rejects(
    AtomicFile.create(path),
    refusal('output_cannot_create', /no-such-folder/, /choose another/),
  );
});

test(
  'a full disk is an error and keeps the previous file',
  { skip: existsSync('/dev/full') ? false : 'no /dev/full here' },
  async (t) => {
    const path = join(temporaryFolder(t), 'timing.json');
    writeFileSync(path, 'old');
    symlinkSync('/dev/full', partialPath(path));
    const file = await AtomicFile.create(path);
    await file.write('new');
    await assert.rejects(file.publish(), refusal('output_io'));
    assert.equal(readFileSync(path, 'utf8'), 'old');
  },
);

test('short writes are continued until the file is whole', async (t) => {
  const path = join(temporaryFolder(t), 'timing.json');
  const text = 'äöü'.repeat(100_000);
  const files = new FaultyFiles(nodeFiles, { at: 0, fault: 'short', times: 'always' });
  await writeWhole(path, text, files);
  assert.ok(files.writes > 10);
  assert.equal(readFileSync(path, 'utf8'), text);
});

test('a file shorter than what was written never replaces the previous one', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'timing.json');
  writeFileSync(path, 'old');
  const file = await AtomicFile.create(path);
  const text = 'new text\n'.repeat(100_000);
  await file.write(text);
  truncateSync(partialPath(path), 3);
  await assert.rejects(file.publish(), {
    code: 'output_io',
    message: new RegExp(`timing\\.json\\.partial was truncated to 3 of ${text.length} bytes`),
  });
  await file.abandon();
  assert.equal(readFileSync(path, 'utf8'), 'old');
});

test('a file that cannot be written leaves no partial file', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'timing.json');
  writeFileSync(path, 'old');
  for (let at = 0; ; at++) {
    const files = new FaultyFiles(nodeFiles, { at, fault: 'ENOSPC', times: 'once' });
    const failure: unknown = await writeWhole(path, 'new', files).then(
      () => null,
      (error: unknown) => error,
    );
    if (failure === null) break;
    assert.ok(failure instanceof AiopsError && failure.hint?.includes('make room') === true);
    assert.deepEqual(readdirSync(folder), ['timing.json']);
    // The last step syncs the folder: by then the file is replaced.
    assert.equal(readFileSync(path, 'utf8'), files.failed[0]?.startsWith('fsync') === true ? 'new' : 'old');
  }
  assert.equal(readFileSync(path, 'utf8'), 'new');
});
