import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  lstatSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';

import { nodeFiles, type Files } from '#build/output/files.js';
import type { OpenOutputOptions } from '#build/output/open-output.js';
import type { RunOutput, RunOutputOptions } from '#build/output/run-output.js';

import { temporaryFolder } from '../support/cli.js';
import { openForTest } from '../support/outputs.js';
import { reject } from '../support/records.js';

const REJECT = reject('not a number');
const LINE = /^\{"file":"data\.csv","line":2,.*\}\n$/;
const posix = { skip: process.platform === 'win32' ? 'no pipes by name here' : false };

/** Results on standard output, and rejects in this file. */
function opened(
  t: TestContext,
  rejectsFile: string,
  more: Partial<RunOutputOptions> = {},
  options: OpenOutputOptions = {},
): Promise<RunOutput> {
  return openForTest(t, '-', { rejectsFile, ...more }, options);
}

describe('rejects in a file', () => {
  test('are written at once, and stay if the run is interrupted', async (t) => {
    const path = join(temporaryFolder(t), 'rejected.jsonl');
    const output = await opened(t, path);
    await output.begin({}, { replace: false });
    await output.writeRejects([REJECT]);
    assert.match(readFileSync(path, 'utf8'), LINE);
    await output.close();
    const again = await opened(t, path);
    await assert.rejects(again.preflight({ replace: false }), { code: 'config', hint: /--restart/ });
    await again.close();
    assert.match(readFileSync(path, 'utf8'), LINE);
  });

  test('are appended to those of previous runs on request, after a line that a kill cut off', async (t) => {
    const path = join(temporaryFolder(t), 'rejected.jsonl');
    for (const [before, after] of [
      ['', ''],
      ['{"line":1}\n', '{"line":1}\n'],
      ['{"line":1}\n{"li', '{"line":1}\n{"li\n'],
    ] as const) {
      writeFileSync(path, before);
      const output = await opened(t, path, { appendRejects: true });
      await output.preflight({ replace: false });
      await output.begin({}, { replace: false });
      await output.writeRejects([REJECT]);
      await output.finish({ summary: '', page: null }, {});
      const text = readFileSync(path, 'utf8');
      assert.equal(text.slice(0, after.length), after);
      assert.match(text.slice(after.length), LINE);
    }
  });

  test('replace a file only with --restart', async (t) => {
    const path = join(temporaryFolder(t), 'rejected.jsonl');
    writeFileSync(path, 'earlier\n');
    const output = await opened(t, path, { appendRejects: true });
    await output.begin({}, { replace: true });
    await output.writeRejects([REJECT]);
    assert.match(readFileSync(path, 'utf8'), LINE);
  });

  test('end the run if another process changes their file', async (t) => {
    for (const [change, message] of [
      [(path: string) => truncateSync(path, 0), /truncated to 0/],
      [(path: string) => renameSync(path, `${path}.1`), /deleted or moved/],
      [(path: string) => appendFileSync(path, 'x'), /the run wrote only/],
    ] as const) {
      const path = join(temporaryFolder(t), 'rejected.jsonl');
      const output = await opened(t, path);
      await output.begin({}, { replace: false });
      await output.writeRejects([REJECT]);
      change(path);
      await assert.rejects(output.commit({}), { code: 'output_io', message });
    }
  });
});

describe('rejects to something else', posix, () => {
  test('a pipe without a reader is an error', async (t) => {
    const path = join(temporaryFolder(t), 'pipe');
    assert.equal(spawnSync('mkfifo', [path]).status, 0);
    const unread = await opened(t, path);
    await assert.rejects(unread.begin({}, { replace: false }), {
      code: 'output_cannot_create',
      message: /ENXIO/,
      hint: /start the reader first/,
    });
  });

  test('a pipe gets the lines at once', async (t) => {
    const path = join(temporaryFolder(t), 'pipe');
    assert.equal(spawnSync('mkfifo', [path]).status, 0);
    const reader = spawn('sh', ['-c', 'echo reading; exec cat "$1"', 'sh', path]);
    const closed = once(reader, 'close');
    const [said] = (await once(reader.stdout, 'data')) as [Buffer];
    assert.equal(String(said), 'reading\n');
    let read = '';
    reader.stdout.on('data', (bytes: Buffer) => (read += String(bytes)));
    const output = await opened(t, path, {}, { restart: true });
    await beginOnceRead(output);
    await output.writeRejects([REJECT]);
    await output.commit({});
    await output.finish({ summary: '', page: null }, {});
    await closed;
    assert.match(read, LINE);
  });

  test('a device is written to and not replaced, and two runs may use it', async (t) => {
    const path = join(temporaryFolder(t), 'null');
    symlinkSync('/dev/null', path);
    const first = await opened(t, path);
    const second = await opened(t, path);
    for (const output of [first, second]) {
      await output.begin({}, { replace: true });
      await output.writeRejects([REJECT]);
      await output.finish({ summary: '', page: null }, {});
    }
    assert.ok(lstatSync(path).isSymbolicLink());
  });

  test('a device cannot hold the rejects of a folder, which a later run must find', async (t) => {
    const path = join(temporaryFolder(t), 'null');
    symlinkSync('/dev/null', path);
    await assert.rejects(opened(t, path, { out: join(path, '../out') }), {
      code: 'usage',
      message: /null: .* regular file/,
    });
  });

  for (const [descriptor, code] of [
    [1, 'usage'],
    [2, null],
  ] as const) {
    test(`file descriptor ${descriptor} is recognized by any name`, async (t) => {
      const path = join(temporaryFolder(t), 'file');
      writeFileSync(path, 'said before\n');
      // As if the shell had redirected the descriptor to this file.
      const files: Files = {
        ...nodeFiles,
        entry: (asked) => nodeFiles.entry(asked === `/dev/fd/${descriptor}` ? path : asked),
      };
      const stderr = new PassThrough();
      const opening = opened(t, path, {}, { files, stderr });
      if (code !== null) {
        await assert.rejects(opening, { code, message: /that is standard output, where the results go/ });
        return;
      }
      const output = await opening;
      await output.begin({}, { replace: true });
      await output.writeRejects([REJECT]);
      await output.finish({ summary: '', page: null }, {});
      assert.match(String(stderr.read()), LINE);
      assert.equal(readFileSync(path, 'utf8'), 'said before\n');
      await assert.rejects(opened(t, path, { out: join(path, '../out') }, { files, stderr }), {
        code: 'usage',
      });
    });
  }
});

/** The reader has said that it is about to open the pipe. */
async function beginOnceRead(output: RunOutput): Promise<void> {
  for (;;) {
    try {
      await output.begin({}, { replace: true });
      return;
    } catch (error) {
      if (!/ENXIO/.test(String(error))) throw error;
    }
  }
}
