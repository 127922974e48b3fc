import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { failedItem } from '#dist/core/answers.js';
import { AiopsError } from '#dist/core/errors.js';
import { partition } from '#dist/core/partition.js';
import { quarantineOf, Quarantines } from '#dist/core/quarantines.js';
import type { ItemBatch } from '#dist/core/types.js';
import { ChunkLost, type Loss } from '#dist/pool/actor-errors.js';
import { Deferred } from '#dist/core/deferred.js';
import type { Job, JobReply } from '#dist/pool/job.js';
import { Recovery } from '#dist/pool/recovery.js';

const MINUTE = 60_000;
const WINDOW = 5;

/** An item that costs every actor from a minute on, as long as that minute is in the window. */
interface Poison {
  readonly target: string;
  readonly minute: number;
}

interface Given {
  readonly slots: number;
  readonly inflight: number;
  /** Targets of each minute: how many varies, so that series move from slot to slot. */
  readonly sizes: readonly number[];
  readonly poisons: readonly Poison[];
  /** Which slot goes on next. */
  readonly choices: Iterator<number>;
}

/** A pool without processes: each slot answers its jobs in order, one at each step. */
class FakePool {
  readonly quarantines = new Quarantines();
  /** `minute:target` of what isolation found. */
  readonly found: string[] = [];
  losses = 0;
  readonly #given: Given;
  readonly #queues: { job: Job; reply: Deferred<JobReply> }[][];

  constructor(given: Given) {
    this.#given = given;
    this.#queues = Array.from({ length: given.slots }, () => []);
  }

  put(job: Job, slot: number): Promise<JobReply> {
    const reply = new Deferred<JobReply>();
    this.#queues[slot]!.push({ job, reply });
    return reply.promise;
  }

  isolate(job: Job): Promise<JobReply> {
    for (const item of this.#poisonsIn(job)) {
      this.found.push(`${job.order}:${job.batch.targets[item]}`);
      this.quarantines.add(quarantineOf(job.batch, item));
    }
    return Promise.resolve(answered(job));
  }

  /** One slot answers one job, or is lost; false: all are idle. */
  step(): boolean {
    const busy = this.#queues.filter((queue) => queue.length > 0);
    if (busy.length === 0) return false;
    const queue = busy[(this.#given.choices.next().value as number) % busy.length]!;
    const [first] = queue;
    if (first === undefined) return false;
    if (this.#poisonsIn(first.job).length === 0) {
      queue.shift();
      first.reply.resolve(answered(first.job));
    } else {
      this.losses++;
      queue.splice(0).forEach(({ reply }, i) => reply.reject(new ChunkLost(lossOf(first.job), i === 0)));
    }
    return true;
  }

  /** Indexes of the job's items that crash an actor, except for those in quarantine. */
  #poisonsIn({ batch, range, order }: Job): number[] {
    const skipped = this.quarantines.errorsOf(batch);
    const places: number[] = [];
    for (let item = range.start; item < range.end; item++) {
      const isPoison = this.#given.poisons.some(
        ({ target, minute }) => target === batch.targets[item] && minute <= order && order < minute + WINDOW,
      );
      if (isPoison && !skipped.has(item)) places.push(item);
    }
    return places;
  }
}

function lossOf({ batch }: Job): Loss {
  const error = new AiopsError('actor_failed', 'lost');
  return { actor: 'fake', error, isReported: false, wasLoading: false, minuteMs: batch.minuteMs };
}

function answered({ order, range }: Job): JobReply {
  const answers = failedItem({ errno: 'answered', errmsg: `${order}:${range.start}-${range.end}` });
  return { answers, timing: null, handedOverAtMs: 0, remainingMs: 0, release: () => undefined };
}

function batchOf(minute: number, size: number): ItemBatch {
  const targets = Array.from({ length: size }, (_, i) => `t${i}`);
  return {
    minuteMs: minute * MINUTE,
    intervalMs: MINUTE,
    targets,
    columns: targets.map(() => null),
    window: WINDOW,
    width: 1,
    values: new Float64Array(size * WINDOW),
  };
}

/** Has all minutes answered; returns who answered what, in order. */
async function serveAll(given: Given): Promise<{ pool: FakePool; replies: string[] }> {
  const pool = new FakePool(given);
  const recovery = new Recovery({
    send: (job, slot) => pool.put(job, slot),
    isolate: (job) => pool.isolate(job),
    otherThan: (slot) => (slot + 1) % given.slots,
    onRetry: () => undefined,
    ended: () => null,
  });
  const replies: string[] = [];
  const underWay: Promise<unknown>[] = [];
  const serve = async (minute: number): Promise<void> => {
    const batch = batchOf(minute, given.sizes[minute]!);
    const ranges = partition(batch.targets.length, given.slots).filter(({ start, end }) => end > start);
    const jobs = ranges.map((range, slot): Job => ({ batch, range, style: 'batched', slot, order: minute }));
    for (const reply of await Promise.all(jobs.map((job) => recovery.answer(job)))) {
      replies.push(reply.answers.errors.get(0)?.errmsg ?? '');
    }
  };
  const state = { isDone: false };
  const all = (async () => {
    for (const minute of given.sizes.keys()) {
      underWay.push(serve(minute));
      if (underWay.length >= given.inflight) await underWay.shift();
    }
    await Promise.all(underWay);
    state.isDone = true;
  })();
  for (let idle = 0; !state.isDone && idle < 20;) {
    idle = pool.step() ? 0 : idle + 1;
    await new Promise(setImmediate);
  }
  assert.ok(state.isDone, 'no slot can continue, and not all is answered');
  await all;
  return { pool, replies };
}

const given = fc.record({
  slots: fc.integer({ min: 1, max: 4 }),
  inflight: fc.integer({ min: 1, max: 3 }),
  sizes: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 }),
  poisons: fc.array(fc.record({ target: fc.constantFrom('t0', 't1', 't4', 't8'), minute: fc.nat(8) }), {
    maxLength: 4,
  }),
  choices: fc.infiniteStream(fc.nat(11)),
});

test('every job is answered exactly once, and each poison is found in the first minute that has it', async () => {
  await fc.assert(
    fc.asyncProperty(given, async (chosen) => {
      const { pool, replies } = await serveAll(chosen);
      const expected = chosen.sizes.flatMap((size, minute) =>
        partition(size, chosen.slots)
          .filter(({ start, end }) => end > start)
          .map(({ start, end }) => `${minute}:${start}-${end}`),
      );
      assert.deepEqual(replies.toSorted(), expected.toSorted());
      assert.deepEqual(pool.found.toSorted(), expectedPoisons(chosen).toSorted());
    }),
    { numRuns: 150 },
  );
});

/** By going through the minutes one after another, nothing overlapping. */
function expectedPoisons({ sizes, poisons }: Given): string[] {
  const quarantines = new Quarantines();
  return sizes.flatMap((size, minute) => {
    const batch = batchOf(minute, size);
    const skipped = quarantines.errorsOf(batch);
    return batch.targets.flatMap((target, item) => {
      const costs = poisons.some(
        (one) => one.target === target && one.minute <= minute && minute < one.minute + WINDOW,
      );
      if (!costs || skipped.has(item)) return [];
      quarantines.add(quarantineOf(batch, item));
      return [`${minute}:${target}`];
    });
  });
}

test('one poison costs two actors at most, or one for each minute under way', async () => {
  await fc.assert(
    fc.asyncProperty(given, fc.nat(8), async (chosen, minute) => {
      const { pool } = await serveAll({ ...chosen, poisons: [{ target: 't1', minute }] });
      // It is found once for as long as it stays in the windows; a target may leave and come back later.
      assert.ok(pool.losses <= Math.max(2, chosen.inflight) * pool.found.length, `${pool.losses} losses`);
    }),
    { numRuns: 150 },
  );
});

test('of a series that stays with its slot, one bad row costs two actors, however many minutes are under way', async () => {
  await fc.assert(
    fc.asyncProperty(given, fc.integer({ min: 2, max: 9 }), fc.nat(8), async (chosen, size, minute) => {
      const sizes = Array.from({ length: 12 }, () => size);
      const { pool } = await serveAll({ ...chosen, sizes, poisons: [{ target: 't1', minute }] });
      assert.deepEqual([pool.losses, pool.found], [2, [`${minute}:t1`]]);
    }),
    { numRuns: 50 },
  );
});

test('what waits behind one bad row is tried before a later minute is isolated for another', async () => {
  const { pool } = await serveAll({
    slots: 2,
    inflight: 3,
    sizes: [4, 4, 2], // t1 is with the second slot in the last minute only
    poisons: [
      { target: 't0', minute: 0 },
      { target: 't1', minute: 1 },
    ],
    // The second slot gets ahead, to the last minute; then the first one is lost at the first minute.
    choices: [1, 1, 1, ...new Array<number>(100).fill(0)].values(),
  });
  assert.deepEqual(pool.found, ['0:t0', '1:t1']);
});

test('a job that crashed an actor is sent to another slot, and answered there', async () => {
  let isFirst = true;
  const asked: number[] = [];
  const recovery = new Recovery({
    send: (job, slot) => {
      asked.push(slot);
      if (!isFirst) return Promise.resolve(answered(job));
      isFirst = false;
      return Promise.reject(new ChunkLost(lossOf(job), true));
    },
    isolate: () => assert.fail('nothing to isolate'),
    otherThan: (slot) => (slot + 1) % 3,
    onRetry: () => undefined,
    ended: () => null,
  });
  const job = {
    batch: batchOf(0, 3),
    range: { start: 0, end: 3 },
    style: 'batched',
    slot: 2,
    order: 0,
  } as const;
  assert.deepEqual((await recovery.answer(job)).answers, answered(job).answers);
  assert.deepEqual(asked, [2, 0]);
});

test('once the pool has ended, jobs that wait or come hear why', async () => {
  const ended = new AiopsError('actor_failed', 'too often');
  let hasEnded = false;
  const recovery = new Recovery({
    send: (job) => {
      hasEnded = job.order === 1;
      return Promise.reject(new ChunkLost(lossOf(job), true));
    },
    isolate: () => assert.fail('no pool, no isolation'),
    otherThan: (slot) => slot,
    onRetry: () => undefined,
    ended: () => (hasEnded ? ended : null),
  });
  const job = {
    batch: batchOf(0, 3),
    range: { start: 0, end: 3 },
    style: 'batched',
    slot: 0,
    order: 1,
  } as const;
  await assert.rejects(recovery.answer(job), ChunkLost);
  await assert.rejects(recovery.answer(job), ended);
});
