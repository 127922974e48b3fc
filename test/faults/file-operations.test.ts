import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { RandomStream } from '#build/core/random.js';

import { temporaryFolder, type Finished } from '../support/cli.js';
import { FAULTS, tally } from '../support/faults/amounts.js';
import { CaseFailures } from '../support/faults/case-failures.js';
import { assertSameOutputs, runOutputs } from '../support/faults/outputs.js';
import {
  ERRNO,
  withFaults,
  type FaultAction,
  type FaultCode,
  type FileOperation,
} from '../support/faults/plan.js';
import { runProgram } from '../support/faults/program.js';
import { writeInput } from '../support/faults/recordings.js';
import { DONE, readOperations, References, type Reference } from '../support/faults/references.js';
import { scenarioArgs, writeAnalyzer, type Scenario } from '../support/faults/scenarios.js';

const SCENARIO: Scenario = {
  layout: 'csv',
  packing: 'two files',
  results: 'jsonl',
  model: 'analyzer',
  duplicates: 'reject',
  actors: 1,
  sequential: false,
  commitInterval: '0s',
  block: 'auto',
};

// Few minutes, since each has its commit and each operation of it fails in many ways.
const SIZE = { minutes: 14, targets: 4 };
const SAMPLE = 60;
const timeout = 4 * 3_600_000;

/** All the ways in which an operation goes wrong. */
const ACTIONS: readonly FaultAction[] = [
  ...(Object.keys(ERRNO) as FaultCode[]).flatMap((code) =>
    [false, true].map((forever) => ({ kind: 'fail', code, torn: false, forever }) as const),
  ),
  { kind: 'fail', code: 'ENOSPC', torn: true, forever: true },
  { kind: 'fail', code: 'EIO', torn: true, forever: false },
  { kind: 'short', forever: false },
  { kind: 'short', forever: true },
];

/** Operations that a run may do without, if its output is right nevertheless: they tell, tidy up or read ahead. */
const DISPENSABLE = /^(close|stat|lstat|rm|unlink|readdir|read|readFile)$/;

interface Bench {
  readonly folder: string;
  readonly reference: Reference;
}

async function bench(t: TestContext): Promise<Bench> {
  const folder = temporaryFolder(t);
  return { folder, reference: await new References(folder, SIZE, FAULTS.seed).of(SCENARIO) };
}

function run(
  { reference }: Bench,
  cwd: string,
  more: { env?: Readonly<Record<string, string>>; flags?: readonly string[] } = {},
): Promise<Finished> {
  const args = ['replay', ...reference.input.args, ...scenarioArgs(SCENARIO, 'out'), ...(more.flags ?? [])];
  return runProgram({ cwd, args, stdin: Buffer.alloc(0), mark: cwd, ...more });
}

/** Whether a run may continue after an operation that fails with this code. */
function isDispensable({ name, path }: FileOperation, code: FaultCode): boolean {
  if (DISPENSABLE.test(name) || path.includes('lock.json')) return true;
  // A run syncs the name of an existing output folder only if it may.
  return path === '' && (code === 'EACCES' || code === 'EROFS');
}

/** Fails unless an error of the program says which file (one of those that failed), why and what to do, and is no bug. */
function assertToldWell({ stderr }: Finished, failed: readonly FileOperation[], code: FaultCode): void {
  assert.match(stderr, /^error: /m);
  assert.doesNotMatch(stderr, /This is a bug|^\s+at .*:\d+:\d+/m, stderr);
  const [, message = '', hint = ''] = /^error: (.*)\n(?: {2}(.*))?/m.exec(stderr) ?? [];
  assert.ok(message.includes(code) || code === 'EMFILE', `says why: ${message}`);
  const names = failed.map(({ path }) => path.split('/').at(-1)?.replace(/\..*$/, '') ?? path);
  assert.ok(
    [...names, 'out'].some((name) => name !== '' && message.includes(name)),
    `says which file (${names[0]}): ${message}`,
  );
  assert.ok(hint.length > 10, `says what to do: ${stderr}`);
}

/** Exit status that DESIGN asks for: 66 for input, 73 and 74 for output. */
function assertStatus(
  { status, stderr }: Finished,
  operation: FileOperation,
  { code, forever }: { code: FaultCode; forever: boolean },
): void {
  // Without a path it is the folder that holds the output folder's name.
  const wanted = operation.path === '' || operation.path.startsWith('out') ? [73, 74] : [66];
  if (isDispensable(operation, code)) {
    wanted.push(DONE);
    // The run continued, and the next operation failed as well.
    if (forever) wanted.push(66, 73, 74);
  }
  assert.ok(wanted.includes(status ?? NaN), `status ${status} for ${wanted.join(' or ')}: ${stderr}`);
}

/** A run that did without an operation left all that it should; a lock that could not be removed is a dead one's. */
function assertComplete({ reference }: Bench, cwd: string): void {
  const outputs = runOutputs(join(cwd, 'out'));
  const names = outputs.names.filter((name) => name !== 'lock.json');
  assertSameOutputs({ ...outputs, names }, reference.outputs);
}

async function failAt(place: Bench, cwd: string, at: number, action: FaultAction): Promise<void> {
  const log = join(place.folder, 'operations.log');
  rmSync(log, { force: true });
  const env = withFaults({ under: cwd, changesOnly: false, log, at, action });
  const result = await run(place, cwd, { env });
  const operations = readOperations(log);
  const operation = operations[at - 1];
  if (operation === undefined) {
    assert.equal(result.status, DONE, `it had fewer operations, so none failed: ${result.stderr}`);
  } else if (action.kind === 'fail') {
    try {
      // Where it lasts, the one that ends the run may be a later one.
      const goesOn = action.forever && isDispensable(operation, action.code);
      assertStatus(result, operation, action);
      if (result.status === DONE) assertComplete(place, cwd);
      else assertToldWell(result, goesOn ? operations.slice(at - 1) : [operation], action.code);
    } catch (error) {
      const message = (error as Error).message.slice(0, 600);
      throw new Error(`${operation.name} of ${operation.path} failed: ${message}`, { cause: error });
    }
  } else assert.equal(result.status, DONE, `${operation.name} of ${operation.path}: ${result.stderr}`);
  const again = await run(place, cwd);
  assert.equal(again.status, DONE, `after ${JSON.stringify(operation)}: ${again.stderr}`);
  assertSameOutputs(runOutputs(join(cwd, 'out')), place.reference.outputs);
}

function actionText(action: FaultAction): string {
  if (action.kind === 'kill') return action.when;
  const lasting = action.forever ? 'from then on' : 'once';
  if (action.kind === 'short') return `falls short ${lasting}`;
  return `${action.code} ${lasting}${action.torn ? ', after half of it' : ''}`;
}

/** Fails operations of runs that begin with what `prepare` put into the folder. */
async function failing(
  t: TestContext,
  place: Bench,
  offset: number,
  prepare: (cwd: string) => Promise<void>,
): Promise<void> {
  const random = new RandomStream(FAULTS.seed, 4, offset);
  const template = join(place.folder, `template-${offset}`);
  writeInput(template, place.reference.input);
  writeAnalyzer(template);
  await prepare(template);
  const cwd = join(place.folder, 'run');
  const log = join(place.folder, `unbroken-${offset}.log`);
  const reset = (): void => {
    rmSync(cwd, { recursive: true, force: true });
    // With timestamps, by which the program recognizes an unchanged input.
    cpSync(template, cwd, { recursive: true, preserveTimestamps: true });
  };
  reset();
  const env = withFaults({ under: cwd, changesOnly: false, log, at: 0, action: null });
  assert.equal((await run(place, cwd, { env })).status, DONE);
  const operations = readOperations(log).length;
  const all = Array.from({ length: operations * ACTIONS.length }, (_, i) => i);
  const step = FAULTS.all ? 1 : all.length / SAMPLE;
  const cases = new CaseFailures('file-operations');
  let failed = 0;
  for (let i = FAULTS.all ? 0 : random.next() * step; i < all.length; i += step) {
    const number = Math.floor(i);
    const at = 1 + (number % operations);
    const action = ACTIONS[Math.floor(number / operations)] ?? ACTIONS[0]!;
    const what = `operation ${at} of ${operations} ${actionText(action)}`;
    await cases.run(offset + number, what, async () => {
      reset();
      await failAt(place, cwd, at, action);
      failed += 1;
    });
  }
  tally('file operations failed', failed);
  cases.assertNone();
  t.diagnostic(`${failed} of ${all.length} failures`);
}

test(
  'each failing file operation of a first run is reported, and the run resumes',
  { timeout },
  async (t) => {
    await failing(t, await bench(t), 0, () => Promise.resolve());
  },
);

test(
  'each failing file operation of a resumed run is reported, and the run resumes',
  { timeout },
  async (t) => {
    const place = await bench(t);
    await failing(t, place, 1_000_000, async (cwd) => {
      const { operations } = place.reference;
      const env = withFaults({
        under: join(cwd, 'out'),
        changesOnly: true,
        log: join(place.folder, 'killed.log'),
        at: Math.floor(operations.length / 2),
        action: { kind: 'kill', when: 'after' },
      });
      assert.equal((await run(place, cwd, { env })).signal, 'SIGKILL');
    });
  },
);
