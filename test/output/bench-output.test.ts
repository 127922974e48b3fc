import assert from 'node:assert/strict';
import { existsSync, linkSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { BenchOutput } from '#build/output/bench-output.js';

import { temporaryFolder } from '../support/cli.js';
import { openPlain } from '../support/outputs.js';

async function replayed(out: string, restart = false): Promise<void> {
  const output = await openPlain(out, { trace: true }, { restart });
  try {
    await output.begin({}, { replace: restart });
    await output.commit({});
    await output.finish({ summary: '{}', page: 'of a replay' }, {});
  } finally {
    await output.close();
  }
}

async function benched(out: string): Promise<void> {
  const output = await BenchOutput.open(out, { trace: false });
  await output.writeReport('bench.json', '{}');
  await output.writeReport('report.html', 'of a benchmark');
  await output.release();
}

test('a benchmark refuses a folder with any file of a replay before it changes anything', async (t) => {
  const out = temporaryFolder(t);
  await replayed(out);
  const names = readdirSync(out).sort();
  const refused = { code: 'config', message: /is not from a benchmark/, hint: /another folder with --out/ };
  await assert.rejects(BenchOutput.open(out, { trace: true }), refused);
  assert.deepEqual(readdirSync(out).sort(), names);
  for (const name of names) {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, name), 'something');
    await assert.rejects(BenchOutput.open(folder, { trace: true }), refused, name);
    assert.deepEqual(readdirSync(folder), [name]);
  }
});

test('a benchmark replaces its own reports', async (t) => {
  const out = temporaryFolder(t);
  await benched(out);
  await benched(out);
  assert.deepEqual(readdirSync(out).sort(), ['bench.json', 'report.html']);
});

test('a replay replaces the reports of a benchmark only with --restart', async (t) => {
  const out = temporaryFolder(t);
  await benched(out);
  await assert.rejects(replayed(out), {
    code: 'config',
    message: new RegExp(`^${out}/report\\.html exists`),
    hint: /--out.*--restart/,
  });
  assert.equal(readFileSync(join(out, 'report.html'), 'utf8'), 'of a benchmark');
  assert.equal(existsSync(join(out, 'journal.jsonl')), false);
  await replayed(out, true);
  assert.equal(readFileSync(join(out, 'report.html'), 'utf8'), 'of a replay');
  assert.equal(readFileSync(join(out, 'bench.json'), 'utf8'), '{}');
});

test('an input is never overwritten, not even under the name of a partial file', async (t) => {
  const folder = temporaryFolder(t);
  const input = join(folder, 'input.csv');
  writeFileSync(input, 'a,b\n');
  const own = {
    bench: ['bench.json', 'report.html', 'trace.json.partial', 'lock.json', 'lock.json.7-ab.partial'],
    replay: ['journal.jsonl.partial', 'timing.json.partial', 'results.csv.partial', 'lock.json.7-ab.partial'],
  };
  for (const [what, names] of Object.entries(own)) {
    for (const name of names) {
      const out = temporaryFolder(t);
      linkSync(input, join(out, name));
      const opening =
        what === 'bench'
          ? BenchOutput.open(out, { trace: true, inputs: [join(out, name)] })
          : openPlain(
              out,
              { trace: true },
              {
                restart: true,
                inputs: [join(out, name)],
              },
            );
      await assert.rejects(opening, {
        code: 'usage',
        message: /is an input/,
      });
      assert.deepEqual(readdirSync(out), [name]);
    }
  }
  assert.equal(readFileSync(input, 'utf8'), 'a,b\n');
});
