import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import { nodeFiles } from '#build/output/files.js';
import { writeOrRemove, writeWhole } from '#build/output/durable-files.js';
import type { RunOutput, RunOutputOptions } from '#build/output/run-output.js';

import { temporaryFolder } from '../support/cli.js';
import { openForTest, openPlain } from '../support/outputs.js';

const posix = { skip: process.platform === 'win32' ? 'no devices by name here' : false };
const isLink = (path: string): boolean => lstatSync(path).isSymbolicLink();

async function completed(
  t: TestContext,
  out: string,
  more: Partial<RunOutputOptions> = {},
  restart = false,
): Promise<void> {
  const output = await openForTest(t, out, { trace: true, ...more }, { restart });
  await output.begin({}, { replace: restart });
  await output.writeTrace('[]');
  await output.commit({});
  await output.finish({ summary: '{}', page: '<p>' }, { done: true });
}

describe('a link', posix, () => {
  test('to a file: the file is replaced, and the link stays', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'elsewhere'));
    writeFileSync(join(folder, 'elsewhere/real.html'), 'earlier');
    symlinkSync('elsewhere/real.html', join(folder, 'first'));
    symlinkSync('first', join(folder, 'report.html'));
    await writeWhole(join(folder, 'report.html'), 'new');
    assert.ok(isLink(join(folder, 'report.html')) && isLink(join(folder, 'first')));
    assert.equal(readFileSync(join(folder, 'elsewhere/real.html'), 'utf8'), 'new');
    assert.deepEqual(readdirSync(join(folder, 'elsewhere')), ['real.html']);
    await writeOrRemove(join(folder, 'report.html'), null);
    assert.ok(isLink(join(folder, 'report.html')));
    assert.equal(existsSync(join(folder, 'elsewhere/real.html')), false);
  });

  test('to a missing file: the file is created where the link leads', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'deep/elsewhere'), { recursive: true });
    symlinkSync('deep/elsewhere', join(folder, 'way'));
    symlinkSync('../real.html', join(folder, 'deep/elsewhere/report.html'));
    await writeWhole(join(folder, 'way/report.html'), 'new');
    assert.equal(readFileSync(join(folder, 'deep/real.html'), 'utf8'), 'new');
    assert.ok(isLink(join(folder, 'way/report.html')));
  });

  test('to a device: it is neither replaced nor removed', async (t) => {
    const path = join(temporaryFolder(t), 'report.html');
    symlinkSync('/dev/null', path);
    await assert.rejects(writeWhole(path, 'new'), {
      code: 'output_cannot_create',
      message: /not a plain file/,
    });
    await writeOrRemove(path, null);
    assert.equal(realpathSync(path), '/dev/null');
  });

  test('instead of any file of a run: every run writes through it', async (t) => {
    const folder = temporaryFolder(t);
    const [out, elsewhere] = [join(folder, 'out'), join(folder, 'elsewhere')];
    mkdirSync(out);
    mkdirSync(elsewhere);
    const names = [
      'results.jsonl',
      'rejects.jsonl',
      'timing.jsonl',
      'timing.json',
      'report.html',
      'trace.json',
    ];
    for (const name of [...names, 'journal.jsonl']) symlinkSync(join(elsewhere, name), join(out, name));
    for (const restart of [false, true]) {
      await completed(t, out, {}, restart);
      for (const name of [...names, 'journal.jsonl']) assert.ok(isLink(join(out, name)), name);
      assert.deepEqual(readdirSync(elsewhere).sort(), [...names, 'journal.jsonl'].sort());
    }
  });

  test('to a rejects file: two links to one file share its lock', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'elsewhere'));
    for (const name of ['a', 'b']) symlinkSync('elsewhere/real.jsonl', join(folder, name));
    const open = (out: string, name: string): Promise<RunOutput> =>
      openPlain(out, { rejectsFile: join(folder, name) });
    const first = await open('-', 'a');
    if (process.platform === 'linux') {
      await assert.rejects(open(join(folder, 'out'), 'b'), { code: 'output_locked' });
    }
    await first.close();
    await completed(t, join(folder, 'out'), { rejectsFile: join(folder, 'b') });
    assert.deepEqual(readdirSync(join(folder, 'elsewhere')), ['real.jsonl']);
    assert.ok(isLink(join(folder, 'b')));
  });

  test('instead of the output folder, also to a missing folder', async (t) => {
    const folder = temporaryFolder(t);
    symlinkSync('real', join(folder, 'out'));
    await completed(t, join(folder, 'out'));
    assert.ok(isLink(join(folder, 'out')));
    assert.ok(existsSync(join(folder, 'real/report.html')));
  });

  test('in a loop: an error', async (t) => {
    const path = join(temporaryFolder(t), 'loop');
    symlinkSync('loop', path);
    await assert.rejects(nodeFiles.realPath(path), { code: 'ELOOP' });
    await assert.rejects(writeWhole(path, 'x'), { code: 'output_cannot_create', message: /ELOOP/ });
  });
});
