import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { RandomStream } from '#build/core/random.js';
import type { Label } from '#build/core/types.js';
import { talliesOf, tallyLines } from '#build/replay/report/label-lines.js';
import { RunLabels, type LabelsSummary } from '#build/replay/report/run-labels.js';

import { rowsOf, type Row } from '../../support/rows.js';

interface Labelled extends Row {
  readonly target: string;
  readonly label: Label;
}

function add(labels: RunLabels, rows: readonly Labelled[]): void {
  for (const row of rows) labels.add([row], rowsOf([row]));
}

/** Counts each part alone, and adds them up in order, as their lines say. */
function joined(parts: readonly (readonly Labelled[])[]): RunLabels {
  const sum = new RunLabels();
  for (const part of parts) {
    const labels = new RunLabels();
    add(labels, part);
    sum.join(talliesOf([...tallyLines(labels.tallies())].join('')));
  }
  return sum;
}

function whole(parts: readonly (readonly Labelled[])[]): RunLabels {
  const labels = new RunLabels();
  add(labels, parts.flat());
  return labels;
}

function assertSame(sum: RunLabels, expected: RunLabels): void {
  assert.deepEqual(sum.summary(), expected.summary());
  assert.deepEqual(sum.notices(), expected.notices());
}

const row: fc.Arbitrary<Labelled> = fc.record({
  target: fc.constantFrom('web-1', 'web-2', '"quoted"\n', '__proto__', 'ü\u{1f600}', '\ud800'),
  label: fc.constantFrom<Label>(0, 1, 'anomaly', 'normal', null, -1, 'broken'),
  status: fc.constantFrom('ok', 'warmup', 'error', 'missing', 'lost', 'quarantined'),
  score: fc.oneof(fc.constant(null), fc.float({ noNaN: true, noDefaultInfinity: true })),
  anomaly: fc.constantFrom(true, false, null),
});

test('counts of parts add up to those of the whole, wherever it is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.array(row, { maxLength: 30 })), (parts) =>
      assertSame(joined(parts), whole(parts)),
    ),
  );
});

function rowOf(target: string, random: RandomStream, score = random.next()): Labelled {
  const label = random.next() < 0.3 ? 1 : 0;
  return { target, label, status: 'ok', score: Math.fround(score), anomaly: random.next() < 0.2 };
}

test('the same targets have figures in parts and in the whole, in whichever order each part meets them', () => {
  const random = new RandomStream(11);
  const names = Array.from({ length: 1500 }, (_, i) => `target-${i}`);
  const parts = Array.from({ length: 4 }, () =>
    names
      .filter(() => random.next() < 0.9)
      .sort(() => random.next() - 0.5)
      .map((name) => rowOf(name, random, random.nextInteger(0, 50) / 50)),
  );
  const sum = joined(parts).summary();
  assert.deepEqual([sum?.targets, sum?.overall.records], [1024, parts.flat().length]);
  assert.deepEqual(sum, whole(parts).summary());
  const named = new Set(names.toSorted().slice(0, 1024));
  const others = parts.flat().filter(({ target }) => !named.has(target));
  assert.equal(sum?.recordsOfOtherTargets, others.length);
});

/** Without what depends on how close scores are distinguished. */
function exactFigures({ meanAveragePrecision: _, ...summary }: LabelsSummary): unknown {
  const unranked = (figures: LabelsSummary['overall']): object => ({
    ...figures,
    averagePrecision: 0,
    best: 0,
  });
  const perTarget = summary.perTarget.map(unranked);
  return { ...summary, droppedBits: 0, overall: unranked(summary.overall), perTarget };
}

test('with more different scores than are distinguished, only rankings differ, by what the dropped bits say', () => {
  const random = new RandomStream(3);
  const parts = [40_000, 90_000, 20_000].map((records) =>
    Array.from({ length: records }, () => rowOf(`t${random.nextInteger(0, 3)}`, random)),
  );
  const [found, expected] = [joined(parts).summary(), whole(parts).summary()];
  assert.ok(found !== null && expected !== null);
  assert.deepEqual(exactFigures(found), exactFigures(expected));
  assert.ok(found.droppedBits.overall > 0 && expected.droppedBits.overall > 0);
  assert.deepEqual(found.perTarget, expected.perTarget, 'scores by target are exact');
  const closest = 2 ** (Math.max(found.droppedBits.overall, expected.droppedBits.overall) - 23);
  const [one, other] = [found.overall, expected.overall];
  assert.ok(Math.abs((one.averagePrecision ?? NaN) - (other.averagePrecision ?? NaN)) < closest);
  assert.ok(Math.abs((one.best?.f1 ?? NaN) - (other.best?.f1 ?? NaN)) < closest);
});
