import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { RandomStream } from '#build/core/random.js';

import type { Finished } from '../cli.js';
import { DAMAGES } from './file-damages.js';
import type { FaultAction, FaultCode } from './plan.js';
import { DONE } from './references.js';
import { MISSING, missingIn, operationCount, SLICES, type SlicedRuns, type Trouble } from './sliced-run.js';

/** Something that goes wrong with slices or their merge. */
interface SliceFault {
  readonly name: string;
  /** Does it to a run and completes that; returns what happened, to be counted. */
  readonly run: (runs: SlicedRuns, name: string, random: RandomStream) => Promise<string>;
}

const DAMAGED_PLAN = 78;

/** Operations on files of the run, of a merge and of a slice that run to their end: counted once. */
const operations = new WeakMap<SlicedRuns, Promise<{ merge: number; slice: number }>>();

function operationsOf(runs: SlicedRuns): Promise<{ merge: number; slice: number }> {
  const known = operations.get(runs) ?? countOperations(runs);
  operations.set(runs, known);
  return known;
}

async function countOperations(runs: SlicedRuns): Promise<{ merge: number; slice: number }> {
  const run = runs.copy('counted', 'parts');
  const [merging, slicing] = [join(run.cwd, 'merge.log'), join(run.cwd, 'slice.log')];
  const counting = { at: 0, action: { kind: 'kill', when: 'before' } } as const;
  rmSync(join(run.partFiles(2)[0] ?? '', '..'), { recursive: true });
  assert.equal((await run.slice(2, { ...counting, log: slicing })).status, 0);
  const startedAt = performance.now();
  assert.equal((await run.merge({ ...counting, log: merging })).status, DONE);
  runs.mergeMs = performance.now() - startedAt;
  run.assertMerged(runs.local);
  const counts = { merge: operationCount(merging), slice: operationCount(slicing) };
  await run.remove();
  return counts;
}

function outcomeText({ status, signal }: Finished): string {
  return String(signal ?? status);
}

function kill(share: number, ms: number): Trouble {
  return { blow: { signal: 'SIGKILL', group: false, afterMs: share * ms } };
}

async function drawnKill(random: RandomStream, most: number): Promise<Trouble> {
  const when = (['before', 'torn', 'after'] as const)[random.nextInteger(0, 2)] ?? 'torn';
  return { at: random.nextInteger(1, most), action: { kind: 'kill', when } };
}

function drawnFailure(random: RandomStream): FaultAction {
  const code = (['ENOSPC', 'ENOSPC', 'EIO'] satisfies FaultCode[])[random.nextInteger(0, 2)] ?? 'ENOSPC';
  return {
    kind: 'fail',
    code,
    torn: random.nextInteger(0, 1) === 1,
    forever: random.nextInteger(0, 1) === 1,
  };
}

/** Several kills of the merge, one after the other; the last one may find nothing left to do. */
async function killMerge(
  runs: SlicedRuns,
  name: string,
  draw: () => Promise<Trouble>,
  random: RandomStream,
): Promise<string> {
  const run = runs.copy(name, 'parts');
  let kills = 0;
  for (let i = random.nextInteger(1, 3); i > 0; i--) {
    const { status, signal, stderr } = await run.merge(await draw());
    if (signal === 'SIGKILL') kills += 1;
    else assert.equal(status, DONE, stderr);
    if (status === DONE) run.assertMerged(runs.local);
  }
  assert.equal(await run.complete(runs.local), 0, 'no slice ran again');
  const again = await run.merge();
  assert.equal(again.status, DONE, `a merge of a complete run repeats its status: ${again.stderr}`);
  run.assertMerged(runs.local);
  await run.remove();
  return `${kills} kills`;
}

/** What a command that fails on a full disk may end with. */
const CANNOT_WRITE = [73, 74];

async function failedWrite(
  runs: SlicedRuns,
  name: string,
  random: RandomStream,
  what: 'merge' | 'slice',
): Promise<string> {
  const most = (await operationsOf(runs))[what];
  const run = runs.copy(name, what === 'merge' ? 'parts' : 'no parts');
  const trouble = { at: random.nextInteger(1, most), action: drawnFailure(random) };
  const number = random.nextInteger(1, SLICES);
  const ended = what === 'merge' ? await run.merge(trouble) : await run.slice(number, trouble);
  const { status, stderr } = ended;
  // What fails after all is done, such as removing the lock, changes nothing.
  if (status !== (what === 'merge' ? DONE : 0)) {
    assert.ok(CANNOT_WRITE.includes(status ?? NaN), `status ${status}: ${stderr}`);
    assert.match(stderr, /^error: .*(ENOSPC|EIO)/m);
  }
  await run.complete(runs.local);
  await run.remove();
  return outcomeText(ended);
}

async function damagePart(runs: SlicedRuns, name: string, random: RandomStream): Promise<string> {
  const run = runs.copy(name, 'parts');
  const number = random.nextInteger(1, SLICES);
  const files = run.partFiles(number).filter((path) => readFileSync(path).length > 0);
  const path = files[random.nextInteger(0, files.length - 1)] ?? assert.fail();
  const [what, damage] = Object.entries(DAMAGES)[random.nextInteger(0, 3)] ?? assert.fail();
  damage(path, random);
  const ended = await run.merge();
  if (ended.status === DONE) run.assertMerged(runs.local);
  else {
    assert.equal(ended.status, MISSING, ended.stderr);
    assert.deepEqual(missingIn(ended.stderr), [number], `${what}: ${path}`);
    assert.match(ended.stderr, /set aside .*, so slice \d must run again/);
  }
  await run.complete(runs.local);
  await run.remove();
  return `${basename(path)} ${what}, ${outcomeText(ended)}`;
}

async function damagePlan(runs: SlicedRuns, name: string, random: RandomStream): Promise<string> {
  const run = runs.copy(name, 'parts');
  const path = join(run.folder, 'plan.json');
  const bytes = readFileSync(path);
  const [what, damage] = Object.entries(DAMAGES)[random.nextInteger(0, 3)] ?? assert.fail();
  damage(path, random);
  const wanted = what === 'missing' ? 66 : DAMAGED_PLAN;
  for (const ended of [await run.merge(), await run.slice(random.nextInteger(1, SLICES))])
    assert.equal(ended.status, wanted, `${what}: ${ended.stderr}`);
  writeFileSync(path, bytes);
  assert.equal(await run.complete(runs.local), 0);
  await run.remove();
  return what;
}

/** Changes an input while slices read it; a part made of other bytes must never be merged. */
async function changeInput(runs: SlicedRuns, name: string, random: RandomStream): Promise<string> {
  const run = runs.copy(name, 'no parts');
  await run.plan(); // inputs are those of the plan's folder
  const path = join(run.cwd, run.inputs[random.nextInteger(0, run.inputs.length - 1)] ?? '');
  const bytes = readFileSync(path);
  const number = random.nextInteger(1, SLICES);
  const slicing = run.slice(number);
  await sleep(random.next() * 1.2 * runs.sliceMs);
  const what = changeOnce(path, bytes, random);
  const ended = await slicing;
  assert.ok([0, 65, 66, 78].includes(ended.status ?? NaN), ended.stderr);
  const after = await run.slice(random.nextInteger(1, SLICES));
  assert.ok([0, 65, 66, 78].includes(after.status ?? NaN), after.stderr);
  writeFileSync(path, bytes);
  await run.complete(runs.local);
  await run.remove();
  return `${what}, ${outcomeText(ended)}`;
}

function changeOnce(path: string, bytes: Buffer, random: RandomStream): string {
  const what = ['appended', 'replaced', 'overwritten', 'cut'][random.nextInteger(0, 3)];
  const at = random.nextInteger(200, bytes.length - 1);
  const changed = Buffer.from(bytes);
  // Another digit in a value, at the end of a line or within it.
  for (let i = at; i > 0; i--) {
    const code = bytes[i]!;
    if (code < 0x30 || code > 0x39) continue;
    changed[i] = code === 0x39 ? 0x38 : code + 1;
    break;
  }
  if (what === 'appended') appendFileSync(path, bytes.subarray(bytes.lastIndexOf(10, bytes.length - 2) + 1));
  else if (what === 'cut') truncateSync(path, at);
  else if (what === 'overwritten') writeFileSync(path, changed, { flag: 'r+' });
  else {
    writeFileSync(`${path}.new`, changed);
    renameSync(`${path}.new`, path);
  }
  return what ?? '';
}

async function both(one: Promise<Finished>, other: Promise<Finished>): Promise<Finished[]> {
  return Promise.all([one, other]);
}

async function sliceTwice(runs: SlicedRuns, name: string, random: RandomStream): Promise<string> {
  const run = runs.copy(name, 'no parts');
  const number = random.nextInteger(1, SLICES);
  const isKilled = random.nextInteger(0, 1) === 1;
  const trouble = isKilled ? kill(random.next(), 2 * runs.sliceMs) : null;
  const ended = await both(run.slice(number, trouble), run.slice(number));
  for (const { status, signal, stderr } of ended) assert.ok(status === 0 || signal === 'SIGKILL', stderr);
  assert.ok(run.partFiles(number).length > 0, 'one of them left a part');
  await run.complete(runs.local);
  await run.remove();
  return ended.map(outcomeText).sort().join(' and ');
}

async function mergeTwice(runs: SlicedRuns, name: string, random: RandomStream): Promise<string> {
  const { merge } = await operationsOf(runs);
  const run = runs.copy(name, 'parts');
  const trouble = random.nextInteger(0, 1) === 1 ? await drawnKill(random, merge) : null;
  const first = run.merge(trouble);
  await sleep(random.next() * runs.mergeMs);
  const ended = await both(first, run.merge());
  for (const { status, signal, stderr } of ended)
    assert.ok(status === DONE || status === MISSING || signal === 'SIGKILL', stderr);
  assert.equal(await run.complete(runs.local), 0, 'no slice ran again');
  await run.remove();
  return ended.map(outcomeText).sort().join(' and ');
}

/** Slices that are killed, while a merge follows them that is killed, too. */
async function killAll(runs: SlicedRuns, name: string, random: RandomStream): Promise<string> {
  const { slice } = await operationsOf(runs);
  const run = runs.copy(name, 'no parts');
  const merging = run.program(['merge', 'run', '--follow'], kill(random.next(), 3 * runs.sliceMs));
  let kills = 0;
  for (const number of [random.nextInteger(1, 2), 1]) {
    const isInside = random.nextInteger(0, 1) === 1;
    const trouble = isInside ? await drawnKill(random, slice) : kill(random.next(), runs.sliceMs);
    if ((await run.slice(number, trouble)).signal === 'SIGKILL') kills += 1;
  }
  await merging;
  await run.complete(runs.local);
  await run.remove();
  return `${kills} kills`;
}

/** The command that plans, runs slices and merges is killed, alone or with all that it started. */
async function killEngine(runs: SlicedRuns, name: string, random: RandomStream): Promise<string> {
  const run = runs.copy(name, 'no parts');
  rmSync(run.folder, { recursive: true });
  const args = ['replay', ...run.args(), '--engine', 'local', '--slices', String(SLICES), '--quiet'];
  const afterMs = random.next() * (SLICES + 1) * runs.sliceMs;
  const blow = { signal: 'SIGKILL', group: random.nextInteger(0, 1) === 1, afterMs } as const;
  const first = await run.program(args, { blow });
  if (first.status === DONE) run.assertMerged(runs.local);
  const second = await run.program(args);
  assert.equal(second.status, DONE, second.stderr);
  run.assertMerged(runs.local);
  await run.remove();
  return outcomeText(first);
}

export const SLICE_FAULTS: readonly SliceFault[] = [
  {
    name: 'merge killed at file operations',
    run: async (runs, name, random) => {
      const { merge } = await operationsOf(runs);
      return killMerge(runs, name, () => drawnKill(random, merge), random);
    },
  },
  {
    name: 'merge killed at instants',
    run: async (runs, name, random) => {
      await operationsOf(runs); // measures a merge
      return killMerge(runs, name, async () => kill(random.next(), 1.1 * runs.mergeMs), random);
    },
  },
  { name: 'two merges at once', run: mergeTwice },
  { name: 'a slice twice at once', run: sliceTwice },
  { name: 'slices killed', run: killAll },
  { name: 'a part damaged', run: damagePart },
  { name: 'the input changed', run: changeInput },
  { name: 'the plan damaged', run: damagePlan },
  {
    name: 'a merge that cannot write',
    run: (runs, name, random) => failedWrite(runs, name, random, 'merge'),
  },
  {
    name: 'a slice that cannot write',
    run: (runs, name, random) => failedWrite(runs, name, random, 'slice'),
  },
  { name: 'the engine killed', run: killEngine },
];
