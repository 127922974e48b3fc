import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { asGiven, configOf, readPlan } from '#build/cluster/plan/plan-file.js';
import { sliceCount } from '#build/cluster/plan/slice-count.js';
import { partsFolder, planPath } from '#build/cluster/run-layout.js';
import { AiopsError, type ErrorCode } from '#build/core/errors.js';
import { parseGate } from '#build/report/gates.js';
import type { ReplayConfig } from '#build/replay/replay-config.js';
import { REPLAY_METRICS } from '#build/replay/report/replay-metrics.js';

import { temporaryFolder } from '../../support/cli.js';
import { at, configFor, plain, planned, rowsOf } from '../../support/slicing.js';

const TEXT = `timestamp,target,cpu\n${rowsOf(300, plain)}`;

const is =
  (code: ErrorCode, message: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof AiopsError, String(error));
    assert.deepEqual([error.code, message.test(error.message)], [code, true], error.message);
    return true;
  };

test('a plan is read as it was written: slices that follow one another, and share all bytes', async (t) => {
  const folder = temporaryFolder(t);
  const [input, run] = [join(folder, 'd.csv'), join(folder, 'run')];
  await writeFile(input, TEXT);
  const plan = await planned(configFor([input], run), 4);
  assert.deepEqual(
    JSON.parse(JSON.stringify(await readPlan(planPath(run)))),
    JSON.parse(JSON.stringify(plan)),
  );
  const { slices } = plan;
  assert.equal(slices.length, 4);
  assert.equal(
    slices.reduce((sum, { bytes }) => sum + bytes, 0),
    TEXT.length,
  );
  for (const [i, { number, from }] of slices.entries()) {
    assert.equal(number, i + 1);
    assert.deepEqual(from, slices[i - 1]?.until ?? null);
  }
  assert.equal(slices.at(-1)?.until, null);
});

test('inputs without a middle to start from, and folders in use, are refused', async (t) => {
  const folder = temporaryFolder(t);
  const path = (name: string): string => join(folder, name);
  await writeFile(path('d.csv'), TEXT);
  await writeFile(path('d.csv.gz'), gzipSync(TEXT));
  await writeFile(
    path('export.jsonl'),
    '{"metric":{"instance":"a"},"values":[1,2],"timestamps":[1524960000000,1524960060000]}\n',
  );
  await writeFile(path('back.csv'), `${TEXT}${at(5)},a,1\n`);
  const run = path('run');
  const cases: [name: string, code: ErrorCode, message: RegExp][] = [
    ['-', 'usage', /standard input/],
    [path('d.csv.gz'), 'config', /compressed/],
    [path('export.jsonl'), 'config', /export of a monitoring system/],
  ];
  for (const [input, code, message] of cases)
    await assert.rejects(planned(configFor([input], run), 2), is(code, message));
  const sorted = configFor([path('back.csv')], run, { sort: true });
  await assert.rejects(planned(sorted, 2), is('config', /not in time order/));
  await planned(configFor([path('d.csv')], run), 2);
  await assert.rejects(planned(configFor([path('d.csv')], run), 2), is('config', /has a plan already/));
  await planned(configFor([path('d.csv')], run, { restart: true }), 3);
});

test('what the merge could not write to is refused before any slice runs', async (t) => {
  const folder = temporaryFolder(t);
  const [input, run, rejects] = [join(folder, 'd.csv'), join(folder, 'run'), join(folder, 'bad.jsonl')];
  await writeFile(input, TEXT);
  await writeFile(rejects, 'of another run\n');
  const config = configFor([input], run, { rejectsFile: rejects });
  await assert.rejects(planned(config, 2), is('config', /bad\.jsonl exists, but is not the rejects file/));
  assert.deepEqual((await readdir(folder)).sort(), ['bad.jsonl', 'd.csv']);
  await assert.rejects(
    planned(configFor([input], run, { rejectsFile: input }), 2),
    is('usage', /would overwrite the input/),
  );
  await planned(configFor([input], run, { rejectsFile: rejects, restart: true }), 2);
});

test('an input out of order names what allows it, and a way without slices', async (t) => {
  const folder = temporaryFolder(t);
  const input = join(folder, 'd.csv');
  for (const [late, hint] of [
    [7, /^allow it with --grace 7 \(intervals\), or replay it without slices, with --sort;/],
    [150, /^replay it without slices, with --sort;/],
  ] as const) {
    const rows = rowsOf(300, (minute) => [`${at(minute)},a,1`, `${at(minute - late)},b,2`]);
    await writeFile(input, `timestamp,target,cpu\n${rows}`);
    const inputs = [join(folder, 'ordered.csv'), input];
    await writeFile(inputs[0]!, TEXT);
    await assert.rejects(planned(configFor(inputs, join(folder, 'run')), 4), (error: unknown) => {
      assert.ok(
        is('input_out_of_order', /d\.csv is not in time order/)(error) && error instanceof AiopsError,
      );
      assert.match(error.hint ?? '', hint);
      return true;
    });
  }
});

test('a new plan removes the parts of an earlier one', async (t) => {
  const folder = temporaryFolder(t);
  const [input, run] = [join(folder, 'd.csv'), join(folder, 'run')];
  await writeFile(input, TEXT);
  for (const name of ['1.a', '4.b.bad', '.2.c.tmp']) {
    await mkdir(join(partsFolder(run), name), { recursive: true });
    await writeFile(join(partsFolder(run), name, 'journal.jsonl'), '');
  }
  await writeFile(join(partsFolder(run), 'mine.txt'), '');
  await planned(configFor([input], run), 2);
  assert.deepEqual(await readdir(partsFolder(run)), ['mine.txt']);
  await mkdir(join(partsFolder(run), '1.a'));
  await assert.rejects(planned(configFor([input], run), 2), is('config', /has a plan already/));
  assert.deepEqual((await readdir(partsFolder(run))).sort(), ['1.a', 'mine.txt']);
  await planned(configFor([input], run, { restart: true }), 2);
  assert.deepEqual(await readdir(partsFolder(run)), ['mine.txt']);
});

test('a plan that cannot be written leaves the parts of the earlier one', async (t) => {
  const folder = temporaryFolder(t);
  const [input, run] = [join(folder, 'd.csv'), join(folder, 'run')];
  await writeFile(input, TEXT);
  await mkdir(planPath(run), { recursive: true }); // no file can take its place
  await mkdir(join(partsFolder(run), '1.a'), { recursive: true });
  await assert.rejects(
    planned(configFor([input], run, { restart: true }), 2),
    is('output_cannot_create', /plan\.json/),
  );
  assert.deepEqual(await readdir(partsFolder(run)), ['1.a']);
});

test('gates without a value after a merge are refused', async (t) => {
  const folder = temporaryFolder(t);
  const input = join(folder, 'd.csv');
  await writeFile(input, TEXT);
  const gated = (condition: string): ReplayConfig => ({
    ...configFor([input], join(folder, 'run'), { compare: 'sample' }),
    gates: [parseGate(condition, REPLAY_METRICS)],
  });
  for (const [condition, message] of [
    ['speedup<2', /'speedup<2' will have no value: a merge compares/],
    ['start>1m', /'start>1m' will have no value: a merge starts no actors/],
    ['f1<0.5', /'f1<0.5' will have no value: the recording has no labels/],
  ] as const)
    await assert.rejects(planned(gated(condition), 2), is('usage', message));
  const all = configFor([input], join(folder, 'run'), { compare: 'all' });
  await assert.rejects(planned(all, 2), is('usage', /--compare all cannot be used with slices/));
  await planned(gated('rejected>3'), 2);
  await assert.rejects(readPlan(input), is('config', /d\.csv is not a plan$/));
});

test('an input out of order names the grace of its largest step back, not of the one that was met', async (t) => {
  const folder = temporaryFolder(t);
  const input = join(folder, 'd.csv');
  const lateBy = (minute: number): number => (minute === 100 ? 9 : minute % 50 === 0 ? 4 : 0);
  const rows = rowsOf(300, (minute) => [`${at(minute)},a,1`, `${at(minute - lateBy(minute))},b,2`]);
  await writeFile(input, `timestamp,target,cpu\n${rows}`);
  const config = configFor([input], join(folder, 'run'));
  await assert.rejects(planned(config, 6), (error: unknown) => {
    assert.match((error as AiopsError).hint ?? '', /--grace 9 /);
    return true;
  });
  await planned({ ...config, read: { ...config.read, grace: 9 } }, 6);
});

test('a plan that is cut short or changed is called damaged', async (t) => {
  const folder = temporaryFolder(t);
  const [input, run] = [join(folder, 'd.csv'), join(folder, 'run')];
  await writeFile(input, TEXT);
  await planned(configFor([input], run), 2);
  const text = await readFile(planPath(run), 'utf8');
  for (const [damaged, message] of [
    ['', /plan\.json is damaged: it is cut short/],
    [text.slice(0, 500), /plan\.json is damaged: it is cut short/],
    [text.slice(0, -1), /plan\.json is damaged: it is cut short/],
    [text.replace('"slices"', '"Slices"'), /plan\.json is damaged: its checksum is wrong/],
  ] as const) {
    await writeFile(planPath(run), damaged);
    await assert.rejects(readPlan(planPath(run)), is('config', message));
  }
});

test('a plan keeps paths as they were given, and slices use absolute ones', async (t) => {
  const folder = temporaryFolder(t);
  await writeFile(join(folder, 'd.csv'), TEXT);
  const [input, run] = [relative('.', join(folder, 'd.csv')), relative('.', join(folder, 'run'))];
  const plan = await planned(configFor([input], run), 2);
  const used = configOf(plan);
  assert.deepEqual([used.inputs, used.output.out], [[resolve(input)], resolve(run)]);
  assert.deepEqual(asGiven(used, plan).inputs, [input]);
});

test('of two commands that plan in one folder at once, one is refused', async (t) => {
  const folder = temporaryFolder(t);
  const [input, run] = [join(folder, 'd.csv'), join(folder, 'run')];
  await writeFile(input, TEXT);
  const both = [2, 3].map((slices) => planned(configFor([input], run), slices));
  const [first, second] = await Promise.allSettled(both);
  const [won, lost] = first?.status === 'fulfilled' ? [first, second] : [second, first];
  assert.ok(won?.status === 'fulfilled' && lost?.status === 'rejected');
  is('output_locked', /has made a plan|is writing to|holds/)(lost.reason);
  assert.equal((await readPlan(planPath(run))).sha256, won.value.sha256);
});

test('slices are of some minutes of work, and far longer than what they read before', () => {
  const rate = { bytesPerMs: 10, bytesPerInterval: 100 };
  assert.equal(sliceCount(100 * 1_800_000, rate, 0), 100);
  assert.equal(sliceCount(100 * 1_800_000, rate, 3600), 50);
  assert.equal(sliceCount(1000, rate, 0), 1);
  assert.equal(sliceCount(1e15, rate, 0), 10_000);
  assert.equal(sliceCount(1e9, { bytesPerMs: NaN, bytesPerInterval: 1 }, 0), 1);
});
