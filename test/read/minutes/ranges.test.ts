import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { openRecording, type ReadOptions } from '#build/read/recording.js';
import { READ_DEFAULTS, folderWith, readInputs, readText } from '../../support/reading.js';
import { plainSteps, type PlainStep } from '../../support/read-steps.js';

const OPTIONS: ReadOptions = { ...READ_DEFAULTS, interval: 60_000, columns: ['v'] };
const minuteMs = (minute: number): number => Date.UTC(2026, 0, 1) + minute * 60_000;
const row = (minute: number, target = 'a', v: number | string = 1): string =>
  `${new Date(minuteMs(minute)).toISOString()},${target},${v}\n`;

async function stepsOf(text: string, options: Partial<ReadOptions>): Promise<PlainStep[]> {
  return plainSteps(
    await openRecording(['-'], { ...OPTIONS, ...options }, Readable.from([Buffer.from(text)])),
  );
}

const shown = (steps: readonly PlainStep[]): unknown =>
  steps.map(({ minuteMs: at, lookBack, account: [found, , filtered], rejects }) => [
    at === null ? null : new Date(at).getUTCMinutes(),
    lookBack ? 'look-back' : 'counts',
    found,
    filtered,
    rejects.length,
  ]);

test('minutes before the range come as look-back as far as its windows need them, and reading ends after it', async () => {
  const rows = Array.from(
    { length: 9 },
    (_, i) => `${row(i)}${i === 2 || i === 4 || i === 6 ? 'junk\n' : ''}`,
  );
  const text = `time,target,v\n${rows.join('')}`;
  const range = { fromMs: minuteMs(4), toMs: minuteMs(6), lookBackIntervals: 2 };
  assert.deepEqual(shown(await stepsOf(text, range)), [
    [2, 'look-back', 0, 0, 0],
    [3, 'look-back', 0, 0, 0],
    [4, 'counts', 2, 5, 1],
    [5, 'counts', 1, 0, 0],
    [null, 'counts', 0, 2, 0],
  ]);
});

test('in a range without a record, everything is filtered', async () => {
  const text = `time,target,v\n${row(0)}${row(1)}junk\n${row(9)}`;
  assert.deepEqual(shown(await stepsOf(text, { fromMs: minuteMs(3), toMs: minuteMs(8) })), [
    [null, 'counts', 0, 4, 0],
  ]);
  assert.deepEqual(shown(await stepsOf(text, { fromMs: minuteMs(20) })), [[null, 'counts', 0, 4, 0]]);
});

test('if the end of an input closes minutes on both sides of the end of the range, it counts as read to its end', async () => {
  for (const rows of [9, 10, 11]) {
    const text = `time,target,v\n${Array.from({ length: rows }, (_, i) => row(i)).join('')}`;
    const steps = await stepsOf(text, { grace: 2, toMs: minuteMs(8) });
    assert.deepEqual(steps.at(-1)?.positions, ['end'], `${rows} rows`);
    assert.equal(
      steps.reduce((sum, { account: [found, , filtered] }) => sum + found + filtered, 0),
      rows,
    );
  }
  const unfinished = await stepsOf(`time,target,v\n${row(0)}${row(1)}`.trimEnd(), { toMs: minuteMs(1) });
  assert.deepEqual(unfinished.at(-1)?.positions, ['end'], 'its last line closed the minute before');
});

test('masses of rejects outside the range count as filtered', async () => {
  const junk = 'junk\n'.repeat(5000);
  const text = `time,target,v\n${junk.slice(0, 50)}${row(0)}${junk}${row(1)}${row(2)}${junk}${row(3)}`;
  assert.deepEqual(shown(await stepsOf(text, { fromMs: minuteMs(1), toMs: minuteMs(2) })), [
    [1, 'counts', 1, 5011, 0],
    [null, 'counts', 0, 5001, 0],
  ]);
});

test('masses of rejects before the first record belong to the range of that record', async () => {
  const text = `time,target,v\n${'junk\n'.repeat(5000)}${row(5)}${row(6)}`;
  const rejectsOf = async (from: number | null, to: number | null): Promise<number> => {
    const range = { fromMs: from === null ? null : minuteMs(from), toMs: to === null ? null : minuteMs(to) };
    return (await readText(text, { ...OPTIONS, columns: ['v'], ...range })).rejects.length;
  };
  for (const border of [3, 5, 6, 9]) {
    assert.equal(await rejectsOf(null, border), border > 5 ? 5000 : 0, `to ${border}`);
    assert.equal(await rejectsOf(border, null), border > 5 ? 0 : 5000, `from ${border}`);
  }
});

const recorded = fc.array(
  fc.record({
    ahead: fc.constantFrom(0, 0, 1, 1, 3),
    back: fc.nat(2),
    target: fc.nat(4),
    isBad: fc.boolean(),
  }),
  { minLength: 1, maxLength: 30 },
);

test('adjacent ranges add up to the whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      recorded,
      fc.nat(2),
      fc.array(fc.nat(30), { maxLength: 3 }),
      async (events, grace, borders) => {
        let newest = 0;
        const lines = events.map(({ ahead, back, target, isBad }) => {
          newest += ahead;
          const minute = Math.max(0, newest - (ahead > 0 ? 0 : Math.min(back, grace)));
          return row(minute, `t${target}`, isBad ? 'x' : 1);
        });
        const text = `time,target,v\n${row(0, 'first')}${lines.join('')}`;
        const whole = await readText(text, { ...OPTIONS, grace });
        const cuts = [null, ...borders.sort((a, b) => a - b).map(minuteMs), null];
        const records: unknown[] = [];
        let rejects = 0;
        for (let i = 0; i + 1 < cuts.length; i++) {
          const range = { fromMs: cuts[i] ?? null, toMs: cuts[i + 1] ?? null };
          const part = await readText(text, { ...OPTIONS, grace, ...range });
          records.push(...part.records);
          rejects += part.rejects.length;
        }
        assert.deepEqual(records, whole.records);
        assert.equal(rejects, whole.rejects.length);
      },
    ),
    { numRuns: 150 },
  );
});

test('shards are disjoint and complete, with the columns and rows of the whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.string({ minLength: 1 }), { maxLength: 20 }),
      async (count, names) => {
        const targets = [...new Set(['one', ...names])];
        const lines = [0, 1].flatMap((minute) =>
          targets.map((target, v) => JSON.stringify({ time: minuteMs(minute), target, v })),
        );
        const text = lines.join('\n');
        const whole = await readText(text, OPTIONS);
        const parts = await Promise.all(
          Array.from({ length: count }, (_, i) =>
            readText(text, { ...OPTIONS, shard: { index: i + 1, count } }),
          ),
        );
        const place = ({ minute, target }: { minute: string; target: string }): string =>
          `${minute} ${target}`;
        const all = parts.flatMap(({ records }) => records).sort((a, b) => (place(a) < place(b) ? -1 : 1));
        assert.deepEqual(
          all,
          whole.records.toSorted((a, b) => (place(a) < place(b) ? -1 : 1)),
        );
        for (const { records, rejects, filtered } of parts) {
          assert.equal(records.length + rejects.length + filtered, lines.length);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('files of one target each are divided among shards as well', async (t) => {
  const names = Array.from({ length: 6 }, (_, i) => `host-${i}`);
  const files = Object.fromEntries(
    names.map((name) => [
      `${name}.csv`,
      `time,v\n${[0, 1, 2].map((m) => row(m).replace(',a', '')).join('')}`,
    ]),
  );
  const folder = await folderWith(t, files);
  const paths = names.map((name) => join(folder, `${name}.csv`));
  const found: string[] = [];
  for (const index of [1, 2]) {
    const { records, filtered } = await readInputs(paths, { ...OPTIONS, shard: { index, count: 2 } });
    assert.equal(records.length + filtered, 18);
    found.push(...new Set(records.map(({ target }) => target)));
  }
  assert.deepEqual(found.sort(), names);
});
