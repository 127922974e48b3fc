import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import type { AiopsError } from '#build/core/errors.js';
import type { Files } from '#build/output/files.js';
import { readHolder } from '#build/output/lock-file.js';
import { peekOutput } from '#build/output/left-folder.js';
import type { RunOutput, RunOutputOptions } from '#build/output/run-output.js';

import { temporaryFolder } from '../support/cli.js';
import { errnoError, MemoryFiles } from '../support/memory-files.js';
import { openPlain, PLAIN } from '../support/outputs.js';
import { FIRST } from '../support/scripted-checks.js';
import { runScript } from '../support/scripted-run.js';

function open(files: Files, restart = false): Promise<RunOutput> {
  return openPlain(FIRST.out, {}, { files, restart });
}

function makeReadOnly(files: MemoryFiles, code: string): void {
  files.open = async (path) => {
    throw errnoError(code, 'open', path);
  };
}

describe('a read-only folder', () => {
  for (const code of ['EROFS', 'EACCES']) {
    test(`with a completed run can be opened, but nothing can begin there (${code})`, async () => {
      const files = new MemoryFiles();
      await runScript(files, FIRST);
      const logged = files.log.length;
      makeReadOnly(files, code);
      const output = await open(files);
      await output.checkCommitted();
      assert.deepEqual(output.previous?.completion, { minutes: FIRST.minutes });
      await output.close();
      const changes = files.log.slice(logged).filter(({ kind }) => kind !== 'syncFolder');
      assert.deepEqual(changes, []);
      const refused = { code: 'output_cannot_create', message: new RegExp(`not writable.*${code}`) };
      const grown = await open(files);
      await assert.rejects(grown.resume(0, {}), refused);
      const restarted = await open(files, true);
      await assert.rejects(restarted.begin({}, { replace: true }), refused);
    });
  }

  test('without a completed run is an error', async () => {
    for (const killedAfter of [6, null]) {
      const files = new MemoryFiles();
      if (killedAfter === null) await files.makeFolder('/work');
      else await runScript(files, { ...FIRST, killedAfter });
      if (killedAfter === null) await files.makeFolder(FIRST.out);
      makeReadOnly(files, 'EROFS');
      await assert.rejects(open(files), {
        code: 'output_cannot_create',
        message: /^cannot write to the folder \/work\/\w+: it is not writable \(.*EROFS/,
      });
    }
  });
});

test('what is looked at without a lock is refused like a run if nothing can be created there', async () => {
  const files = new MemoryFiles();
  await files.makeFolder('/work');
  const looked = ['/work', '/work/a/b'].map((out) => ({ ...PLAIN, out }));
  const preflight = async (options: RunOutputOptions): Promise<void> =>
    (await peekOutput(options, { restart: false }, files)).preflight({ replace: false });
  for (const options of looked) await preflight(options);
  files.checkWritable = async (path) => {
    throw errnoError('EACCES', 'access', path);
  };
  for (const options of looked)
    await assert.rejects(preflight(options), {
      code: 'output_cannot_create',
      message: /^cannot write to the folder \/work: it is not writable \(EACCES/,
    });
});

/** A folder with a pipe that has no writer: opening it for reading would block. */
function folderWithPipe(t: TestContext, name: string): string {
  const folder = join(temporaryFolder(t), 'out');
  mkdirSync(folder);
  assert.equal(spawnSync('mkfifo', [join(folder, name)]).status, 0);
  return folder;
}

const posix = { skip: process.platform === 'win32' ? 'no pipes by name here' : false };

test('of several that open a new folder at once and write nothing, each has it or is told that it is locked', async (t) => {
  const folder = temporaryFolder(t);
  for (let round = 0; round < 40; round++) {
    const out = join(folder, `out-${round}`);
    const opened = Array.from({ length: 4 }, async () => (await openPlain(out)).close());
    const refused = (await Promise.allSettled(opened)).filter((one) => one.status === 'rejected');
    for (const { reason } of refused)
      assert.equal((reason as AiopsError).code, 'output_locked', String(reason));
  }
});

describe('a pipe instead of a file', posix, () => {
  for (const [name, code] of [
    ['lock.json', 'output_cannot_create'],
    ['journal.jsonl', 'output_io'],
  ] as const) {
    test(`${name}: an error rather than an endless wait`, async (t) => {
      const out = folderWithPipe(t, name);
      await assert.rejects(openPlain(out), {
        code,
        message: new RegExp(`${name}: not a plain file`),
        hint: /move it away/,
      });
      assert.equal(await readHolder(out), null);
      assert.deepEqual(readdirSync(out), [name]);
    });
  }
});
