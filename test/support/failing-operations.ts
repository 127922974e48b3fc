import assert from 'node:assert/strict';
import { dirname } from 'node:path/posix';

import { AiopsError } from '#build/core/errors.js';

import { CrashStates } from './crash-states.js';
import { FAULTS, FaultyFiles, type FaultPlan } from './faulty-files.js';
import { MemoryFiles, type DiskState } from './memory-files.js';
import { assertAsUnbroken, assertEnds, assertSure, FIRST, sameAgain } from './scripted-checks.js';
import { runScript, type ScriptedCommand, type SureProgress } from './scripted-run.js';

export interface FailureScene {
  readonly name: string;
  /** What ran before, untroubled. */
  readonly before: readonly ScriptedCommand[];
  /** What runs while operations fail. */
  readonly command: ScriptedCommand;
}

/** The ways for a run to begin. */
export const SCENES: readonly FailureScene[] = [
  { name: 'a new run', before: [], command: FIRST },
  {
    name: 'a new run with rejects elsewhere',
    before: [],
    command: { ...FIRST, rejectsFile: '/rejects.jsonl' },
  },
  { name: 'a resumed run', before: [{ ...FIRST, killedAfter: 6 }], command: FIRST },
  { name: 'a run whose input has grown', before: [FIRST], command: { ...FIRST, minutes: 9 } },
  {
    name: 'a run that starts over, with other files',
    before: [FIRST],
    command: {
      ...FIRST,
      setting: 'second',
      format: 'csv',
      metrics: null,
      rejectsFile: '/rejects.jsonl',
      restart: true,
    },
  },
];

export interface FailureCounts {
  runs: number;
  /** Runs that ended well all the same. */
  tolerated: number;
}

/** Every plan for a scene: each operation in turn, with each error or short write, once and from then on. */
export async function allPlans(scene: FailureScene): Promise<FaultPlan[]> {
  const { operations, writes } = await dryRun(scene);
  return FAULTS.flatMap((fault) =>
    Array.from({ length: fault === 'short' ? writes : operations }, (_, at) =>
      (['once', 'always'] as const).map((times) => ({ at, fault, times })),
    ).flat(),
  );
}

async function dryRun(scene: FailureScene): Promise<FaultyFiles> {
  const files = new FaultyFiles(await disk(scene), null);
  await runScript(files, scene.command);
  return files;
}

async function disk({ before }: FailureScene): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  for (const command of before) await runScript(files, command);
  return files;
}

/**
 * Runs a scene with a failing operation: it either ends normally or with an error that says what failed and where, and
 * can then be resumed, even after a power failure.
 */
export async function failAt(scene: FailureScene, plan: FaultPlan, counts: FailureCounts): Promise<void> {
  const start = (await disk(scene)).state();
  const files = new MemoryFiles(start);
  const crash = new CrashStates(entriesOf(files));
  const faulty = new FaultyFiles(files, plan);
  let sure: SureProgress = { begun: scene.before.length > 0, minutes: 0, complete: false };
  counts.runs++;
  try {
    await runScript(faulty, scene.command, (now) => (sure = now));
    counts.tolerated++;
  } catch (error) {
    assertClear(error, plan, faulty);
  }
  assert.equal(files.openHandles.size, 0, 'files were left open');
  for (const operation of files.log) crash.enter(operation);
  const commands = [...scene.before, scene.command];
  for (const state of [files.state(), crash.state('lost')])
    await assertEnds(new MemoryFiles(state), commands);
  await assertRecovers(files.state(), scene.command, sure);
  await assertRecovers(crash.state('lost'), scene.command, sure);
}

function assertClear(error: unknown, { fault }: FaultPlan, faulty: FaultyFiles): void {
  assert.ok(error instanceof AiopsError, `not an error for people: ${String(error)}`);
  assert.ok(['output_io', 'output_cannot_create'].includes(error.code), error.code);
  assert.match(error.message, new RegExp(fault), error.message);
  assert.ok(error.hint !== undefined && error.hint !== '');
  const paths = faulty.failed.map((failed) => failed.split(' ')[1] ?? '');
  // People know the folder of a lock that cannot be created, not the lock.
  const names = paths.flatMap((path) => [path, `cannot write to the folder ${dirname(path)}: `]);
  assert.ok(
    names.some((name) => error.message.includes(name)),
    `${error.message} names none of ${paths.join(', ')}`,
  );
}

async function assertRecovers(state: DiskState, command: ScriptedCommand, sure: SureProgress): Promise<void> {
  const files = new MemoryFiles(state);
  await assertSure(files, sure);
  await runScript(files, await sameAgain(files, command));
  await assertAsUnbroken(files, command);
}

function entriesOf({ names, nodes }: MemoryFiles): { path: string; number: number; bytes: Buffer | null }[] {
  return [...names].map(([path, number]) => {
    const node = nodes[number]!;
    return { path, number, bytes: node.kind === 'folder' ? null : Buffer.from(node.bytes) };
  });
}
