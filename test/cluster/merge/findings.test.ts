import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  findingsNotices,
  firstFindings,
  joinedFindings,
  newNotices,
  NOTHING_FOUND,
} from '#build/cluster/merge/findings.js';
import type { SliceFindings } from '#build/cluster/part.js';
import { AwaitedColumns } from '#build/read/lines/awaited-columns.js';
import type { LateField } from '#build/read/lines/plan.js';
import { NONE_MET } from '#build/read/lines/target-filter.js';

function slice(
  late: readonly LateField[],
  warnings: readonly string[] = [],
  waiting = ['x', 'y'],
): SliceFindings {
  return { met: NONE_MET, columns: { late, awaited: { hasRecords: true, waiting } }, warnings };
}

const field = (name: string, records: number): LateField => ({ field: name, records, wasEmpty: false });

test('counts of late columns are added up, and each is new once', () => {
  const first = firstFindings(slice([field('a', 2)]));
  const second = joinedFindings(first, slice([field('b', 1), field('a', 5)], [], ['y']), 2);
  assert.deepEqual(second.columns.late, [field('a', 7), field('b', 1)]);
  assert.deepEqual(second.columns.awaited, { hasRecords: true, waiting: ['y'] });
  assert.equal(newNotices(NOTHING_FOUND, first).length, 1);
  assert.deepEqual(
    newNotices(first, second).map(({ text }) => text),
    ['ignored column b: it was not in the sample and has a value now; add it with --columns'],
  );
});

test('late columns beyond a hundred are counted together', () => {
  const names = (from: number): LateField[] => Array.from({ length: 60 }, (_, i) => field(`f${from + i}`, 1));
  const { late } = joinedFindings(firstFindings(slice(names(0))), slice(names(50)), 2).columns;
  assert.equal(late.length, 101);
  assert.equal(late.find(({ field: name }) => name === 'f55')?.records, 2);
  assert.deepEqual(late.at(-1), field('(others)', 10));
});

test('a warning that not all slices have names the first of them', () => {
  const found = [
    slice([], ['of all', 'of two']),
    slice([], ['of all', 'of all']),
    slice([], ['of one', 'of all', 'of two']),
  ];
  let all = firstFindings(found[0]!);
  for (const [i, one] of found.slice(1).entries()) all = joinedFindings(all, one, i + 2);
  assert.deepEqual(
    findingsNotices(all, new AwaitedColumns(), 3).map(({ text }) => text),
    ['of all', 'slice 1 and 1 other: of two', 'slice 3: of one'],
  );
});
