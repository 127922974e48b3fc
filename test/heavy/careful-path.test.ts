import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { AiopsError } from '#build/core/errors.js';
import { EveryItemLost } from '#build/pool/actor-errors.js';
import type { Pool } from '#build/pool/pool.js';

import { blockOf, targetsOf } from '../support/blocks.js';
import { LINES_AND_NUMBERS, NUMBERS } from '../support/chunks.js';
import { refusal } from '../support/refusals.js';
import {
  assertAllTold,
  assertServed,
  BAD,
  countOf,
  errorsOf,
  linesOf,
  recordedBlock,
  serveRecorded,
  stopAll,
  supervised,
  withFolder,
  type Recorded,
  type Serving,
  type Supervised,
} from '../support/supervised.js';

after(stopAll);

async function serving<T>(made: Supervised, use: (pool: Pool) => Promise<T>): Promise<T> {
  try {
    await made.pool.start();
    return await use(made.pool);
  } finally {
    await made.pool.stop();
  }
}

/** Serves it, and fails unless every row is answered as it is minute by minute. */
async function assertAsMinuteByMinute(
  recorded: Recorded,
  actors: number,
  { block, inflight }: Required<Omit<Serving, 'beforeBlock'>>,
): Promise<Supervised> {
  const made = supervised(actors, { bad: `${BAD}` });
  await serving(made, async (pool) => {
    const runs = await serveRecorded(pool, recorded, { block, inflight });
    assertServed(runs, recorded, 'quarantined');
    assertAllTold(runs, made.incidents);
  });
  return made;
}

for (const [actors, block, inflight] of [
  [1, 4, 2],
  [2, 4, 2],
  [3, 12, 1],
] as const) {
  test(`bad rows in any minute of blocks of ${block}, ${actors} actors: same as minute by minute`, async () => {
    const recorded: Recorded = {
      targets: ['a', 'b', 'exits 7', 'killed', 'x'],
      minutes: 12,
      window: 3,
      bad: [
        { target: 'killed', minute: 4 }, // the first one of a block of 4
        { target: 'exits 7', minute: 5 },
        { target: 'killed', minute: 9 },
        { target: 'exits 7', minute: 11 }, // the last one
      ],
    };
    const { incidents } = await assertAsMinuteByMinute(recorded, actors, { block, inflight });
    assert.equal(countOf(incidents, 'quarantined'), 4);
  });
}

for (const minute of [0, 5, 11]) {
  test(`a block cut along its minutes, with a bad row in minute ${minute}: same as minute by minute`, async () => {
    const recorded = { targets: ['killed'], minutes: 12, window: 3, bad: [{ target: 'killed', minute }] };
    const { incidents } = await assertAsMinuteByMinute(recorded, 3, { block: 12, inflight: 1 });
    assert.equal(countOf(incidents, 'quarantined'), 1);
  });
}

test('a block that crashes actors is tried minute by minute, then one minute item by item', async () => {
  const made = supervised(1, { bad: `${BAD}` });
  const recorded = {
    targets: ['a', 'killed'],
    minutes: 4,
    window: 2,
    bad: [{ target: 'killed', minute: 1 }],
  };
  await serving(made, (pool) => serveRecorded(pool, recorded, { block: 4, inflight: 1 }));
  const { minutesMs } = recordedBlock(recorded, 0, 4);
  assert.deepEqual(
    made.incidents.map(({ kind, actor, minuteMs }) => [kind, actor, minutesMs.indexOf(minuteMs ?? NaN)]),
    [
      ['lost', 'actor-1', 0],
      ['retried', 'actor-1', 0],
      ['lost', 'actor-1', 0],
      ['retried', 'isolation', 0],
      ['lost', 'isolation', 1],
      ['isolated', 'isolation', 1],
      ['lost', 'isolation', 1],
      ['quarantined', 'isolation', 1],
    ],
  );
  assert.match(
    made.incidents[0]?.text ?? '',
    /while answering 8 items of 4 minutes from 2024-01-01T12:00:00/,
  );
});

test('losses that an item explains count against no slot, however many there are', async () => {
  const made = supervised(1, {}, { restarts: 1 });
  await serving(made, async (pool) => {
    const targets = ['a', 'exits 7', 'killed'];
    for (let start = 0; start < 6; start += 2) {
      const block = blockOf(targets, { minutes: 2, firstMs: start * 60_000 });
      const statuses = errorsOf(await pool.run(block, LINES_AND_NUMBERS));
      assert.deepEqual(
        statuses.map(([row, { errno }]) => [row, errno]),
        [1, 2, 4, 5].map((row) => [row, 'actor_lost']),
      );
    }
  });
  assert.ok(countOf(made.incidents, 'lost') > 12);
});

for (const minutes of [1, 8]) {
  test(`calls that are too large for the model get smaller, with blocks of ${minutes} minutes`, async () => {
    const recorded = { targets: targetsOf(12), minutes: 24, window: 2, bad: [] };
    const made = supervised(2, { most: '2' }, { restarts: 1 });
    const runs = await serving(made, (pool) =>
      serveRecorded(pool, recorded, { block: minutes, inflight: 2 }),
    );
    assertServed(runs, recorded, 'answered');
    assertAllTold(runs, made.incidents);
    assert.ok(countOf(made.incidents, 'lost') <= 8, `${countOf(made.incidents, 'lost')} losses`);
    const losses = runs.reduce((sum, run) => sum + (run.losses ?? 0), 0);
    assert.ok(losses >= 2, `${losses} losses with the blocks`);
  });
}

test('ten lost items in a row are enough, over minutes and blocks: no later one is tried', async () => {
  const made = supervised(1);
  const targets = ['exits 7', 'killed'];
  await made.pool.start();
  const blocks = [0, 20].map((first) => blockOf(targets, { minutes: 20, firstMs: first * 60_000 }));
  const rejected = blocks.map((block) => assert.rejects(made.pool.run(block, NUMBERS), EveryItemLost));
  await Promise.all(rejected);
  // The chunk twice; of each of the first five minutes both items, and their minute before them.
  assert.deepEqual([countOf(made.incidents, 'lost'), countOf(made.incidents, 'quarantined')], [2 + 15, 10]);
  const minute = await made.pool.run(blockOf(targets, { firstMs: 0 }), LINES_AND_NUMBERS);
  assert.deepEqual(
    errorsOf(minute).map(([, { errno }]) => errno),
    ['actor_lost', 'actor_lost'],
  );
  await made.pool.stop();
});

test('losses that no item explains count against their slot', async () => {
  await withFolder(async (folder) => {
    const made = supervised(1, { once: folder }, { restarts: 1 });
    await made.pool.start();
    await made.pool.run(blockOf(['a', 'killed'], { minutes: 2 }), NUMBERS);
    const expected = refusal('actor_failed', /^actor-1 was lost 2 times/, /--block 1\b/);
    await assert.rejects(async () => {
      await made.pool.run(blockOf(['a', 'exits 7'], { minutes: 2 }), NUMBERS);
      await made.pool.run(blockOf(['a'], { minutes: 2 }), NUMBERS);
    }, expected);
    await made.pool.stop();
  });
});

test('rows that the analyzer throws at fail alone, whatever the block', async () => {
  const made = supervised(2);
  await serving(made, async (pool) => {
    const targets = ['a', 'b', 'throws', 'x'];
    const whole = await pool.run(blockOf(targets, { minutes: 5, window: 2 }), LINES_AND_NUMBERS);
    assert.deepEqual(
      errorsOf(whole),
      [2, 6, 10, 14, 18].map((row) => [row, { errno: 'analyzer_failed', errmsg: 'throws is beyond me' }]),
    );
    const { minutesMs } = blockOf(targets, { minutes: 5 });
    const minutes = [];
    for (const firstMs of minutesMs) {
      minutes.push(await pool.run(blockOf(targets, { firstMs, window: 2 }), LINES_AND_NUMBERS));
    }
    assert.deepEqual(linesOf([whole]), linesOf(minutes));
  });
  assert.deepEqual(made.incidents, []);
});

test('a minute of only failures fails its block, whose other minutes can still be run', async () => {
  const made = supervised(2);
  await serving(made, async (pool) => {
    const targets = ['a', 'throws', 'throws'];
    const columns = [null, 'cpu', 'mem'];
    // Target a has no record in the second minute.
    const present = Uint8Array.of(1, 0, 1, 1, 1, 1);
    const block = blockOf(targets, { minutes: 2, columns, present });
    await assert.rejects(
      pool.run(block, NUMBERS),
      refusal('model', /^actor-\d while answering \d items? of 2024-01-01T12:01:00Z: throws is beyond me$/),
    );
    const first = await pool.run(blockOf(targets, { columns }), LINES_AND_NUMBERS);
    assert.deepEqual(
      errorsOf(first).map(([row]) => row),
      [1, 2],
    );
  });
});

test('a block with too many lost items in a row fails; the pool ends with the minute that has them', async () => {
  const made = supervised(1);
  const columns = Array.from({ length: 12 }, (_, i) => `column-${i}`);
  const block = blockOf(
    columns.map(() => 'killed'),
    { columns, minutes: 2, present: Uint8Array.from(columns.flatMap((_, i) => [i === 0 ? 1 : 0, 1])) },
  );
  await made.pool.start();
  await assert.rejects(made.pool.run(block, NUMBERS), EveryItemLost);
  const first = { ...blockOf(['killed'], { columns: ['column-0'] }) };
  assert.equal(errorsOf(await made.pool.run(first, LINES_AND_NUMBERS))[0]?.[1].errno, 'actor_lost');
  const second = blockOf(
    columns.map(() => 'killed'),
    { columns, firstMs: block.minutesMs[1]! },
  );
  await assert.rejects(made.pool.run(second, NUMBERS), EveryItemLost);
  await assert.rejects(made.pool.run(blockOf(['a']), NUMBERS), AiopsError);
  await made.pool.stop();
});

test('an actor that makes progress is not stuck, however long a block takes', async () => {
  const made = supervised(1, { late: '600' }, { timeoutMs: 2500 });
  await serving(made, async (pool) => {
    const { answers, timing } = await pool.run(blockOf(['late'], { minutes: 8 }), NUMBERS);
    assert.equal(answers.scores.length, 8);
    assert.ok(timing.wallMs > 2500);
  });
  assert.deepEqual(made.incidents, []);
});

test('a quarantine that a run knows travels in its blocks: no actor is lost', async () => {
  const recorded = {
    targets: ['a', 'killed'],
    minutes: 6,
    window: 3,
    bad: [{ target: 'killed', minute: 2 }],
  };
  const { quarantines } = await assertAsMinuteByMinute(recorded, 2, { block: 3, inflight: 2 });
  const later = supervised(2, { bad: `${BAD}` }, { quarantines });
  await serving(later, async (pool) => {
    assertServed(await serveRecorded(pool, recorded, { block: 6, inflight: 1 }), recorded, 'quarantined');
    const answers = await pool.ask(1, recordedBlock(recorded, 0, 6), NUMBERS);
    assert.equal(answers.statuses.length, 12);
  });
  assert.deepEqual(later.incidents, []);
});
