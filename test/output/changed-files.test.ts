import assert from 'node:assert/strict';
import {
  appendFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { BufferedFile } from '#build/output/buffered-file.js';
import { nodeFiles, type Files } from '#build/output/files.js';
import type { RunOutput } from '#build/output/run-output.js';

import { temporaryFolder } from '../support/cli.js';
import { openForTest, resultLine } from '../support/outputs.js';
import { reject } from '../support/records.js';

const LINE = `${'x'.repeat(60)}\n`;

async function commitMinute(output: RunOutput, minute: number): Promise<void> {
  await output.writeTiming(`{"minute":${minute},"${LINE.trim()}"}\n`);
  await output.writeRejects([reject(LINE, { line: minute })]);
  await output.writeLines(resultLine(minute));
  await output.commit({ minute });
}

const CHANGES = {
  truncated: (path: string) => truncateSync(path, 20),
  emptied: (path: string) => truncateSync(path, 0),
  extended: (path: string) => appendFileSync(path, 'not ours'),
  regrown: (path: string) => {
    const { size } = statSync(path);
    truncateSync(path, size - 30);
    truncateSync(path, size);
  },
  deleted: (path: string) => rmSync(path),
  moved: (path: string) => renameSync(path, `${path}.1`),
  replaced: (path: string) => {
    writeFileSync(`${path}.new`, readFileSync(path));
    renameSync(`${path}.new`, path);
  },
} as const;

const MESSAGES = {
  truncated: /was truncated to 20 of \d+ bytes while the run was writing to it/,
  emptied: /was truncated to 0 of \d+ bytes/,
  extended: /has \d+ bytes, but the run wrote only \d+/,
  regrown: /the end of .* was overwritten while the run was writing to it/,
  deleted: /was deleted or moved/,
  moved: /was deleted or moved/,
  replaced: /was replaced by another file/,
} as const;

describe('a file that another process changes', () => {
  for (const name of ['results.jsonl', 'timing.jsonl', 'rejects.jsonl', 'elsewhere', 'journal.jsonl']) {
    for (const change of Object.keys(CHANGES) as (keyof typeof CHANGES)[]) {
      test(`${name} ${change}: the next commit fails, and nothing is written behind a hole`, async (t) => {
        const out = join(temporaryFolder(t), 'out');
        const rejectsFile = name === 'elsewhere' ? join(out, '../rejected.jsonl') : null;
        const output = await openForTest(t, out, { rejectsFile });
        await output.begin({}, { replace: false });
        await commitMinute(output, 1);
        const path = rejectsFile ?? join(out, name);
        CHANGES[change](path);
        const failure = { code: 'output_io', message: MESSAGES[change], hint: /run the same command again/ };
        await assert.rejects(commitMinute(output, 2), failure);
        await assert.rejects(commitMinute(output, 3), failure);
        if (change === 'deleted' || change === 'moved' || change === 'regrown') return;
        assert.ok(!readFileSync(path).includes(0));
      });
    }
  }

  test('a file that is cut after its length was checked is reported as truncated', async (t) => {
    const out = temporaryFolder(t);
    const path = join(out, 'results.jsonl');
    let cuts = false;
    const files: Files = {
      ...nodeFiles,
      open: async (opened, mode) => {
        const file = await nodeFiles.open(opened, mode);
        const readAt = file.readAt.bind(file);
        file.readAt = (position, length) => {
          if (cuts && opened === path) truncateSync(path, 0);
          return readAt(position, length);
        };
        return file;
      },
    };
    const output = await openForTest(t, out, {}, { files });
    await output.begin({}, { replace: false });
    await commitMinute(output, 1);
    cuts = true;
    await assert.rejects(commitMinute(output, 2), { message: /truncated to 0 of \d+ bytes/ });
  });

  test('a change after the last commit is noticed before the run is complete', async (t) => {
    for (const name of ['results.jsonl', 'timing.jsonl', 'rejects.jsonl', 'journal.jsonl']) {
      const out = temporaryFolder(t);
      const output = await openForTest(t, out);
      await output.begin({}, { replace: false });
      await commitMinute(output, 1);
      truncateSync(join(out, name), 0);
      const reports = { summary: '{}', page: null };
      await assert.rejects(output.finish(reports, {}), { code: 'output_io', message: /truncated to 0/ });
      await output.close();
    }
  });

  test('a change while the reports are written fails the run', async (t) => {
    const out = temporaryFolder(t);
    const files: Files = {
      ...nodeFiles,
      rename: async (from, to) => {
        if (to.endsWith('report.html')) truncateSync(join(out, 'results.jsonl'), 0);
        await nodeFiles.rename(from, to);
      },
    };
    const output = await openForTest(t, out, {}, { files });
    await output.begin({}, { replace: false });
    await commitMinute(output, 1);
    await assert.rejects(output.finish({ summary: '{}', page: '<p>' }, {}), { message: /truncated to 0/ });
  });
});

describe('what was committed', () => {
  test('a file that was cut and has outgrown its committed length again is refused', async (t) => {
    for (const name of ['results.jsonl', 'timing.jsonl', 'rejects.jsonl']) {
      const out = temporaryFolder(t);
      const output = await openForTest(t, out);
      await output.begin({}, { replace: false });
      await commitMinute(output, 1);
      await output.close();
      writeFileSync(join(out, name), LINE.repeat(100));
      const again = await openForTest(t, out);
      await assert.rejects(again.resume(0, {}), {
        code: 'output_io',
        message: new RegExp(`changed the first \\d+ bytes of .*${name.replace('.', '\\.')}`),
        hint: /--restart/,
      });
      await again.close();
      assert.equal(readFileSync(join(out, name), 'utf8'), LINE.repeat(100), 'it is left alone');
    }
  });

  test('a completed run whose results were extended is refused', async (t) => {
    const out = temporaryFolder(t);
    const output = await openForTest(t, out);
    await output.begin({}, { replace: false });
    await commitMinute(output, 1);
    await output.finish({ summary: '{}', page: null }, { done: true });
    appendFileSync(join(out, 'results.jsonl'), 'not ours\n');
    const again = await openForTest(t, out);
    await assert.rejects(again.checkCommitted(), {
      code: 'output_io',
      message: /another program wrote to it/,
    });
  });
});

test('a file shorter than where it should be cut is not filled with zeros', async (t) => {
  const path = join(temporaryFolder(t), 'results.jsonl');
  writeFileSync(path, 'short');
  const file = await BufferedFile.open(path, 'keep');
  await assert.rejects(file.startAt(10), { code: 'output_io', message: /truncated to 5 of 10 bytes/ });
  await file.release();
  assert.equal(readFileSync(path, 'utf8'), 'short');
});
