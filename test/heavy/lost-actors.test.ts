import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { quarantineOf, Quarantines } from '#build/core/quarantines.js';

import { blockOf } from '../support/blocks.js';
import { LINES_AND_NUMBERS, NUMBERS } from '../support/chunks.js';
import { refusal } from '../support/refusals.js';
import {
  assertServed,
  BAD,
  countOf,
  errorsOf,
  recordedBlock,
  recordedOf,
  serveRecorded,
  stopAll,
  supervised,
} from '../support/supervised.js';

// Each of these loses actors by the dozen; test/pool/supervision.test.ts has a test for each way to be lost.

after(stopAll);

for (const [actors, inflight] of [
  [1, 2],
  [2, 1],
  [3, 2],
  [4, 2],
] as const) {
  test(`a bad row in 60 windows, ${actors} actors, ${inflight} under way: three losses, all else right`, async () => {
    const quarantines = new Quarantines();
    const { pool, incidents } = supervised(actors, { bad: `${BAD}` }, { quarantines });
    try {
      await pool.start();
      const recorded = recordedOf('killed', {
        minutes: 70,
        window: 60,
        bad: [{ target: 'killed', minute: 4 }],
      });
      const runs = await serveRecorded(pool, recorded, { inflight });
      assertServed(runs, recorded, 'quarantined');
      assert.deepEqual(
        [countOf(incidents, 'lost'), countOf(incidents, 'quarantined'), countOf(incidents, 'isolated')],
        [3, 1, 1],
      );
      const expected = [quarantineOf(recordedBlock(recorded, 4), 2, 0)];
      assert.deepEqual(quarantines.after(recordedBlock(recorded, 10).minutesMs[0]!), expected);
      // A later run that knows of it loses no actor.
      const later = supervised(actors, { bad: `${BAD}` }, { quarantines: new Quarantines(expected) });
      await later.pool.start();
      const again = await serveRecorded(later.pool, recorded, { inflight }).finally(() => later.pool.stop());
      assertServed(again, recorded, 'quarantined');
      assert.deepEqual(later.incidents, []);
    } finally {
      await pool.stop();
    }
  });
}

test('several bad rows in one chunk are each found, and count against no slot', async () => {
  const { pool, incidents } = supervised(1);
  try {
    await pool.start();
    for (let minute = 0; minute < 3; minute++) {
      const targets = ['a', 'killed', 'b', 'exits 7', 'garbage', 'c'];
      const run = await pool.run(blockOf(targets, { firstMs: minute * 60_000 }), LINES_AND_NUMBERS);
      assert.deepEqual(
        errorsOf(run).map(([row, { errno }]) => [row, errno]),
        [1, 3, 4].map((row) => [row, 'actor_lost']),
      );
      assert.deepEqual([...run.answers.scores], [0, NaN, 2, NaN, NaN, 5]);
    }
    assert.equal(countOf(incidents, 'lost'), 3 * 5);
    assert.equal(countOf(incidents, 'quarantined'), 9);
  } finally {
    await pool.stop();
  }
});

test('more than a few items in succession that cost actors are not the data’s fault: the pool ends', async () => {
  const { pool, incidents } = supervised(1);
  await pool.start();
  const columns = Array.from({ length: 12 }, (_, i) => `column-${i}`);
  await assert.rejects(
    pool.run(
      blockOf(
        columns.map(() => 'killed'),
        { columns },
      ),
      NUMBERS,
    ),
    refusal('actor_failed', /^10 items in a row crashed every actor that got them; the last time: isolation/),
  );
  assert.equal(countOf(incidents, 'lost'), 2 + 10);
  await pool.stop();
});

test('an item that is not tried does not hide that all others of its chunk crash actors', async () => {
  const columns = Array.from({ length: 12 }, (_, i) => `column-${i}`);
  const block = blockOf(
    columns.map(() => 'killed'),
    { columns },
  );
  const { pool } = supervised(1, {}, { quarantines: new Quarantines([quarantineOf(block, 5, 0)]) });
  await pool.start();
  await assert.rejects(pool.run(block, NUMBERS), refusal('actor_failed', /^10 items in a row crashed/));
  await pool.stop();
});
