import assert from 'node:assert/strict';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';

import { SIGNAL_STATUS } from '#build/cli/exit-codes.js';
import { merge } from '#build/cluster/merge/merge.js';
import { writePlan, type SealedPlan } from '#build/cluster/plan/plan-file.js';
import { partsFolder, planPath, startPath } from '#build/cluster/run-layout.js';
import type { SliceOutcome } from '#build/cluster/slice/run-slice.js';
import { AiopsError } from '#build/core/errors.js';
import { MOST_LOST_IN_A_ROW } from '#build/core/loss-streak.js';

import { finished, startCli, temporaryFolder } from '../support/cli.js';
import { ANALYZER } from '../support/crashing-analyzers.js';
import { merged } from '../support/merging.js';
import { until } from '../support/wait.js';
import {
  at,
  configFor,
  joinedParts,
  localRun,
  plain,
  planned,
  rowsOf,
  sliceOnce,
} from '../support/slicing.js';

const TEXT = `timestamp,target,cpu\n${rowsOf(300, plain)}`;

interface Planned {
  readonly folder: string;
  readonly input: string;
  readonly run: string;
  readonly plan: SealedPlan;
}

/** A recording, and a plan of two slices. */
async function planTwo(t: TestContext): Promise<Planned> {
  const folder = temporaryFolder(t);
  const [input, run] = [join(folder, 'd.csv'), join(folder, 'run')];
  await writeFile(input, TEXT);
  const plan = await planned(configFor([input], run), 2);
  assert.equal(plan.slices.length, 2);
  return { folder, input, run, plan };
}

const isConfig =
  (message: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof AiopsError, String(error));
    assert.equal(error.code, 'config', error.message);
    assert.match(error.message, message);
    return true;
  };

test('the last slice ends where the input ended when it was planned, however much it has grown', async (t) => {
  const { folder, input, run } = await planTwo(t);
  const whole = await localRun(configFor([input], join(folder, 'local')));
  await appendFile(
    input,
    rowsOf(20, (minute) => plain(minute + 300)),
  );
  await sliceOnce(run, 2);
  await sliceOnce(run, 1);
  assert.deepEqual(await joinedParts(run, 2), whole);
});

test('a slice refuses an input with other bytes in its range, and no other', async (t) => {
  const { input, run } = await planTwo(t);
  const place = TEXT.indexOf('Z', TEXT.indexOf(at(10))) - 1;
  await writeFile(input, `${TEXT.slice(0, place)}9${TEXT.slice(place + 1)}`);
  await assert.rejects(sliceOnce(run, 1), isConfig(/d\.csv .*other bytes/));
  assert.equal((await sliceOnce(run, 2)).kind, 'complete');
  await writeFile(input, TEXT.slice(0, -1));
  await assert.rejects(sliceOnce(run, 1), isConfig(/d\.csv .*smaller/));
});

test('a slice refuses another model, backend or plan', async (t) => {
  const { run, plan } = await planTwo(t);
  const { facts } = plan;
  const changed = [
    { ...facts, backend: { ...facts.backend, threads: 7 } },
    { ...facts, model: { ...facts.model, digest: 'other' } },
  ];
  for (const other of changed) {
    await writePlan(planPath(run), { ...plan, facts: other });
    await assert.rejects(sliceOnce(run, 1), isConfig(/this machine/));
  }
  const json = await readFile(planPath(run), 'utf8');
  await writeFile(planPath(run), json.replace('"slices"', '"Slices"'));
  await assert.rejects(sliceOnce(run, 1), isConfig(/checksum/));
  assert.deepEqual(await readdir(partsFolder(run)), []);
});

test('a slice refuses a cut that the reader does not come past', async (t) => {
  const { run, plan } = await planTwo(t);
  const [first, second] = plan.slices;
  const until = first?.until ?? null;
  assert.ok(first !== undefined && second !== undefined && until !== null);
  for (const wrong of [{ minuteMs: until.minuteMs + 1 }, { positions: ['end' as const] }]) {
    await writePlan(planPath(run), {
      ...plan,
      slices: [{ ...first, until: { ...until, ...wrong } }, second],
    });
    await assert.rejects(sliceOnce(run, 1), isConfig(/slice 1 does not fit/));
  }
});

test('a slice is not run again once it is complete, unless it must start otherwise', async (t) => {
  const { run, plan } = await planTwo(t);
  assert.equal((await sliceOnce(run, 2)).kind, 'complete');
  assert.deepEqual(await sliceOnce(run, 2), { kind: 'done-before', what: 'complete' });
  const quarantine = { target: 'a', column: null, fromMs: 0, untilMs: Date.parse(at(100_000)) };
  const forAnalyzers = { ...quarantine, column: 'cpu' };
  const open = { quarantines: [quarantine, forAnalyzers], lostInARow: 1 };
  const start = { plan: plan.sha256, open };
  await writeFile(startPath(run, 2), JSON.stringify(start));
  const again = await sliceOnce(run, 2);
  assert.ok(again.kind === 'complete');
  const lines = (await readFile(join(again.folder, 'results.jsonl'), 'utf8')).trim().split('\n');
  const untried = lines.filter((line) => line.includes('"quarantined"'));
  assert.ok(untried.length > 0);
  assert.equal(untried.length, lines.filter((line) => line.includes('"target":"a"')).length);
});

/** The first attempt waits, once it predicts, until the file `go` exists. */
const WAITING = `import { existsSync, openSync } from 'node:fs';
export function createAnalyzer({ params }) {
  const at = (name) => \`\${params.folder}/\${name}\`;
  const predict = (items) => {
    if (existsSync(at('armed'))) {
      try {
        openSync(at('waits'), 'wx');
        while (!existsSync(at('go'))) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
    }
    return items.map(() => ({ score: 0, anomaly: false, output: [0] }));
  };
  return { window: 5, predict };
}
`;

test('an attempt whose slice another one completed ends well, and leaves nothing', async (t) => {
  const folder = temporaryFolder(t);
  const [input, run, analyzer] = [join(folder, 'd.csv'), join(folder, 'run'), join(folder, 'waiting.mjs')];
  await writeFile(input, TEXT);
  await writeFile(analyzer, WAITING);
  const config = configFor([input], run, { analyzer, params: { folder } });
  const plan = await planned(config, 2);
  await writeFile(join(folder, 'armed'), '');
  const late = sliceOnce(run, 1);
  await until('an attempt waits', () => existsSync(join(folder, 'waits')));
  for (const number of [1, 2]) assert.equal((await sliceOnce(run, number)).kind, 'complete');
  const never = new AbortController().signal;
  const nothing = (): void => undefined;
  const context = { stdin: Readable.from([]), signal: never, graceOver: never, onNotice: nothing };
  const steps = { ...context, onActorLine: nothing, onMerged: nothing };
  assert.equal((await merge(plan, config, { follow: false }, steps)).kind, 'complete');
  assert.equal(existsSync(partsFolder(run)), false);
  await writeFile(join(folder, 'go'), '');
  assert.deepEqual(await late, { kind: 'done-before', what: 'merged' });
  assert.equal(existsSync(partsFolder(run)), false);
});

test('slices of a run that a replay has completed since are merged already', async (t) => {
  const { input, run, plan } = await planTwo(t);
  await sliceOnce(run, 2);
  const config = configFor([input], run);
  const { results } = await localRun(config);
  assert.deepEqual(await sliceOnce(run, 1), { kind: 'done-before', what: 'merged' });
  assert.equal((await merged({ plan, config })).outcome.kind, 'done-before');
  assert.equal(existsSync(partsFolder(run)), false);
  assert.equal(await readFile(join(run, 'results.jsonl'), 'utf8'), results);
});

test('a slice whose plan was replaced asks for another attempt', async (t) => {
  const { folder, run, plan } = await planTwo(t);
  for (const isRemoved of [true, false]) {
    const other = join(folder, 'other.json');
    await writePlan(other, { ...plan, folder: isRemoved ? '/other' : '/another' });
    const onReady = (): void => {
      if (isRemoved) rmSync(partsFolder(run), { recursive: true });
      renameSync(other, planPath(run));
    };
    const isReplaced = (error: unknown): boolean =>
      error instanceof AiopsError && error.code === 'output_locked' && /has made a plan/.test(error.message);
    await assert.rejects(sliceOnce(run, 1, { onReady }), isReplaced);
  }
  assert.equal((await sliceOnce(run, 1)).kind, 'complete');
});

test('a slice continues the streak of items that crash actors in the slices before it', async (t) => {
  const folder = temporaryFolder(t);
  const [input, analyzer, run] = [join(folder, 'd.csv'), join(folder, 'mine.mjs'), join(folder, 'run')];
  const write = (badMinute: number): Promise<void> => {
    const value = (minute: number): number => (minute === badMinute ? -1 : 10 + (minute % 80));
    const rows = rowsOf(120, (minute) => [`${at(minute)},a,${value(minute)}`]);
    return writeFile(input, `timestamp,target,cpu\n${rows}`);
  };
  await writeFile(analyzer, ANALYZER);
  await write(NaN);
  const sound = await planned(configFor([input], join(folder, 'sound'), { analyzer }), 2);
  const cutMs = sound.slices[0]?.until?.minuteMs ?? NaN;
  await write((cutMs - Date.parse(at(0))) / 60_000 + 1); // of the same length, so cut there again
  const plan = await planned(configFor([input], run, { analyzer }), 2);
  assert.equal(plan.slices[0]?.until?.minuteMs, cutMs);
  await mkdir(partsFolder(run), { recursive: true });
  const startAfter = async (lostInARow: number): Promise<SliceOutcome> => {
    const open = { quarantines: [], lostInARow };
    await writeFile(startPath(run, 2), JSON.stringify({ plan: plan.sha256, open }));
    return sliceOnce(run, 2);
  };
  const isLost = (error: unknown): boolean => error instanceof AiopsError && error.code === 'actor_failed';
  await assert.rejects(startAfter(MOST_LOST_IN_A_ROW - 1), isLost);
  assert.equal((await startAfter(MOST_LOST_IN_A_ROW - 2)).kind, 'complete');
});

test('nothing is left of a slice that is interrupted', async (t) => {
  const { run } = await planTwo(t);
  const stop = new AbortController();
  const outcome = await sliceOnce(run, 1, {
    ...{ signal: stop.signal, graceOver: stop.signal },
    onReady: () => stop.abort(),
  });
  assert.deepEqual(outcome, { kind: 'interrupted' });
  assert.deepEqual(await readdir(partsFolder(run)), []);
});

test('with --end-with-stdin a slice ends when its standard input closes', async (t) => {
  const { folder, run } = await planTwo(t);
  const child = startCli(['slice', planPath(run), '1', '--end-with-stdin'], { cwd: folder });
  const ended = finished(child);
  child.stdin?.end();
  assert.equal((await ended).status, SIGNAL_STATUS.SIGTERM);
  const files = await readdir(partsFolder(run)).catch(() => []);
  assert.deepEqual(files, []);
});

test('a slice whose records are out of order proposes what a plan can have, or a replay without slices', async (t) => {
  const folder = temporaryFolder(t);
  const [input, run] = [join(folder, 'd.csv'), join(folder, 'run')];
  const late = (minute: number): string[] => plain(minute === 60 ? 55 : minute);
  await writeFile(input, `timestamp,target,cpu\n${rowsOf(300, late)}`);
  await planned(configFor([input], run), 2);
  await assert.rejects(sliceOnce(run, 1), (error) => {
    assert.ok(error instanceof AiopsError && error.code === 'input_out_of_order');
    assert.match(
      error.hint ?? '',
      /^plan again with --grace 4 \(intervals\) and --restart .* or replay it without slices: aiops-serve replay with --sort/,
    );
    return true;
  });
});
