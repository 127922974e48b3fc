import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { RandomStream } from '#build/core/random.js';

import { finished, temporaryFolder, type Finished } from '../support/cli.js';
import { faultCase, FAULTS, tally } from '../support/faults/amounts.js';
import { canMount, mountArgs } from '../support/faults/mounts.js';
import { assertSameOutputs, runOutputs } from '../support/faults/outputs.js';
import { runProgram, startUnder } from '../support/faults/program.js';
import { writeInput } from '../support/faults/recordings.js';
import { DONE, References, type Reference } from '../support/faults/references.js';
import { scenarioArgs, writeAnalyzer, type Scenario } from '../support/faults/scenarios.js';

const SCENARIO: Scenario = {
  layout: 'jsonl',
  packing: 'plain',
  results: 'jsonl',
  model: 'analyzer',
  duplicates: 'reject',
  actors: 1,
  sequential: false,
  commitInterval: '20ms',
  block: 'auto',
};
const SIZE = { minutes: 200, targets: 5 };
const CASES = FAULTS.all ? 60 : 6;
const timeout = 3_600_000;

interface Place {
  readonly cwd: string;
  readonly reference: Reference;
}

async function prepared(t: TestContext): Promise<Place> {
  const folder = temporaryFolder(t);
  const reference = await new References(folder, SIZE, FAULTS.seed).of(SCENARIO);
  const cwd = join(folder, 'run');
  writeInput(cwd, reference.input);
  writeAnalyzer(cwd);
  return { cwd, reference };
}

function args({ reference }: Place, out: string): string[] {
  return ['replay', ...reference.input.args, ...scenarioArgs(SCENARIO, out)];
}

function run(place: Place, out: string): Promise<Finished> {
  return runProgram({ cwd: place.cwd, args: args(place, out), stdin: Buffer.alloc(0), mark: place.cwd });
}

async function assertGoesOn(place: Place, out: string): Promise<void> {
  const { status, stderr } = await run(place, out);
  assert.equal(status, DONE, stderr);
  assertSameOutputs(runOutputs(join(place.cwd, out)), place.reference.outputs);
}

/** Bytes that the output of an unbroken run takes, roughly: enough to fill a disk anywhere in it. */
function outputBytes({ outputs }: Reference): number {
  return 2 * outputs.results.length;
}

test(
  'a full disk ends the run with 73 or 74, and with more room it resumes',
  { skip: canMount(), timeout },
  async (t) => {
    const place = await prepared(t);
    const disk = join(place.cwd, 'disk');
    mkdirSync(disk);
    let full = 0;
    for (let index = 0; index < CASES; index++) {
      const random = new RandomStream(FAULTS.seed, 5, index);
      // The last ones of them may just be enough.
      const bytes = Math.ceil((random.next() * outputBytes(place.reference)) / 4096 + 1) * 4096;
      await faultCase('full-disks', index, `a disk of ${bytes} bytes`, async () => {
        assert.equal(spawnSync('mount', mountArgs(disk, bytes)).status, 0);
        try {
          const { status, stderr } = await run(place, 'disk/out');
          if (status !== DONE) {
            full += 1;
            assert.ok(status === 73 || status === 74, `status ${status}: ${stderr}`);
            assert.match(stderr, /^error: cannot (create|write) disk\/out.*ENOSPC.*\n {2}\S+/m);
          }
          assert.equal(spawnSync('mount', ['-o', 'remount,size=64m', disk]).status, 0);
          await assertGoesOn(place, 'disk/out');
        } finally {
          spawnSync('umount', [disk]);
        }
      });
    }
    if (FAULTS.only === null) assert.ok(full > 0, 'some disk was full');
    tally('disks filled up', full);
  },
);

test('a read-only disk is reported before anything starts', { skip: canMount(), timeout }, async (t) => {
  const place = await prepared(t);
  const disk = join(place.cwd, 'disk');
  mkdirSync(disk);
  assert.equal(spawnSync('mount', mountArgs(disk, 65_536, 'ro')).status, 0);
  try {
    const { status, stderr } = await run(place, 'disk/out');
    assert.equal(status, 73, stderr);
    assert.match(stderr, /^error: cannot create .*disk\/out.*EROFS.*\n {2}\S+/m);
  } finally {
    spawnSync('umount', [disk]);
  }
});

test(
  'a limit on file sizes (ulimit -f) ends the run, and without it the run resumes',
  { skip: existsSync('/bin/sh') ? false : 'no shell here', timeout },
  async (t) => {
    const place = await prepared(t);
    const blocks = Math.ceil(place.reference.outputs.results.length / 512 / 2);
    const child = startUnder(['/bin/sh', '-c', `ulimit -f ${blocks}; exec "$0" "$@"`], {
      cwd: place.cwd,
      args: args(place, 'out'),
      stdin: Buffer.alloc(0),
      mark: place.cwd,
    });
    const { status, signal, stderr } = await finished(child);
    // The system sends a signal, which ends a program that does not care for it.
    if (signal !== 'SIGXFSZ') {
      assert.equal(status, 74, stderr);
      assert.match(stderr, /^error: cannot write out\/results\.jsonl: EFBIG.*\n {2}\S+/m);
    }
    await assertGoesOn(place, 'out');
  },
);

test(
  'rejects to a full device end the run, or are refused beside a folder, and it stays a device',
  { skip: canMount(), timeout },
  async (t) => {
    const place = await prepared(t);
    const device = join(place.cwd, 'full');
    const made = spawnSync('mknod', [device, 'c', '1', '7']); // as /dev/full is
    if (made.status !== 0) {
      t.skip(`no device can be made here: ${String(made.stderr)}`);
      return;
    }
    for (const [out, wanted, message] of [
      ['-', 74, /^error: cannot write .*full: ENOSPC: no space left on device, write\n {2}\S+/m],
      ['out', 64, /^error: .*full.*\n {2}\S+/m],
    ] as const) {
      const { status, stderr } = await runProgram({
        cwd: place.cwd,
        args: [...args(place, out), '--rejects', device],
        stdin: Buffer.alloc(0),
        mark: place.cwd,
      });
      assert.equal(status, wanted, stderr);
      assert.match(stderr, message);
      assert.ok(statSync(device).isCharacterDevice());
    }
  },
);
