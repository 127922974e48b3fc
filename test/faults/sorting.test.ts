import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { RandomStream } from '#build/core/random.js';

import { temporaryFolder, type Finished } from '../support/cli.js';
import { faultCase, FAULTS, tally } from '../support/faults/amounts.js';
import { canMount, mountArgs } from '../support/faults/mounts.js';
import { assertSameOutputs, runOutputs, type RunOutputs } from '../support/faults/outputs.js';
import { withFaults, type FileOperation } from '../support/faults/plan.js';
import { runProgram } from '../support/faults/program.js';
import { DONE, readOperations } from '../support/faults/references.js';
import { scenarioArgs, writeAnalyzer, type Scenario } from '../support/faults/scenarios.js';

const SCENARIO: Scenario = {
  ...{ layout: 'csv', packing: 'plain', results: 'jsonl', model: 'analyzer', duplicates: 'reject' },
  ...{ actors: 1, sequential: false, commitInterval: '0s', block: '7' },
};
const MINUTES = 200;
const TARGETS = 5;
/** Enough in all that sorting needs temporary files: it holds 64 MiB in memory. */
const MESSAGE = 'x'.repeat(90_000);
const MIB = 2 ** 20;
const PREFIX = '.aiops-serve-sort-';
const timeout = 3_600_000;

interface Place {
  readonly cwd: string;
  readonly unbroken: RunOutputs;
  readonly operations: readonly FileOperation[];
}

function writeShuffled(cwd: string): void {
  const random = new RandomStream(FAULTS.seed, 1);
  const lines = Array.from({ length: MINUTES * TARGETS }, (_, i) => {
    const time = new Date(Date.UTC(2024, 0, 1) + Math.floor(i / TARGETS) * 60_000).toISOString();
    const value = i % 97 === 5 ? 'much' : String((i * 31) % 17);
    return { line: `${time},host-${i % TARGETS},${value},${MESSAGE}\n`, key: random.next() };
  });
  lines.sort((a, b) => a.key - b.key);
  writeFileSync(
    join(cwd, 'mixed.csv'),
    `timestamp,target,value,message\n${lines.map(({ line }) => line).join('')}`,
  );
}

function run(cwd: string, out: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const args = ['replay', 'mixed.csv', '--sort', '--columns', 'value', ...scenarioArgs(SCENARIO, out)];
  return runProgram({ cwd, args, stdin: Buffer.alloc(0), mark: cwd, env });
}

async function prepared(t: TestContext): Promise<Place> {
  const cwd = temporaryFolder(t);
  writeShuffled(cwd);
  writeAnalyzer(cwd);
  const log = join(cwd, 'operations.log');
  const plan = { under: join(cwd, 'unbroken'), changesOnly: true, log, at: 0, action: null };
  const { status, stderr } = await run(cwd, 'unbroken', withFaults(plan));
  assert.equal(status, DONE, stderr);
  return { cwd, unbroken: runOutputs(join(cwd, 'unbroken')), operations: readOperations(log) };
}

const temporaries = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(PREFIX)) : [];

async function assertResumes({ cwd, unbroken }: Place, out: string): Promise<void> {
  const { status, stderr } = await run(cwd, out);
  assert.equal(status, DONE, stderr);
  assertSameOutputs(runOutputs(join(cwd, out)), unbroken);
}

/** Numbers of operations, from 1: of writing runs, of merging them, and of serving. */
function stages(operations: readonly FileOperation[]): Readonly<Record<string, readonly number[]>> {
  const numbered = operations.map((operation, i) => ({ ...operation, at: i + 1 }));
  const sorting = numbered.filter(({ path }) => path.startsWith(PREFIX));
  const files = [...new Set(sorting.map(({ path }) => path))];
  assert.ok(files.length >= 4, 'two runs, the sorted text, and where its lines came from');
  const [text] = files.slice(-2);
  const of = (isWanted: (path: string) => boolean): number[] =>
    sorting.filter(({ path }) => isWanted(path)).map(({ at }) => at);
  const last = sorting.findLast(({ name }) => name !== 'close')?.at ?? 0;
  return {
    sorting: of((path) => files.indexOf(path) < files.length - 2),
    merging: of((path) => path === text),
    serving: numbered.filter(({ at, path }) => at > last && !path.startsWith(PREFIX)).map(({ at }) => at),
  };
}

test('a sorted run that is killed while it sorts, merges or serves resumes', { timeout }, async (t) => {
  const place = await prepared(t);
  const random = new RandomStream(FAULTS.seed, 2);
  let index = 0;
  let kills = 0;
  for (const [stage, places] of Object.entries(stages(place.operations))) {
    const chosen = FAULTS.all ? places : [places[0]!, places[random.nextInteger(1, places.length - 1)]!];
    for (const at of chosen) {
      await faultCase('faults/sorting', index++, `killed after operation ${at}, ${stage}`, async () => {
        const out = `out-${at}`;
        const action = { kind: 'kill', when: 'after' } as const;
        const log = join(place.cwd, `${out}.log`);
        const plan = { under: join(place.cwd, out), changesOnly: true, log, at, action };
        const { signal } = await run(place.cwd, out, withFaults(plan));
        assert.equal(signal, 'SIGKILL');
        kills++;
        // A file has its name between opening and unlinking it only.
        const isOpened = place.operations[at - 1]?.name === 'open' && stage !== 'serving';
        assert.equal(temporaries(join(place.cwd, out)).length, isOpened ? 1 : 0);
        await assertResumes(place, out);
      });
    }
  }
  tally('kills of runs that sort', kills);
});

test(
  'a disk that is full while sorting ends the run with 74 and is free again',
  { timeout, skip: canMount() },
  async (t) => {
    const place = await prepared(t);
    const disk = join(place.cwd, 'disk');
    mkdirSync(disk);
    // One run does not fit; the runs do, but the text merged from them does not.
    for (const [index, sizeMiB] of [40, 130].entries()) {
      await faultCase('faults/sorting', index, `a disk of ${sizeMiB} MiB`, async () => {
        assert.equal(spawnSync('mount', mountArgs(disk, sizeMiB * MIB)).status, 0);
        try {
          const { status, stderr } = await run(place.cwd, 'disk/out');
          assert.equal(status, 74, stderr);
          assert.match(
            stderr,
            /^error: cannot write temporary files for sorting in disk\/out: ENOSPC.*\n {2}make room/m,
          );
          assert.deepEqual(temporaries(join(disk, 'out')), []);
          const { bfree, blocks } = statfsSync(disk);
          assert.ok(bfree > 0.99 * blocks, `${bfree} of ${blocks} blocks are free`);
          assert.equal(spawnSync('mount', ['-o', 'remount,size=1g', disk]).status, 0);
          await assertResumes(place, 'disk/out');
        } finally {
          spawnSync('umount', [disk]);
        }
      });
    }
  },
);
