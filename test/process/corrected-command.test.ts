import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import { merge } from '#build/cluster/merge/merge.js';
import { AiopsError } from '#build/core/errors.js';
import type { RunSummary } from '#build/replay/report/run-summary.js';
import type { ReplayConfig } from '#build/replay/replay-config.js';

import { runCli, temporaryFolder, LIGHT, type Finished } from '../support/cli.js';
import {
  at,
  bytesOf,
  configFor,
  localRun,
  plain,
  planned,
  rowsOf,
  sliceOnce,
  unattended,
} from '../support/slicing.js';

const HEADER = 'timestamp,target,value\n';

interface Setup {
  readonly cwd: string;
  readonly input: string;
  readonly out: string;
  readonly whole: Awaited<ReturnType<typeof localRun>>;
}

/** An hour of two targets, and the results of one run over it. */
async function setUp(t: TestContext): Promise<Setup> {
  const cwd = temporaryFolder(t);
  const input = join(cwd, 'data.csv');
  writeFileSync(input, HEADER + rowsOf(60, plain));
  const whole = await localRun(configFor([input], join(cwd, 'whole')));
  return { cwd, input, out: join(cwd, 'out'), whole };
}

const refused = (code: AiopsError['code']) => (error: unknown) =>
  error instanceof AiopsError && error.code === code;

describe('a command that failed before it wrote anything can be corrected', () => {
  test('wrong targets, and a range without records', async (t) => {
    const { input, out, whole } = await setUp(t);
    await assert.rejects(localRun(configFor([input], out, { targets: ['c'] })), refused('input_unusable'));
    assert.ok(existsSync(join(out, 'journal.jsonl')), 'it had begun');
    await localRun(configFor([input], out, { from: '2030-01-01T00:00:00Z', resultsFormat: 'csv' }));
    assert.deepEqual(await localRun(configFor([input], out)), whole);
    assert.ok(!existsSync(join(out, 'results.csv')));
    const { sessions } = JSON.parse(readFileSync(join(out, 'timing.json'), 'utf8')) as RunSummary;
    assert.equal(sessions.resumed, 0);
    // What has rows is kept.
    await assert.rejects(localRun(configFor([input], out, { targets: ['a'] })), refused('config'));
    assert.deepEqual(await bytesOf(out), whole);
  });

  test('another run with rejects or uncommitted rows stays as it is', async (t) => {
    const { input, out } = await setUp(t);
    const other = { targets: ['a'] };
    for (const name of ['results.jsonl', 'rejects.jsonl']) {
      const folder = `${out}-${name}`;
      await assert.rejects(localRun(configFor([input], folder, { targets: ['c'] })));
      writeFileSync(join(folder, name), '{"minute"');
      await assert.rejects(localRun(configFor([input], folder, other)), refused('config'));
      assert.equal(readFileSync(join(folder, name), 'utf8'), '{"minute"');
    }
  });

  test('the rejects file of another run stays safe', async (t) => {
    const { cwd, input, out } = await setUp(t);
    const [own, others] = [join(cwd, 'own.jsonl'), join(cwd, 'others.jsonl')];
    const failing = (rejects: string): ReplayConfig =>
      configFor([input], out, { targets: ['c'], rejectsFile: rejects });
    await assert.rejects(localRun(failing(own)), refused('input_unusable'));
    writeFileSync(others, '');
    await assert.rejects(localRun(failing(others)), refused('config'));
    writeFileSync(others, 'kept\n');
    await assert.rejects(localRun(failing(others)), refused('config'));
    assert.equal(readFileSync(others, 'utf8'), 'kept\n');
    await assert.rejects(localRun(failing(own)), refused('input_unusable'));
  });

  test('a file out of order, on the command line', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), `${HEADER}${at(2)},a,1\n${at(1)},a,2\n${at(0)},a,3\n`);
    const run = (...more: string[]): Promise<Finished> =>
      runCli(
        [
          'replay',
          'data.csv',
          ...LIGHT,
          '--interval',
          '1m',
          '--actors',
          '1',
          '--compare',
          'none',
          '--out',
          'out',
          ...more,
        ],
        { cwd },
      );
    assert.equal((await run()).status, 65);
    const dry = await run('--sort', '--dry-run');
    assert.match(dry.stdout, /there is no run yet, so it starts one/);
    const sorted = await run('--sort');
    assert.equal(sorted.status, 0, sorted.stderr);
    assert.match(sorted.stderr, /^the run in out had written nothing, so it is begun again$/m);
  });

  test('a plan takes the folder, and one without slices is replaced', async (t) => {
    const { input, out, whole } = await setUp(t);
    await assert.rejects(localRun(configFor([input], out, { targets: ['c'] })));
    const wrong = await planned(configFor([input], out, { targets: ['a'] }), 2);
    const config = configFor([input], out);
    const plan = await planned(config, 2);
    assert.notEqual(plan.sha256, wrong.sha256);
    await assert.rejects(planned(config, 2), refused('config'), 'the same plan again');
    for (const { number } of plan.slices) await sliceOnce(out, number);
    await assert.rejects(planned(configFor([input], out, { targets: ['a'] }), 2), refused('config'));
    const outcome = await merge(plan, config, { follow: false }, unattended());
    assert.equal(outcome.kind, 'complete');
    assert.deepEqual(await bytesOf(out), whole);
  });
});
