import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { cutMinutes, cutSeries, type Block } from '#build/core/block.js';
import { LookBack, type WindowSpec } from '#build/core/look-back.js';
import type { ItemRange } from '#build/core/partition.js';
import type { Label, MinuteBatch, MinuteRecord, MissingPolicy } from '#build/core/types.js';

import { MINUTE_MS, minuteBatch, record } from '../support/records.js';
import { referenceRows, rowsOf, type Row } from '../support/window-rows.js';

const COLUMNS = ['cpu', 'mem', 'io'];

const spec = (more: Partial<WindowSpec> = {}): WindowSpec => ({
  intervalMs: MINUTE_MS,
  window: 3,
  recordingColumns: ['cpu', 'mem'],
  columns: 'each',
  missing: 'hold',
  ...more,
});

/** The blocks of a recording: one ends at every minute that `closes`, and where the next minute does not fit. */
function blocksOf(
  lookBack: LookBack,
  minutes: readonly MinuteBatch[],
  closes: (minute: number) => boolean = () => false,
): Block[] {
  const blocks: Block[] = [];
  for (const [i, minute] of minutes.entries()) {
    if (lookBack.minutes > 0 && (closes(i) || !lookBack.fits(minute))) blocks.push(lookBack.take());
    lookBack.push(minute);
  }
  if (lookBack.minutes > 0) blocks.push(lookBack.take());
  return blocks;
}

function run(
  settings: WindowSpec,
  minutes: readonly MinuteBatch[],
  closes?: (minute: number) => boolean,
): Row[] {
  const blocks = blocksOf(new LookBack(settings), minutes, closes);
  return blocks.flatMap((block) => rowsOf(block, settings));
}

const TARGETS = ['a', 'b', 'c', 'd'];

/** Some settings, and a recording that suits them; records may bring their own windows. */
const cases = fc
  .record({
    window: fc.integer({ min: 1, max: 6 }),
    missing: fc.constantFrom<MissingPolicy>('hold', 'zero', 'reject'),
    recordingColumns: fc.integer({ min: 1, max: 3 }).map((count) => COLUMNS.slice(0, count)),
    picked: fc.option(fc.shuffledSubarray(COLUMNS, { minLength: 1 })),
    ownWindows: fc.constantFrom(0, 0, 0.1),
  })
  .chain(({ window, missing, recordingColumns, picked, ownWindows }) => {
    const columns = picked?.filter((name) => recordingColumns.includes(name)) ?? [];
    const settings = spec({
      window,
      missing,
      recordingColumns,
      columns: columns.length === 0 ? 'each' : columns,
    });
    return fc.record({
      settings: fc.constant(settings),
      minutes: recordingOf(window, recordingColumns.length, ownWindows),
      cuts: fc.infiniteStream(fc.nat(99)),
    });
  });

const cell = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);

function recordingOf(window: number, columns: number, ownWindows: number): fc.Arbitrary<MinuteBatch[]> {
  const values = fc.array(cell, { minLength: columns * window, maxLength: columns * window });
  const label = fc.constantFrom<Label>(null, null, null, 0, 1, 'broken');
  const entry = fc.record({
    values,
    label,
    isPresent: fc.nat(9),
    own: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const step = fc.record({
    gap: fc.constantFrom(1, 1, 1, 1, 1, 2, 3, 7),
    mostPresent: fc.constantFrom(9, 9, 9, 5),
    entries: fc.array(entry, { minLength: TARGETS.length, maxLength: TARGETS.length }),
  });
  return fc.array(step, { maxLength: 40 }).map((steps) => {
    let tick = -20;
    return steps.map(({ gap, mostPresent, entries }) => {
      tick += gap;
      const records = entries.flatMap(({ values: all, label: given, isPresent, own }, i): MinuteRecord[] => {
        if (isPresent > mostPresent) return [];
        const bringsWindow = own < ownWindows;
        const used = bringsWindow ? all : all.slice(0, columns);
        return [record(tick, TARGETS[i]!, used, { label: given, bringsWindow })];
      });
      return minuteBatch(tick, records);
    });
  });
}

test('rows are those of a slow reference, wherever blocks begin and whatever is missing', () => {
  fc.assert(
    fc.property(cases, ({ settings, minutes, cuts }) => {
      const numbers = [...cuts.take(minutes.length + 1)];
      const most = 1 + (numbers[minutes.length]! % 12);
      const closes = (minute: number): boolean => numbers[minute]! % most === 0;
      assert.deepEqual(run(settings, minutes, closes), referenceRows(minutes, settings));
    }),
    { numRuns: 2000 },
  );
});

/** A range of `length`, by two random numbers. */
function rangeOf(length: number, a: number, b: number): ItemRange {
  const [start, end] = [a % length, b % length].sort((x, y) => x - y) as [number, number];
  return { start, end: end + 1 };
}

test('a cut of a block has the same rows as the block has there', () => {
  fc.assert(
    fc.property(cases, ({ settings, minutes, cuts }) => {
      for (const block of blocksOf(new LookBack(settings), minutes)) {
        if (block.targets.length === 0) continue;
        const [a, b, c, d] = [...cuts.take(4)] as [number, number, number, number];
        const [inMinutes, inSeries] = [
          rangeOf(block.minutesMs.length, a, b),
          rangeOf(block.targets.length, c, d),
        ];
        const kept = new Set(
          block.minutesMs.slice(inMinutes.start, inMinutes.end).map((ms) => ms / MINUTE_MS),
        );
        const names = (part: Block): Set<string> =>
          new Set(part.targets.map((target, i) => `${target} ${part.columns[i]}`));
        const cut = cutMinutes(cutSeries(block, inSeries), inMinutes);
        const held = names(cut);
        const expected = rowsOf(block, settings).filter(
          ({ minute, target, column }) => kept.has(minute) && held.has(`${target} ${column}`),
        );
        assert.deepEqual(rowsOf(cut, settings), expected);
        assert.deepEqual(cutSeries(cutMinutes(block, inMinutes), inSeries), cut);
      }
    }),
    { numRuns: 1000 },
  );
});

test('every minute of a block, cut out alone, knows as much of each life as if it had been gathered alone', () => {
  fc.assert(
    fc.property(cases, ({ settings, minutes }) => {
      const livesOf = (block: Block): unknown[] =>
        block.targets.flatMap((target, i) =>
          block.present[i] === 0 ? [] : [[target, block.columns[i], block.bornAt[i], block.seenAt[i]]],
        );
      const cut = blocksOf(new LookBack(settings), minutes).flatMap((block) =>
        block.minutesMs.map((_, minute) => livesOf(cutMinutes(block, { start: minute, end: minute + 1 }))),
      );
      assert.deepEqual(cut, blocksOf(new LookBack(settings), minutes, () => true).map(livesOf));
    }),
  );
});

test('a run that starts 2 × window − 1 intervals earlier gives the same rows as one from the beginning', () => {
  fc.assert(
    fc.property(cases, ({ settings, minutes }) => {
      const last = minutes.at(-1);
      if (last === undefined) return;
      const from = last.minuteMs - (2 * settings.window - 1) * MINUTE_MS;
      const rowsOfLast = (batches: readonly MinuteBatch[]): Row[] => {
        const lookBack = new LookBack(settings);
        for (const batch of batches.slice(0, -1)) lookBack.skip(batch);
        lookBack.push(last);
        return rowsOf(lookBack.take(), settings);
      };
      const expected = run(settings, minutes).filter(({ minute }) => minute === last.minuteMs / MINUTE_MS);
      assert.deepEqual(rowsOfLast(minutes.filter(({ minuteMs }) => minuteMs > from)), expected);
    }),
  );
});

const oneColumn = spec({ recordingColumns: ['cpu'], window: 2 });
const minuteOf = (tick: number, targets: readonly string[]): MinuteBatch =>
  minuteBatch(
    tick,
    targets.map((target) => record(tick, target, [tick])),
  );

test('warm-up ends with the window-th interval after the first record, that one counted', () => {
  const settings = spec({ recordingColumns: ['cpu'] });
  const minutes = [1, 2, 3, 4].map((tick) => minuteOf(tick, ['a']));
  assert.deepEqual(
    run(settings, minutes).map(({ state, window }) => [state, window]),
    [
      ['warmup', null],
      ['warmup', null],
      ['item', [1, 2, 3]],
      ['item', [2, 3, 4]],
    ],
  );
  const lookBack = new LookBack(settings);
  assert.deepEqual(
    minutes.map((minute) => lookBack.push(minute)),
    [false, false, true, true],
  );
});

test('a target that was absent for a window starts over, even within a block', () => {
  const present = [['a', 'b'], ['a', 'b'], ['b'], ['a', 'b']];
  const minutes = present.map((targets, tick) => minuteOf(tick, targets));
  assert.equal(blocksOf(new LookBack(oneColumn), minutes).length, 1);
  assert.deepEqual(
    run(oneColumn, minutes).flatMap(({ target, state }) => (target === 'a' ? [state] : [])),
    ['warmup', 'item', 'warmup'],
  );
});

test('memory holds only the targets that are alive, and what their windows need', () => {
  const lookBack = new LookBack(oneColumn);
  for (let tick = 0; tick < 1000; tick++) {
    const minute = minuteOf(tick, ['a', `t${tick}`]);
    if (tick < 500) lookBack.skip(minute);
    else {
      lookBack.push(minute);
      assert.equal(lookBack.take().intervals, 2);
    }
  }
  assert.ok(lookBack.targets <= 5, `${lookBack.targets} targets are held`);
});

test('targets are in order, however late they appear', () => {
  const lookBack = new LookBack(spec());
  lookBack.push(minuteBatch(0, [record(0, 'b', [1, 2], { label: 1 })]));
  lookBack.push(minuteBatch(1, [record(1, 'a', [3, 4]), record(1, 'c', [5, 6], { label: 'odd' })]));
  assert.equal(lookBack.valueBytes, 3 * 2 * 4 * 8);
  const block = lookBack.take();
  assert.deepEqual(block.targets, ['a', 'a', 'b', 'b', 'c', 'c']);
  assert.deepEqual(block.columns, ['cpu', 'mem', 'cpu', 'mem', 'cpu', 'mem']);
  assert.deepEqual([...block.present], [0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1]);
  assert.equal(block.values.byteLength, 3 * 2 * 4 * 8);
  assert.deepEqual(block.labels?.values, [null, 1, 'odd']);
  assert.deepEqual([...block.labels.codes], [0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 0, 2]);
  lookBack.push(minuteBatch(2, [record(2, 'a', [7, 8])]));
  assert.equal(lookBack.take().labels, null);
});

test('a block ends at a gap as long as a window', () => {
  const lookBack = new LookBack(oneColumn);
  lookBack.push(minuteOf(0, ['a']));
  assert.ok(lookBack.fits(minuteOf(2, ['a'])));
  assert.ok(!lookBack.fits(minuteOf(3, ['a'])));
  assert.throws(() => lookBack.push(minuteOf(3, ['a'])), RangeError);
  assert.throws(() => lookBack.skip(minuteOf(1, ['a'])), RangeError);
  lookBack.take();
  assert.ok(lookBack.fits(minuteOf(9, ['a'])));
  assert.throws(() => lookBack.take(), RangeError);
});

test('records that bring their own windows are a block of their own, need no warm-up and leave no trace', () => {
  const settings = spec({ window: 2 });
  const own = minuteBatch(0, [record(0, 'a', [1, 10, NaN, 20], { bringsWindow: true })]);
  const plain = minuteBatch(1, [record(1, 'a', [1, 2])]);
  const lookBack = new LookBack(settings);
  assert.ok(lookBack.push(own));
  assert.ok(!lookBack.fits(plain));
  assert.deepEqual(
    rowsOf(lookBack.take(), settings).map(({ column, state, window }) => [column, state, window]),
    [
      ['cpu', 'item', [1, 1]],
      ['mem', 'item', [10, 20]],
    ],
  );
  assert.equal(lookBack.targets, 0);
  assert.ok(!lookBack.push(plain));
  assert.ok(!lookBack.fits(minuteBatch(2, own.records)));
});

test('a column the recording lacks is refused at once', () => {
  assert.throws(() => new LookBack(spec({ columns: ['disk'] })), /disk/);
});
