import assert from 'node:assert/strict';
import {
  existsSync,
  appendFileSync,
  mkdirSync,
  readdirSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';

import type { FileLine } from '#build/output/read-back.js';
import { readJournal } from '#build/output/journal.js';
import type { RunOutputOptions } from '#build/output/run-output.js';

import { temporaryFolder } from '../support/cli.js';
import { openForTest, openPlain, resultLine } from '../support/outputs.js';
import { reject } from '../support/records.js';

const FACTS = { name: 'facts' };

/** Writes and commits minutes, then ends without completing. */
async function interrupted(t: TestContext, out: string, minutes: readonly number[]): Promise<void> {
  const output = await openForTest(t, out);
  await output.begin(FACTS, { replace: false });
  for (const minute of minutes) {
    await output.writeLines(resultLine(minute));
    await output.writeTiming(`{"minute":${minute}}\n`);
    await output.commit({ minute });
  }
  await output.close();
}

async function completed(
  t: TestContext,
  out: string,
  changes: Partial<RunOutputOptions> = {},
): Promise<void> {
  const output = await openForTest(t, out, changes);
  await output.begin(FACTS, { replace: false });
  await output.writeLines(resultLine(1));
  await output.writeTrace('[');
  await output.commit({ minute: 1 });
  await output.finish({ summary: '{}', page: '<p>' }, { done: true });
}

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');
const lines = (...path: string[]): number => read(...path).split('\n').length - 1;

async function collected(groups: AsyncIterable<readonly FileLine[]>): Promise<string[]> {
  const texts: string[] = [];
  for await (const lines of groups) texts.push(...lines.map(({ text }) => text));
  return texts;
}

describe('a new folder', () => {
  test('opening creates and locks the folder, and nothing else', async (t) => {
    const out = join(temporaryFolder(t), 'a/b');
    const output = await openForTest(t, out);
    assert.equal(output.previous, null);
    assert.deepEqual(readdirSync(out), ['lock.json']);
    await assert.rejects(openForTest(t, out), { code: 'output_locked' });
    await output.close();
    assert.equal(existsSync(out), false, 'a folder that was created for nothing is removed');
  });

  test('a completed run has all files, their lengths in the journal, and no lock', async (t) => {
    const out = temporaryFolder(t);
    await completed(t, out, { trace: true });
    assert.deepEqual(readdirSync(out).sort(), [
      'journal.jsonl',
      'rejects.jsonl',
      'report.html',
      'results.jsonl',
      'timing.json',
      'timing.jsonl',
      'trace.json',
    ]);
    const journal = await readJournal(out);
    assert.deepEqual(journal?.facts, FACTS);
    assert.deepEqual(journal.completion, { done: true });
    const results = read(out, 'results.jsonl').length;
    assert.equal(journal.commits.length, 1);
    assert.deepEqual(journal.commits[0]?.lengths, { results, rejects: 0, timings: 0 });
    assert.deepEqual(journal.commits[0].state, { minute: 1 });
  });

  test('finishing requires everything to be committed', async (t) => {
    const output = await openForTest(t, temporaryFolder(t));
    await output.begin(FACTS, { replace: false });
    await output.writeLines(resultLine(1));
    await assert.rejects(output.finish({ summary: '', page: null }, {}), /not committed/);
  });

  test('writing requires a begun run', async (t) => {
    const output = await openForTest(t, temporaryFolder(t), { trace: true });
    await assert.rejects(output.writeLines(resultLine(1)), /not begun/);
    await assert.rejects(output.writeTrace('['), /not begun/);
  });
});

describe('resuming', () => {
  test('from the last commit cuts off what came later', async (t) => {
    const out = temporaryFolder(t);
    await interrupted(t, out, [1, 2]);
    appendFileSync(join(out, 'results.jsonl'), '{"minute":"19');
    appendFileSync(join(out, 'journal.jsonl'), '{"type":"commit"');
    const output = await openForTest(t, out);
    assert.deepEqual(
      output.previous?.commits.map(({ state }) => state),
      [{ minute: 1 }, { minute: 2 }],
    );
    await output.resume(1, FACTS);
    await output.writeLines(resultLine(3));
    await output.commit({ minute: 3 });
    assert.equal(lines(out, 'results.jsonl'), 3);
    const journal = await readJournal(out);
    assert.equal(journal?.commits.at(-1)?.lengths.results, read(out, 'results.jsonl').length);
    assert.equal(journal.commits.length, 3);
    assert.equal(journal.resumed, 1);
  });

  test('committed lines can be read back', async (t) => {
    const out = temporaryFolder(t);
    await interrupted(t, out, [1, 2]);
    const output = await openForTest(t, out);
    await output.resume(1, FACTS);
    assert.equal((await collected(output.committed('results'))).length, 2);
    await output.writeLines(resultLine(3));
    assert.deepEqual(await collected(output.committed('timings')), ['{"minute":1}', '{"minute":2}']);
    await output.commit({ minute: 3 });
    assert.equal((await collected(output.committed('results'))).length, 3);
  });

  test('from an earlier commit removes later lines and the reports, even of a completed run', async (t) => {
    const out = temporaryFolder(t);
    await interrupted(t, out, [1, 2, 3]);
    const first = await openForTest(t, out);
    await first.resume(2, FACTS);
    await first.finish({ summary: '{}', page: '<p>' }, { done: true });
    const output = await openForTest(t, out);
    assert.notEqual(output.previous?.completion, null);
    await output.resume(0, { name: 'grown' });
    assert.deepEqual(readdirSync(out).sort(), [
      'journal.jsonl',
      'lock.json',
      'rejects.jsonl',
      'results.jsonl',
      'timing.jsonl',
    ]);
    assert.equal(lines(out, 'results.jsonl'), 1);
    const journal = await readJournal(out);
    assert.deepEqual(
      [journal?.facts, journal?.commits.length, journal?.completion],
      [{ name: 'grown' }, 1, null],
    );
    assert.equal(journal?.resumed, 2);
  });

  test('before the first commit keeps nothing', async (t) => {
    const out = temporaryFolder(t);
    await interrupted(t, out, [1]);
    const output = await openForTest(t, out);
    await output.resume(-1, FACTS);
    assert.equal(read(out, 'results.jsonl'), '');
    assert.deepEqual((await readJournal(out))?.commits, []);
  });

  test('writes the CSV header once, and does not return it as a row', async (t) => {
    const out = temporaryFolder(t);
    const csv = { format: 'csv' } as const;
    const first = await openForTest(t, out, csv);
    await first.begin(FACTS, { replace: false });
    await first.writeLines(resultLine(1));
    await first.commit({});
    await first.close();
    const output = await openForTest(t, out, csv);
    await output.resume(0, FACTS);
    await output.writeLines(resultLine(2));
    await output.commit({});
    assert.match(read(out, 'results.csv'), /^minute,[^\n]*\n1970[^\n]*\n1970[^\n]*\n$/);
    assert.equal((await collected(output.committed('results'))).length, 2);
  });

  test('refuses a file that lacks committed bytes, names it and changes nothing', async (t) => {
    const out = temporaryFolder(t);
    await interrupted(t, out, [1, 2]);
    const results = read(out, 'results.jsonl');
    const committedBytes = results.length;
    truncateSync(join(out, 'results.jsonl'), 5);
    const journal = read(out, 'journal.jsonl');
    const short = await openForTest(t, out);
    await assert.rejects(short.resume(1, FACTS), {
      code: 'output_io',
      message: new RegExp(`${out}/results\\.jsonl .* 5 of ${committedBytes} `),
      hint: /--restart/,
    });
    await short.close();
    rmSync(join(out, 'timing.jsonl'));
    writeFileSync(join(out, 'results.jsonl'), results);
    const missing = await openForTest(t, out);
    await assert.rejects(missing.resume(1, FACTS), {
      code: 'output_io',
      message: /timing\.jsonl is missing: 26 bytes/,
    });
    assert.equal(read(out, 'journal.jsonl'), journal);
  });

  test('notices at the next commit that the folder was deleted or moved', async (t) => {
    for (const change of [
      (out: string) => rmSync(out, { recursive: true }),
      (out: string) => renameSync(out, `${out}-moved`),
    ]) {
      const out = join(temporaryFolder(t), 'out');
      const output = await openForTest(t, out);
      await output.begin(FACTS, { replace: false });
      await output.writeLines(resultLine(1));
      await output.commit({ minute: 1 });
      change(out);
      await output.writeLines(resultLine(2));
      await assert.rejects(output.commit({ minute: 2 }), {
        code: 'output_io',
        message: `${out}/results.jsonl was deleted or moved while the run was writing to it`,
        hint: /--out.*--restart/,
      });
      await output.close();
    }
  });

  test('refuses another rejects file of the same name', async (t) => {
    const [out, first, second] = [temporaryFolder(t), temporaryFolder(t), temporaryFolder(t)];
    const rejectsFile = join(first, 'rejected.jsonl');
    await completed(t, out, { rejectsFile });
    const moved = join(second, 'rejected.jsonl');
    const output = await openForTest(t, out, { rejectsFile: moved });
    const refused = {
      code: 'config',
      message: `the run in ${out} keeps its rejects in ${rejectsFile}, not in ${moved}`,
      hint: /--rejects/,
    };
    await assert.rejects(output.checkCommitted(), refused);
    await assert.rejects(output.resume(0, FACTS), refused);
    assert.deepEqual(readdirSync(second), []);
  });

  test('refuses a completed run whose rejects file another program has extended', async (t) => {
    const out = temporaryFolder(t);
    const rejectsFile = join(temporaryFolder(t), 'rejected.jsonl');
    await completed(t, out, { rejectsFile });
    writeFileSync(rejectsFile, 'of another run\n');
    const output = await openForTest(t, out, { rejectsFile });
    await assert.rejects(output.resume(0, FACTS), {
      code: 'output_io',
      message: new RegExp(`${rejectsFile} has 15 bytes, but had 0 `),
      hint: /another --rejects/,
    });
    assert.equal(read(rejectsFile), 'of another run\n');
    assert.notEqual((await readJournal(out))?.completion, null);
  });

  test('notices at the next commit that another program wrote to a file', async (t) => {
    const out = temporaryFolder(t);
    const output = await openForTest(t, out);
    await output.begin(FACTS, { replace: false });
    await output.writeLines(resultLine(1));
    await output.commit({ minute: 1 });
    appendFileSync(join(out, 'results.jsonl'), `${'not ours '.repeat(100)}\n`);
    await output.writeLines(resultLine(2));
    await assert.rejects(output.commit({ minute: 2 }), {
      code: 'output_io',
      message: /results\.jsonl has \d+ bytes, but the run wrote only \d+/,
    });
    await assert.rejects(output.commit({ minute: 2 }), { code: 'output_io' });
    assert.equal((await readJournal(out))?.commits.length, 1);
  });
});

describe('starting over', () => {
  test('removes the files of a previous run, in any format, and no others', async (t) => {
    const out = temporaryFolder(t);
    await completed(t, out, { trace: true });
    writeFileSync(join(out, 'notes.txt'), 'mine');
    writeFileSync(join(out, 'trace.json.partial'), '[');
    const elsewhere = join(temporaryFolder(t), 'rejected.jsonl');
    const output = await openForTest(t, out, { format: 'csv', rejectsFile: elsewhere });
    await output.begin(FACTS, { replace: true });
    await output.commit({});
    assert.deepEqual(readdirSync(out).sort(), [
      'journal.jsonl',
      'lock.json',
      'notes.txt',
      'results.csv',
      'timing.jsonl',
    ]);
    assert.equal(read(elsewhere), '');
    assert.deepEqual((await readJournal(out))?.rejects, elsewhere);
  });

  test('keeps results that the previous run did not write', async (t) => {
    const out = temporaryFolder(t);
    await completed(t, out);
    writeFileSync(join(out, 'results.csv'), 'from another program');
    const output = await openForTest(t, out);
    await output.begin(FACTS, { replace: true });
    assert.equal(read(out, 'results.csv'), 'from another program');
  });

  test('replaces results without a journal only on request', async (t) => {
    const out = temporaryFolder(t);
    writeFileSync(join(out, 'results.csv'), 'from elsewhere\n');
    const refusing = await openForTest(t, out);
    await assert.rejects(refusing.begin(FACTS, { replace: false }), {
      code: 'config',
      message: new RegExp(`^${out}/results\\.csv exists`),
      hint: /--out.*--restart/,
    });
    await refusing.close();
    assert.deepEqual(readdirSync(out), ['results.csv']);
    const output = await openForTest(t, out, {}, { restart: true });
    await output.begin(FACTS, { replace: true });
    assert.equal(readdirSync(out).includes('results.csv'), false);
  });

  test('replaces an unknown rejects file, even an empty one, only on request', async (t) => {
    for (const text of ['mine\n', '']) {
      const rejectsFile = join(temporaryFolder(t), 'notes.txt');
      writeFileSync(rejectsFile, text);
      const out = temporaryFolder(t);
      const refusing = await openForTest(t, out, { rejectsFile });
      const refused = {
        code: 'config',
        message: new RegExp(`^${rejectsFile} exists`),
        hint: /--rejects.*--restart/,
      };
      await assert.rejects(refusing.preflight({ replace: false }), refused);
      await assert.rejects(refusing.begin(FACTS, { replace: false }), refused);
      await refusing.close();
      assert.equal(read(rejectsFile), text);
      assert.deepEqual(readdirSync(out), []);
      const output = await openForTest(t, out, { rejectsFile }, { restart: true });
      await output.begin(FACTS, { replace: true });
      assert.equal(read(rejectsFile), '');
    }
  });

  test('a rejects file belongs to the run that created it, and only that run resumes with it', async (t) => {
    const [first, second] = [temporaryFolder(t), temporaryFolder(t)];
    const rejectsFile = join(temporaryFolder(t), 'rejected.jsonl');
    const begun = await openForTest(t, first, { rejectsFile });
    await begun.begin(FACTS, { replace: false });
    await begun.close();
    const other = await openForTest(t, second, { rejectsFile });
    await assert.rejects(other.begin(FACTS, { replace: false }), { code: 'config' });
    await other.close();
    const again = await openForTest(t, first, { rejectsFile });
    await again.resume(-1, FACTS);
  });

  test('a rejects folder that does not exist is an error before anything is changed', async (t) => {
    const out = temporaryFolder(t);
    const output = await openForTest(t, out, { rejectsFile: join(out, 'missing', 'rejected.jsonl') });
    await assert.rejects(output.begin(FACTS, { replace: false }), {
      code: 'output_cannot_create',
      message: /missing\/rejected\.jsonl: ENOENT/,
    });
    assert.deepEqual(readdirSync(out), ['lock.json']);
  });

  test('an input is never overwritten, whatever name it goes by', async (t) => {
    const folder = temporaryFolder(t);
    const input = join(folder, 'input.csv');
    writeFileSync(input, 'a,b\n');
    linkSync(input, join(folder, 'hard.csv'));
    symlinkSync(input, join(folder, 'soft.csv'));
    for (const name of ['input.csv', 'hard.csv', 'soft.csv']) {
      for (const out of ['-', join(folder, 'out')]) {
        const rejectsFile = join(folder, name);
        await assert.rejects(
          openForTest(t, out, { rejectsFile }, { inputs: [join(folder, 'other'), input] }),
          {
            code: 'usage',
            message: new RegExp(`^--rejects ${rejectsFile} would overwrite the input ${input}$`),
            hint: /--rejects/,
          },
        );
      }
    }
    linkSync(input, join(folder, 'results.csv'));
    await assert.rejects(openForTest(t, folder, {}, { restart: true, inputs: [input] }), { code: 'usage' });
    assert.equal(read(input), 'a,b\n');
  });

  test('a damaged journal is refused, except with --restart', async (t) => {
    const out = temporaryFolder(t);
    writeFileSync(join(out, 'journal.jsonl'), 'nonsense\n');
    await assert.rejects(openForTest(t, out), { code: 'config' });
    assert.deepEqual(readdirSync(out), ['journal.jsonl']);
    const output = await openForTest(t, out, {}, { restart: true });
    assert.equal(output.previous, null);
    await output.begin(FACTS, { replace: true });
    assert.deepEqual((await readJournal(out))?.facts, FACTS);
  });

  test('rejects cannot go to another file of the run, or to a folder', async (t) => {
    const out = temporaryFolder(t);
    await assert.rejects(openForTest(t, out, { rejectsFile: join(out, 'x/../journal.jsonl') }), {
      code: 'usage',
    });
    mkdirSync(join(out, 'folder'));
    const output = await openForTest(t, out, { rejectsFile: join(out, 'folder') });
    await assert.rejects(output.begin(FACTS, { replace: false }), {
      code: 'output_cannot_create',
      message: /folder: not a plain file/,
    });
  });
});

describe('results on standard output', () => {
  test('has no folder and no journal, and rejects are written at once', async (t) => {
    const rejectsFile = join(temporaryFolder(t), 'rejects.jsonl');
    const stdout = new PassThrough();
    const output = await openPlain('-', { format: 'csv', rejectsFile }, {}, stdout);
    assert.deepEqual([output.keepsReport, output.keepsTrace, output.keepsRejects], [false, false, true]);
    await output.begin(FACTS, { replace: false });
    await output.writeRejects([reject('not a number')]);
    assert.match(read(rejectsFile), /^\{"file":"data\.csv","line":2,.*\}\n$/);
    await output.writeLines(resultLine(1));
    await output.writeTiming('{}\n');
    await output.commit({});
    await output.finish({ summary: '', page: null }, {});
    assert.deepEqual(readdirSync(join(rejectsFile, '..')), ['rejects.jsonl']);
    assert.match(String(stdout.read()), /^minute,[^\n]*\n1970[^\n]*\n$/);
  });

  test('replaces an existing rejects file only on request', async (t) => {
    const rejectsFile = join(temporaryFolder(t), 'notes.txt');
    writeFileSync(rejectsFile, 'mine\n');
    const refusing = await openForTest(t, '-', { rejectsFile });
    await assert.rejects(refusing.begin(FACTS, { replace: false }), {
      code: 'config',
      hint: /--restart/,
    });
    await refusing.close();
    assert.equal(read(rejectsFile), 'mine\n');
    for (const replace of [true, false]) {
      const output = await openForTest(t, '-', { rejectsFile });
      await output.begin(FACTS, { replace });
      await output.finish({ summary: '', page: null }, {});
      assert.equal(read(rejectsFile), '');
    }
  });
});

const linux = { skip: process.platform === 'linux' ? false : 'a file is held by a socket of Linux' };

test('only one run at a time writes to a rejects file, whatever its folder', linux, async (t) => {
  const folder = temporaryFolder(t);
  const rejectsFile = join(folder, 'rejected.jsonl');
  const first = await openForTest(t, temporaryFolder(t), { rejectsFile });
  const out = join(folder, 'out');
  for (const place of [out, '-']) {
    await assert.rejects(openForTest(t, place, { rejectsFile: `${folder}/./rejected.jsonl` }), {
      code: 'output_locked',
      message: `another run is writing to ${folder}/./rejected.jsonl`,
      hint: /--rejects/,
    });
  }
  assert.equal(existsSync(out), false);
  await openForTest(t, out, { rejectsFile: join(folder, 'other.jsonl') });
  await first.close();
  await openForTest(t, temporaryFolder(t), { rejectsFile });
});
