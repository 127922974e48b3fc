import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { AnomalyEvents, type FlaggedRow } from '#build/replay/report/anomaly-events.js';

import { minuteBatch, record } from '../../support/records.js';
import { rowsOf } from '../../support/rows.js';

const MINUTE_MS = 60_000;

function eventsOf(rows: readonly Partial<FlaggedRow & { minute: number }>[]): AnomalyEvents {
  const events = new AnomalyEvents({ intervalMs: MINUTE_MS, columns: ['v'] });
  for (const { minute = 0, ...row } of rows)
    events.add({ minuteMs: minute * MINUTE_MS, target: 'a', column: 'v', score: 1, label: null, ...row });
  return events;
}

const minuteOf = (iso: string): number => Date.parse(iso) / MINUTE_MS;

describe('events', () => {
  test('one unflagged interval does not end an event, two do', () => {
    const { events, listed } = eventsOf([3, 4, 6, 9].map((minute) => ({ minute }))).summary();
    assert.equal(events, 2);
    assert.deepEqual(
      listed.map(({ first, last, minutes }) => [minuteOf(first), minuteOf(last), minutes]),
      [
        [3, 6, 3],
        [9, 9, 1],
      ],
    );
  });

  test('the peak has its score, minute and label; an event without a score comes last', () => {
    const { listed } = eventsOf([
      { minute: 1, target: 'b', score: NaN },
      { minute: 1, score: NaN },
      { minute: 2, score: 2, label: 1 },
      { minute: 3, score: 1, label: 0 },
    ]).summary();
    assert.deepEqual(
      listed.map(({ target, score, peak, label }) => [target, score, minuteOf(peak), label]),
      [
        ['a', 2, 2, 1],
        ['b', null, 1, null],
      ],
    );
  });

  test('rows belong to the columns of the records in their order', () => {
    const events = new AnomalyEvents({ intervalMs: MINUTE_MS, columns: ['cpu', 'mem'] });
    const records = ['a', 'b'].map((target) => record(5, target, [0, 0]));
    const flags = [false, true, true, false];
    const rows = flags.map((anomaly, i) => ({ status: 'ok', score: i, anomaly }) as const);
    events.addMinute(minuteBatch(5, records), rowsOf(rows));
    assert.deepEqual(
      events.summary().listed.map(({ target, column, score }) => [target, column, score]),
      [
        ['b', 'cpu', 2],
        ['a', 'mem', 1],
      ],
    );
  });

  test('they are those of sorting all of them, whatever the rows', () => {
    const row = fc.record({
      minute: fc.nat(400),
      target: fc.constantFrom('a', 'b', 'a1'),
      column: fc.constantFrom(null, 'v', 'w'),
      score: fc.constantFrom(0.5, 1, 2, NaN),
    });
    const rows = fc.uniqueArray(row, {
      maxLength: 600,
      selector: ({ minute, target, column }) => JSON.stringify([minute, target, column]),
    });
    fc.assert(
      fc.property(rows, (unsorted) => {
        const flagged = unsorted.sort((a, b) => a.minute - b.minute);
        const { events, listed } = eventsOf(flagged).summary();
        const expected = sortedEvents(flagged);
        assert.equal(events, expected.length);
        assert.deepEqual(
          listed.map(({ target, column, first, last, minutes, score }) => ({
            target,
            column,
            first: minuteOf(first),
            last: minuteOf(last),
            minutes,
            score: score ?? NaN,
          })),
          expected.slice(0, 100),
        );
      }),
    );
  });

  test('of many series, few are held', () => {
    const events = eventsOf([]);
    for (let minute = 0; minute < 10_000; minute++) {
      const row = { target: `t${minute}`, column: null, score: minute, label: null };
      events.add({ minuteMs: minute * MINUTE_MS, ...row });
      assert.ok(events.held < 200);
    }
    assert.equal(events.summary().events, 10_000);
    assert.equal(events.summary().listed[0]?.target, 't9999');
  });
});

interface Plain {
  readonly target: string;
  readonly column: string | null;
  readonly first: number;
  readonly last: number;
  readonly minutes: number;
  readonly score: number;
}

/** The same in one go: by series, cut where two intervals or more lie between flags. */
function sortedEvents(
  flagged: readonly {
    readonly minute: number;
    readonly target: string;
    readonly column: string | null;
    readonly score: number;
  }[],
): Plain[] {
  const bySeries = new Map<string, (typeof flagged)[number][]>();
  for (const row of flagged) {
    const series = JSON.stringify([row.target, row.column]);
    bySeries.set(series, [...(bySeries.get(series) ?? []), row]);
  }
  const all: Plain[] = [];
  for (const rows of bySeries.values()) {
    const starts = [...rows.keys()].filter((i) => i === 0 || rows[i]!.minute - rows[i - 1]!.minute > 2);
    for (const [k, start] of starts.entries()) {
      const own = rows.slice(start, starts[k + 1]);
      const { target, column, minute: first } = own[0]!;
      const scores = own.map(({ score }) => score).filter((score) => !Number.isNaN(score));
      const score = scores.length === 0 ? NaN : Math.max(...scores);
      all.push({ target, column, first, last: own[own.length - 1]!.minute, minutes: own.length, score });
    }
  }
  const rank = (score: number): number => (Number.isNaN(score) ? -1 : score);
  return all.sort(
    (a, b) =>
      rank(b.score) - rank(a.score) ||
      a.first - b.first ||
      (a.target === b.target ? 0 : a.target < b.target ? -1 : 1) ||
      ((a.column ?? '') < (b.column ?? '') ? -1 : 1),
  );
}
