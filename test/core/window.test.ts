import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { MinuteBatch, MissingPolicy } from '#dist/core/types.js';
import { WindowStore, type WindowSpec } from '#dist/core/window.js';

import { MINUTE_MS, minuteBatch, record } from '../support/records.js';

const spec = (more: Partial<WindowSpec> = {}): WindowSpec => ({
  intervalMs: MINUTE_MS,
  window: 3,
  recordingColumns: ['cpu', 'mem'],
  columns: 'each',
  missing: 'hold',
  ...more,
});

type Row = readonly [target: string, column: string | null, state: string, window: readonly number[] | null];

/** What the store makes of a recording, flattened: one entry per result row. */
function run(store: WindowStore, minutes: readonly MinuteBatch[]): Row[] {
  return minutes.flatMap((minute) => {
    const { rows, batch } = store.push(minute);
    const size = batch.window * batch.width;
    assert.equal(batch.values.length, batch.targets.length * size);
    let item = 0;
    return rows.map((row): Row => {
      if (row.state !== 'item') {
        return [row.target, row.column, row.state === 'warmup' ? 'warmup' : row.state.errno, null];
      }
      assert.equal(batch.targets[item], row.target);
      assert.equal(batch.columns[item], row.column);
      const window = Array.from(batch.values.subarray(item * size, (item + 1) * size));
      item++;
      return [row.target, row.column, 'item', window];
    });
  });
}

/** The rules of `WindowStore` said again the slow way, from the whole history every time. */
function reference(
  minutes: readonly MinuteBatch[],
  { window, missing, columns, recordingColumns }: WindowSpec,
): Row[] {
  const history = new Map<string, Map<number, Float64Array>>();
  const groups = columns === 'each' ? recordingColumns.map((name) => [name]) : [columns.map((name) => name)];
  return minutes.flatMap((minute) => {
    const tick = minute.minuteMs / MINUTE_MS;
    return minute.records.flatMap(({ target, values }) => {
      const seen = history.get(target) ?? new Map<number, Float64Array>();
      history.set(target, seen.set(tick, values));
      let first = tick;
      for (let earlier = tick - 1; earlier > first - window; earlier--)
        if (seen.has(earlier)) first = earlier;
      return groups.map((names): Row => {
        const column = columns === 'each' ? (names[0] ?? '') : null;
        if (tick - first + 1 < window) return [target, column, 'warmup', null];
        const series = names.map((name) =>
          Array.from({ length: window }, (_, k) => {
            const at = seen.get(tick - window + 1 + k);
            return at?.[recordingColumns.indexOf(name)] ?? NaN;
          }),
        );
        for (const cells of series) {
          const known = cells.filter((value) => !Number.isNaN(value));
          if (known.length === window) continue;
          if (missing === 'reject') return [target, column, 'missing_value', null];
          if (missing === 'hold' && known.length === 0) return [target, column, 'no_value', null];
          cells.forEach((value, k) => {
            if (!Number.isNaN(value)) return;
            cells[k] = missing === 'zero' ? 0 : (cells[k - 1] ?? known[0] ?? NaN);
          });
        }
        const rowMajor = Array.from({ length: window }, (_, k) => series.map((cells) => cells[k] ?? NaN));
        return [target, column, 'item', rowMajor.flat()];
      });
    });
  });
}

const recording = fc
  .array(
    fc.record({
      step: fc.constantFrom(1, 1, 1, 1, 2, 3, 7),
      present: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      values: fc.array(
        fc.oneof(
          { weight: 4, arbitrary: fc.integer({ min: 1, max: 99 }) },
          { weight: 1, arbitrary: fc.constant(NaN) },
        ),
        {
          minLength: 8,
          maxLength: 8,
        },
      ),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let tick = -20;
    return steps.map(({ step, present, values }) => {
      tick += step;
      const records = ['a', 'b', 'c', 'd']
        .map((target, i) => record(tick, target, values.slice(2 * i, 2 * i + 2)))
        .filter((_, i) => present[i]);
      return minuteBatch(tick, records);
    });
  });

test('windows are those of a slow reference, whatever is missing', () => {
  fc.assert(
    fc.property(
      recording,
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom<MissingPolicy>('hold', 'zero', 'reject'),
      fc.constantFrom<WindowSpec['columns']>('each', ['mem'], ['mem', 'cpu']),
      (minutes, window, missing, columns) => {
        const settings = spec({ window, missing, columns });
        assert.deepEqual(run(new WindowStore(settings), minutes), reference(minutes, settings));
      },
    ),
    { numRuns: 1000 },
  );
});

test('a run that starts 2 × window − 1 intervals earlier gives the same rows as one from the beginning', () => {
  fc.assert(
    fc.property(recording, fc.integer({ min: 1, max: 6 }), (minutes, window) => {
      const settings = spec({ window });
      const last = minutes.at(-1);
      if (last === undefined) return;
      const lookback = minutes.filter(
        ({ minuteMs }) => minuteMs > last.minuteMs - (2 * window - 1) * MINUTE_MS,
      );
      const rowsOfLast = (batches: readonly MinuteBatch[]): Row[] => {
        const rows = run(new WindowStore(settings), batches);
        return rows.slice(rows.length - 2 * last.records.length);
      };
      assert.deepEqual(rowsOfLast(lookback), rowsOfLast(minutes));
    }),
  );
});

test('warm-up ends with the window-th interval after the first record, that one counted', () => {
  const store = new WindowStore(spec({ recordingColumns: ['cpu'] }));
  const minutes = [1, 2, 3, 4].map((tick) => minuteBatch(tick, [record(tick, 'a', [tick])]));
  assert.deepEqual(run(store, minutes), [
    ['a', 'cpu', 'warmup', null],
    ['a', 'cpu', 'warmup', null],
    ['a', 'cpu', 'item', [1, 2, 3]],
    ['a', 'cpu', 'item', [2, 3, 4]],
  ]);
});

test('a target that was absent for a window starts over; memory holds only those alive', () => {
  const store = new WindowStore(spec({ recordingColumns: ['cpu'], window: 2 }));
  run(store, [minuteBatch(0, [record(0, 'a', [1])]), minuteBatch(1, [record(1, 'a', [2])])]);
  assert.deepEqual(run(store, [minuteBatch(3, [record(3, 'a', [3])])]), [['a', 'cpu', 'warmup', null]]);
  for (let tick = 4; tick < 1000; tick++) store.push(minuteBatch(tick, [record(tick, `t${tick}`, [1])]));
  assert.ok(store.targets <= 4, `${store.targets} targets are held`);
});

test('a record that brings its own window needs no warm-up and leaves no trace', () => {
  const store = new WindowStore(spec({ window: 2 }));
  const own = minuteBatch(0, [record(0, 'a', [1, 10, NaN, 20], { bringsWindow: true })]);
  assert.deepEqual(run(store, [own]), [
    ['a', 'cpu', 'item', [1, 1]],
    ['a', 'mem', 'item', [10, 20]],
  ]);
  assert.equal(store.targets, 0);
});

test('a column the recording lacks is refused at once', () => {
  assert.throws(() => new WindowStore(spec({ columns: ['disk'] })), /disk/);
});
