import assert from 'node:assert/strict';
import { test } from 'node:test';

import { joinedProgress } from '#build/cluster/merge/joined-progress.js';
import type { RejectCount } from '#build/core/counts.js';
import type { RunProgress } from '#build/replay/resume/run-facts.js';

import { progress } from '../../support/journals.js';

const END = { at: '2026-01-02T00:00:00.000Z', ended: false };

function rejected(reason: RejectCount['reason'], count: number, line: number, stepMs?: number): RejectCount {
  const example = { file: 'data.csv', line, message: 'm' };
  return { reason, count, example, ...(stepMs === undefined ? {} : { stepMs }) };
}

function joined(...slices: readonly Partial<RunProgress>[]): RunProgress {
  const [first = {}, ...rest] = slices.map(progress);
  return rest.reduce(
    (before, slice) => joinedProgress(before, slice, END),
    joinedProgress(null, first as RunProgress, END),
  );
}

test('rejects keep the order in which reasons were met, and the first example of each', () => {
  const { rejects } = joined(
    { rejects: [rejected('bad_value', 2, 5)] },
    { rejects: [rejected('duplicate', 3, 9, 1000), rejected('bad_value', 4, 8)] },
    { rejects: [rejected('bad_line', 1, 12)] },
  );
  assert.deepEqual(rejects, [
    rejected('bad_value', 6, 5),
    rejected('duplicate', 3, 9, 1000),
    rejected('bad_line', 1, 12),
  ]);
});

test('duplicates have the step that they have in all slices with some, and none for good otherwise', () => {
  const steps = (...each: (number | null | undefined)[]): number | undefined => {
    const slices = each.map((stepMs) =>
      stepMs === undefined ? {} : { rejects: [rejected('duplicate', 1, 2, stepMs ?? undefined)] },
    );
    return joined(...slices).rejects.find(({ reason }) => reason === 'duplicate')?.stepMs;
  };
  assert.equal(steps(13_000, undefined, 13_000), 13_000);
  assert.equal(steps(undefined, 13_000, 13_100), 13_000);
  assert.equal(steps(0, 0), 0);
  for (const differing of [
    [13_000, 30_000],
    [0, 13_000],
    [13_000, 30_000, 13_000],
    [null, 13_000],
    [13_000, null, undefined, 13_000],
  ])
    assert.equal(steps(...differing), undefined, differing.join());
});

test('a slice without a minute changes neither the span nor what is open at its start', () => {
  const counts = { ...progress({}).counts, minutes: 0 };
  const open = [{ target: 'a', column: null, fromMs: 60_000, untilMs: 300_000 }];
  const first = { firstMinuteMs: 0, minuteMs: 60_000, quarantines: open, lostInARow: 1 };
  const empty = { counts, firstMinuteMs: null, minuteMs: null, quarantines: [], lostInARow: 0 };
  const { firstMinuteMs, minuteMs, quarantines, lostInARow } = joined(first, empty);
  assert.deepEqual({ firstMinuteMs, minuteMs, quarantines, lostInARow }, first);
  assert.equal(joined({ ...empty }, { firstMinuteMs: 0, minuteMs: 60_000 }).firstMinuteMs, 0);
});

test('counts, incidents and usage are those of all slices together', () => {
  const usage = { cpuMs: 5, maxRssBytes: 100 };
  const one = {
    ...{ verdicts: 2, found: 3 },
    incidents: { lost: 1, grown: 0, retried: 2, isolated: 0, quarantined: 0 },
    usage: { elapsedMs: 10, comparingMs: 1, busyMs: 4, availableMs: 9, parent: usage, actors: usage },
  };
  const sum = joined(one, one);
  assert.equal(sum.counts.rows, 2);
  assert.deepEqual([sum.verdicts, sum.found, sum.incidents.retried], [4, 6, 4]);
  assert.deepEqual([sum.usage.elapsedMs, sum.usage.availableMs], [20, 18]);
  assert.deepEqual(sum.usage.parent, { cpuMs: 10, maxRssBytes: 100 });
});
