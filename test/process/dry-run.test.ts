import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import type { DryRun } from '#build/replay/dry-run.js';

import { firstLines, LIGHT, recording, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

type Printed = DryRun & { readonly status: number };

const PLAIN = ['--compare', 'none', '--actors', '1'];
const FLAGS = [...LIGHT, ...PLAIN];

async function dryRun(cwd: string, args: readonly string[]): Promise<Printed> {
  const all = ['replay', ...args, ...FLAGS, '--dry-run', '--json'];
  const { stdout, stderr, status } = await callCli(all, { cwd });
  const printed = JSON.parse(stdout || assert.fail(stderr)) as Printed;
  assert.equal(status, printed.status);
  return printed;
}

const filesOf = (folder: string): unknown =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .sort()
    .map((name) => [name, statSync(join(folder, name)).mtimeMs]);

suite('a dry run', () => {
  test('foresees counts, warm-up, status, and what the output holds', async (t) => {
    const cwd = temporaryFolder(t);
    const rows = firstLines(recording('real-day.csv'), 2001).split('\n');
    const gap = rows.filter((_, line) => line < 900 || line > 1600); // longer than a window
    writeFileSync(join(cwd, 'a.csv'), `${gap.join('\n')}not a time,x,1,0\n`);
    const before = filesOf(cwd);
    const first = await dryRun(cwd, ['a.csv', '--out', 'out']);
    assert.deepEqual(filesOf(cwd), before, 'nothing is written');
    assert.equal(first.status, 3);
    assert.equal(first.earlier.state, 'none');
    assert.ok((first.served?.items ?? 0) > 0);
    const { least, most } = first.estimateMs ?? assert.fail('no estimate');
    assert.ok(least > 0 && least <= most);

    const real = await callCli(['replay', 'a.csv', '--out', 'out', ...FLAGS], { cwd });
    assert.equal(real.status, first.status);
    const { counts } = JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8')) as {
      counts: Record<string, number>;
    };
    for (const [name, count] of Object.entries(first.counts)) assert.equal(count, counts[name], name);
    assert.equal(first.rows, counts['rows']);
    assert.equal(first.warmupRows, counts['warmup']);

    const written = filesOf(cwd);
    assert.equal((await dryRun(cwd, ['a.csv', '--out', 'out'])).earlier.state, 'complete');
    assert.equal((await dryRun(cwd, ['a.csv', '--out', 'out', '--restart'])).earlier.state, 'replaced');
    assert.deepEqual(filesOf(cwd), written, 'nothing is written');
    const others = ['replay', 'a.csv', '--out', 'out', '--duplicates', 'last', ...LIGHT, '--dry-run'];
    assert.equal((await callCli(others, { cwd })).status, 78);
    appendFileSync(join(cwd, 'a.csv'), '2018-05-01T00:00:00Z,ingress-01,1,0\n');
    assert.equal((await dryRun(cwd, ['a.csv', '--out', 'out'])).earlier.state, 'resumes');
  });

  test('foresees what is left of a run that it would resume, and nothing of a complete one', async (t) => {
    const cwd = temporaryFolder(t);
    const rows = firstLines(recording('real-day.csv'), 4001).trim().split('\n');
    const [most, rest] = [rows.slice(0, 3000), rows.slice(3000)];
    writeFileSync(join(cwd, 'a.csv'), `${most.join('\n')}\nnot a time,x,1,0\n`);
    const flags = ['a.csv', '--out', 'out', ...FLAGS];
    const run = ['replay', ...flags, '--commit-interval', '1ms', '--block', '50'];
    assert.equal((await callCli(run, { cwd })).status, 3);
    appendFileSync(join(cwd, 'a.csv'), `${rest.join('\n')}\n`);

    const written = filesOf(cwd);
    const left = await dryRun(cwd, ['a.csv', '--out', 'out']);
    assert.deepEqual(filesOf(cwd), written, 'nothing is written');
    assert.equal(left.earlier.state, 'resumes');
    assert.ok(left.earlier.counts.minutes > 100, 'some of it is done');
    assert.equal(left.warmupRows, 0, 'windows are full from minutes that are done');
    assert.ok((left.earlier.lastMinute ?? '') < (left.firstMinute ?? ''));
    assert.equal((await callCli(run, { cwd })).status, left.status);
    const { counts } = JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8')) as {
      counts: Record<string, number>;
    };
    assert.equal(left.earlier.counts.minutes + left.counts.minutes, counts['minutes']);
    assert.equal(left.status, 3, 'of all sessions');

    const done = await dryRun(cwd, ['a.csv', '--out', 'out']);
    assert.deepEqual([done.earlier.state, done.counts.minutes, done.ready], ['complete', 0, null]);
    assert.equal(done.status, (await callCli(run, { cwd })).status);
    const gated = ['replay', ...flags, '--fail-if', 'rejected > 0'];
    const dry = await callCli([...gated, '--dry-run'], { cwd });
    assert.match(dry.stdout, /nothing to do/);
    assert.equal(dry.status, (await callCli(gated, { cwd })).status);
    writeFileSync(join(cwd, 'out/results.jsonl'), '');
    assert.equal((await callCli(['replay', ...flags, '--dry-run'], { cwd })).status, 74);
  });

  test('ends with the error that the run would end with', async (t) => {
    const cwd = temporaryFolder(t);
    const [header, ...rows] = firstLines(recording('service-day.csv'), 300).trim().split('\n');
    writeFileSync(join(cwd, 'back.csv'), `${[header, ...rows.reverse()].join('\n')}\n`);
    const status = async (...args: string[]): Promise<number | null> =>
      (await callCli(['replay', ...args, ...FLAGS, '--dry-run'], { cwd })).status;
    assert.equal(await status('back.csv'), 65);
    assert.equal(await status('back.csv', '--sort'), 0);
    assert.equal(await status('none.csv'), 66);
    const missing = ['replay', 'back.csv', '--model', 'nowhere', ...PLAIN, '--dry-run'];
    assert.equal((await callCli(missing, { cwd })).status, 78);
    assert.deepEqual(readdirSync(cwd), ['back.csv']);
  });

  test('ends with the status of the run for a gate on labels, whether the recording has any or not', async (t) => {
    const cwd = temporaryFolder(t);
    const labelled = readFileSync(recording('service-day.csv'), 'utf8');
    assert.match(labelled, /^timestamp,.*,label\n/);
    writeFileSync(join(cwd, 'labelled.csv'), labelled);
    writeFileSync(join(cwd, 'unlabelled.csv'), labelled.replaceAll(/,[^,]*$/gm, ''));
    for (const [input, expected] of [
      ['labelled.csv', 0],
      ['unlabelled.csv', 64],
    ] as const) {
      const gated = ['replay', input, '--fail-if', 'f1 < 0', ...FLAGS];
      const dry = await callCli([...gated, '--dry-run'], { cwd });
      const real = await callCli(gated, { cwd });
      assert.deepEqual([dry.status, real.status], [expected, expected], dry.stderr + real.stderr);
      if (expected !== 0) assert.equal(dry.stderr, real.stderr);
    }
  });

  test('judges the conditions on what is counted by reading, as the run will', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'a.csv'), firstLines(recording('real-day.csv'), 1001));
    const { warmupRows } = await dryRun(cwd, ['a.csv']);
    for (const [warmup, expected] of [
      [`warmup > ${warmupRows}`, 0],
      [`warmup >= ${warmupRows}`, 99],
    ] as const) {
      const args = ['a.csv', '--out', `out${expected}`, '--fail-if', warmup, '--fail-if', 'elapsed > 1h'];
      const dry = await dryRun(cwd, args);
      assert.deepEqual([dry.status, dry.openGates], [expected, ['elapsed > 1h']]);
      const { status, stderr } = await callCli(['replay', ...args, ...FLAGS], { cwd });
      assert.equal(status, expected, stderr);
    }
    const people = await callCli(['replay', 'a.csv', '--fail-if', 'elapsed>1h', ...FLAGS, '--dry-run'], {
      cwd,
    });
    assert.match(people.stdout, /^status .*, its output can be written, and --fail-if 'elapsed>1h' passes$/m);
  });

  test('says for people what it did, and that it wrote nothing', async (t) => {
    const cwd = temporaryFolder(t);
    const args = ['replay', recording('service-day.csv'), ...FLAGS, '--dry-run'];
    const { stdout, status } = await callCli(args, { cwd });
    assert.equal(status, 0);
    assert.match(stdout, /^checked +1 actor predicted [\d,]+ items? of/m);
    assert.match(
      stdout,
      /^time +an estimate: .+ to .+, from reading all of it in .+ an item, without comparing$/m,
    );
    assert.match(stdout, /\nnothing was written\n$/);
    assert.deepEqual(readdirSync(cwd), []);
  });
});
