import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AiopsError } from '#build/core/errors.js';
import { explainNothing, type Asked } from '#build/replay/finish.js';
import { Counters } from '#build/read/counters.js';
import { joinedMet, type MetTargets } from '#build/read/lines/target-filter.js';

type Extent = NonNullable<Parameters<typeof explainNothing>[2]>;

const ALL: Asked = { fromMs: null, toMs: null, shard: null };
const DAY_MS = 86_400_000;
const day = (n: number): number => Date.UTC(2026, 0, n);
const met = { count: 3, isMore: false, hasNamed: true, hasSelected: true };
const NONE: Extent = { firstMs: null, beforeMs: null, afterMs: null, targets: met };

/** @param extent null: not known */
function explain(asked: Partial<Asked>, extent: Partial<Extent> | null = {}, rejected = 0): string {
  const counts = { ...new Counters().counts, rejected, records: rejected, filtered: 5 };
  try {
    const { level, text } = explainNothing(
      { ...ALL, ...asked },
      { counts, reasons: '; the first: x', remedy: null },
      extent && { ...NONE, ...extent },
    );
    assert.equal(level, 'warning');
    return text;
  } catch (error) {
    assert.ok(error instanceof AiopsError && error.code === 'input_unusable', String(error));
    return `refused: ${error.message}`;
  }
}

test('an empty slice says what was asked for and what there is', () => {
  const range = { fromMs: day(5), toMs: day(6) };
  assert.equal(
    explain(range, { firstMs: day(1), beforeMs: day(2) }),
    'no usable record between 2026-01-05T00:00:00Z and 2026-01-06T00:00:00Z; ' +
      'the records run from 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z',
  );
  assert.match(
    explain({ fromMs: day(5) }, { firstMs: 0, beforeMs: DAY_MS }),
    /^no usable record from 2026-01-05/,
  );
  assert.match(
    explain({ toMs: day(5) }, { firstMs: day(7), afterMs: day(7) }),
    /before 2026-01-05.*the first record is at 2026-01-07/,
  );
  assert.match(
    explain(range, { firstMs: day(1), beforeMs: day(2), afterMs: day(8) }),
    /at 2026-01-02.* and 2026-01-08/,
  );
  assert.match(explain(range, {}, 2), /there is none at any time; 2 records rejected$/);
});

test('an empty share says how many targets the others have', () => {
  const shard = { index: 2, count: 3 };
  const others = { targets: { ...met, hasSelected: false } };
  assert.equal(explain({ shard }, others), 'no target of shard 2/3 among the 3 targets seen');
  assert.match(
    explain({ shard }, { targets: { ...met, hasSelected: false, isMore: true } }),
    /more than 3 targets seen/,
  );
  assert.match(
    explain({ shard, fromMs: day(3) }, { firstMs: day(1), beforeMs: day(1) }),
    /no usable record of shard 2\/3 from/,
  );
});

test('--targets that selects nothing in the whole input is refused, also in a slice', () => {
  const asked = { targets: ['web-9'] };
  const extent = { targets: { ...met, hasNamed: false, hasSelected: false } };
  assert.equal(
    explain(asked, extent),
    'refused: --targets "web-9" matches no target; the input has 3 targets',
  );
  assert.match(explain({ ...asked, fromMs: day(3) }, extent), /^refused: --targets/);
});

test('an input without a usable record is refused where all of it was asked for', () => {
  assert.equal(explain({}, {}, 2), 'refused: none of the 2 records could be used; the first: x');
  assert.equal(explain({}), 'refused: the input has no records');
});

test('what other processes read is explained without what there is around it', () => {
  assert.equal(
    explain({ toMs: day(5) }, null, 2),
    'no usable record before 2026-01-05T00:00:00Z; 2 records rejected',
  );
  assert.equal(
    explain({ targets: ['x'] }, null),
    'refused: --targets "x" selects no usable record; the first: x',
  );
});

test('targets that several slices met are counted at least', () => {
  const seen = (count: number): MetTargets => ({ count, isMore: false, hasNamed: false, hasSelected: false });
  const asked = { ...ALL, targets: ['zz'] };
  for (const [targets, text] of [
    [joinedMet(seen(3), seen(0)), 'the input has 3 targets'],
    [joinedMet(seen(3), seen(5)), 'the input has at least 5 targets'],
    [joinedMet(seen(3), { ...seen(5), isMore: true }), 'the input has more than 5 targets'],
  ] as const)
    assert.throws(
      () => explainNothing(asked, new Counters(), { targets }),
      new RegExp(`no target; ${text}$`),
    );
  const { hasNamed } = joinedMet(seen(1), { ...seen(1), hasNamed: true });
  assert.equal(hasNamed, true);
});
