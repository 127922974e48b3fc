/**
 * Actors that fail in every way that we could think of, at every size of pool: each run ends, every item is answered
 * once and rightly or left out as promised, no process stays. Which sizes a fault meets is drawn from FAULT_SEED;
 * FAULT_ALL=1 tries all of them.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { RandomStream } from '#build/core/random.js';
import type { PoolOptions } from '#build/pool/pool.js';

import { targetsOf } from '../support/blocks.js';
import { FAULT_NAMES, type Fault } from '../support/fault-names.js';
import { refusal } from '../support/refusals.js';
import {
  actorPids,
  assertAllTold,
  assertServed,
  BAD,
  countOf,
  serveRecorded,
  stopAll,
  supervised,
  withFolder,
  type Recorded,
} from '../support/supervised.js';

// Actors inherit it: a small heap is full soon.
process.env['NODE_OPTIONS'] = '--max-old-space-size=64';
after(stopAll);

const SEED = Number(process.env['FAULT_SEED'] ?? 1);
const ALL = process.env['FAULT_ALL'] === '1';
const SIZES = [1, 2, 3, 4];
const BLOCKS = [1, 3, 8];
const INFLIGHT = [1, 2];
/** Long enough for a busy machine to start an actor, short enough to wait for. */
const HANG_TIMEOUT_MS = 5000;
const LATE_MS = 2000;

/** Those of which the actor does not end by itself. */
const HANGING: readonly Fault[] = ['stopped', 'loops'];
/** Those that come to light after the answer, which counts. */
const ANSWERED: readonly Fault[] = ['twice', 'dies after', 'prints'];
const WHILE_LOADING: readonly Fault[] = [
  'killed',
  'exits 0',
  'exits 7',
  'aborts',
  'garbage',
  'out of memory',
  'stopped',
  'loops',
];

interface Case {
  readonly fault: Fault;
  readonly once: boolean;
  readonly actors: number;
  readonly inflight: number;
  readonly block: number;
}

/** All sizes, or one that the seed says. */
function sizesOf(index: number): { actors: number; inflight: number; block: number }[] {
  const all = SIZES.flatMap((actors) =>
    INFLIGHT.flatMap((inflight) => BLOCKS.map((block) => ({ actors, inflight, block }))),
  );
  return ALL ? all : [all[new RandomStream(SEED, index).nextInteger(0, all.length - 1)]!];
}

const CASES: readonly Case[] = FAULT_NAMES.flatMap((fault, index) =>
  [true, false].flatMap((once, i) => sizesOf(2 * index + i).map((size) => ({ fault, once, ...size }))),
);

function nameOf({ fault, once, actors, inflight, block }: Case): string {
  const again = `FAULT_SEED=${SEED}`;
  return `${fault}, ${once ? 'once' : 'always'}, ${actors} actors, ${inflight} blocks of ${block} under way (${again})`;
}

function timeoutOf(fault: Fault): Partial<PoolOptions> {
  if (fault === 'late') return { timeoutMs: LATE_MS };
  return HANGING.includes(fault) ? { timeoutMs: HANG_TIMEOUT_MS } : {};
}

for (const [index, one] of CASES.entries()) {
  const { fault, once, actors, inflight, block } = one;
  // Whether an answer comes just in time is chance: with every one of them late, either is right.
  if (fault === 'late' && !once) continue;
  test(nameOf(one), { timeout: 120_000 }, async () => {
    await withFolder(async (folder) => {
      const random = new RandomStream(SEED, index, 1);
      const recorded = draw(random, fault);
      const params = { bad: `${BAD}`, late: `${LATE_MS}`, ...(once ? { once: folder } : {}) };
      const { pool, incidents } = supervised(actors, params, timeoutOf(fault));
      await pool.start();
      const runs = await serveRecorded(pool, recorded, { inflight, block }).finally(() => pool.stop());
      const isLeftOut = !once && !ANSWERED.includes(fault);
      assertServed(runs, recorded, isLeftOut ? 'quarantined' : 'answered');
      assertAllTold(runs, incidents);
      assert.equal(countOf(incidents, 'quarantined'), isLeftOut ? 1 : 0);
      // In a block, one more is lost to find the minute, and one for each further chunk under way that has the row.
      const lost = countOf(incidents, 'lost');
      if (isLeftOut)
        assert.ok(block === 1 ? lost === 3 : lost >= 3 && lost <= 3 + actors * inflight, `${lost}`);
      assert.deepEqual(actorPids(), []);
    });
  });
}

/** A recording with a few targets, one of them with a bad row somewhere. */
function draw(random: RandomStream, target: string): Recorded {
  const targets = Array.from({ length: random.nextInteger(0, 9) }, (_, i) => `target-${i}`);
  targets.splice(random.nextInteger(0, targets.length), 0, target);
  // An answer that was given counts, so that such a row would be met as long as it stays: once is enough.
  const window = ANSWERED.includes(target as Fault) ? 1 : random.nextInteger(1, 5);
  return { targets: targets.sort(), window, minutes: 8, bad: [{ target, minute: random.nextInteger(0, 5) }] };
}

for (const [index, fault] of WHILE_LOADING.entries()) {
  for (const { actors } of sizesOf(100 + index).filter(
    ({ inflight, block }) => !ALL || (inflight === 1 && block === 1),
  )) {
    test(`${fault} while loading, ${actors} actors (FAULT_SEED=${SEED})`, { timeout: 120_000 }, async () => {
      const recorded = draw(new RandomStream(SEED, 100 + index, 1), 'nothing');
      await withFolder(async (folder) => {
        const { pool, incidents } = supervised(actors, { load: fault, once: folder }, timeoutOf(fault));
        await pool.start();
        const runs = await serveRecorded(pool, recorded, { inflight: 2 }).finally(() => pool.stop());
        assertServed(runs, recorded, 'answered');
        assert.equal(countOf(incidents, 'lost'), 1);
      });
      const { pool } = supervised(actors, { load: fault }, timeoutOf(fault));
      await assert.rejects(pool.start(), refusal('actor_failed'));
      assert.deepEqual(actorPids(), []);
    });
  }
}

for (let index = 0; index < (ALL ? 100 : 8); index++) {
  const random = new RandomStream(SEED, 200, index);
  const actors = random.nextInteger(1, 4);
  const inflight = random.nextInteger(1, 2);
  const block = random.nextInteger(1, 9);
  const title = `two SIGKILLs at any instant, ${actors} actors, ${inflight} blocks of ${block} under way, number ${index} (FAULT_SEED=${SEED})`;
  test(title, { timeout: 120_000 }, async () => {
    const targets = targetsOf(40);
    const recorded = { targets, window: 60, minutes: 150, bad: [] };
    const { pool, incidents } = supervised(actors);
    await pool.start();
    const instants = [random.nextInteger(1, 149), random.nextInteger(1, 149)];
    const beforeBlock = async (minute: number): Promise<void> => {
      for (const _ of instants.filter((instant) => minute <= instant && instant < minute + block)) {
        for (let turns = random.nextInteger(0, 5); turns > 0; turns--) await new Promise(setImmediate);
        const pids = actorPids();
        const pid = pids[random.nextInteger(0, pids.length - 1)];
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
      }
    };
    const serving = serveRecorded(pool, recorded, { inflight, block, beforeBlock });
    const runs = await serving.finally(() => pool.stop());
    assertServed(runs, recorded, 'answered');
    assertAllTold(runs, incidents);
    assert.equal(countOf(incidents, 'quarantined'), 0);
    assert.deepEqual(actorPids(), []);
  });
}
