import assert from 'node:assert/strict';
import { test } from 'node:test';

import { shardOf } from '#build/core/shard.js';

import { readText, type ReadOutcome, type ReadReject } from '../../support/reading.js';

const TARGETS = Array.from({ length: 12 }, (_, i) => `host-${i}`);
const time = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const lines = (of: (minute: number) => readonly string[]): string =>
  [0, 1, 2].flatMap((minute) => of(minute).map((line) => `${line}\n`)).join('');

const csv = lines((minute) => [
  ...TARGETS.map((target, i) => `${time(minute)},${target},${i % 4 === 1 ? 'much' : i}`),
  `${time(minute)},host-3,7`, // once more
  `${time(minute)},,1`,
  `${time(minute)},"host-4"x,1`,
  'a line of one field',
  `no time,host-5,1`,
]);

const rows = lines((minute) => [
  ...TARGETS.map((target, i) => JSON.stringify({ time: time(minute), target, v: i % 4 === 1 ? 'much' : i })),
  JSON.stringify({ time: time(minute), target: 'host-3', v: 7 }),
  JSON.stringify({ time: time(minute), v: 1 }),
  '{"time": "2026',
  '[1, 2]',
  JSON.stringify({ time: 'no time', target: 'host-5', v: 1 }),
]);

const batches = lines((minute) => [
  JSON.stringify({
    time: time(minute),
    items: [
      ...TARGETS.map((target, i) => ({ target, values: [i % 4 === 1 ? 'much' : i] })),
      { target: 'host-3', values: [7] },
      { values: [1] },
      7,
    ],
  }),
  JSON.stringify({ time: 'no time', items: [{ target: 'host-5', values: [1] }] }),
  '{"time": "2026',
]);

/** Why a record is rejected whose target is known. */
const OF_A_TARGET: ReadonlySet<string> = new Set(['bad_value', 'bad_time', 'duplicate']);

const RECORDINGS = {
  csv: `time,target,v\n${csv}`,
  'rows of JSONL': rows,
  'minute-batches': batches,
};

const byPlace = (a: ReadReject, b: ReadReject): number => a.line - b.line || (a.item ?? -1) - (b.item ?? -1);
const found = ({ records, rejects, merged }: ReadOutcome): number => records.length + rejects.length + merged;

for (const [layout, text] of Object.entries(RECORDINGS)) {
  test(`${layout}: the shards' records and rejects add up to all; those without a target are in the first`, async () => {
    const options = { interval: 60_000, columns: ['v'] } as const;
    const all = await readText(text, options);
    // A minute-batch is one line for all its targets.
    const isNameless = ({ reason, item }: ReadReject): boolean =>
      !OF_A_TARGET.has(reason) || (layout === 'minute-batches' && item === undefined);
    assert.ok(all.rejects.some(isNameless) && !all.rejects.every(isNameless), 'there are both kinds');
    for (const count of [1, 2, 3, 5]) {
      const shares: ReadOutcome[] = [];
      for (let index = 1; index <= count; index++) {
        shares.push(await readText(text, { ...options, shard: { index, count } }));
      }
      for (const [i, share] of shares.entries()) {
        assert.equal(
          found(share) + share.filtered,
          found(all),
          `share ${i + 1} of ${count} counts every line`,
        );
        assert.ok(share.records.every(({ target }) => shardOf(target, count) === i + 1));
        assert.ok(i === 0 || !share.rejects.some(isNameless), `share ${i + 1} of ${count} keeps nobody's`);
      }
      const rejects = shares.flatMap((share) => share.rejects);
      assert.deepEqual(rejects.sort(byPlace), [...all.rejects].sort(byPlace), `shares of ${count}`);
      assert.equal(shares.flatMap(({ records }) => records).length, all.records.length);
    }
  });
}
