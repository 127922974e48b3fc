import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { InputPosition } from '#dist/core/input-position.js';
import { planResume } from '#dist/replay/resume/resume-plan.js';
import { progress } from '../../support/journals.js';

const at = (line: number): InputPosition => ({
  byteOffset: line * 10,
  line,
  doneLine: line - 1,
  doneItem: null,
});
const minutes = (...list: readonly number[]): ReturnType<typeof progress>[] =>
  list.map((minute) => progress({ minuteMs: minute * 60_000, positions: [at(minute)] }));

test('nothing committed: from the beginning', () => {
  assert.deepEqual(planResume([], ['same'], 0), {
    commit: -1,
    readFrom: { positions: null, positionsMinuteMs: null, afterMinuteMs: -Infinity },
  });
});

test('reading starts at the last commit that leaves room for the look-back', () => {
  const commits = minutes(1, 4, 7, 8);
  const { commit, readFrom } = planResume(commits, ['same'], 2 * 60_000);
  assert.equal(commit, 3);
  assert.deepEqual(readFrom, {
    positions: [at(4)],
    positionsMinuteMs: 4 * 60_000,
    afterMinuteMs: 8 * 60_000,
    afterPositions: [at(8)],
  });
});

test('also without look-back the minute before is read again, so that what is open at its end is known', () => {
  const { readFrom } = planResume(minutes(1, 2), ['same'], 0);
  assert.deepEqual(readFrom.positions, [at(1)]);
  assert.equal(readFrom.afterMinuteMs, 2 * 60_000);
});

test('where no commit lies that far back, reading starts at the beginning', () => {
  const { commit, readFrom } = planResume(minutes(5, 6), ['same'], 5 * 60_000);
  assert.equal(commit, 1);
  assert.equal(readFrom.positions, null);
  assert.equal(readFrom.afterMinuteMs, 6 * 60_000);
});

test('an input that has grown takes the run back to before its end, others do not', () => {
  const commits = [
    progress({ minuteMs: 1, positions: [at(1), at(1)] }),
    progress({ minuteMs: 2, positions: ['end', at(2)] }),
    progress({ minuteMs: 3, positions: ['end', 'end'], ended: true }),
  ];
  assert.equal(planResume(commits, ['same', 'same'], 0).commit, 2);
  assert.equal(planResume(commits, ['same', 'grown'], 0).commit, 1);
  assert.equal(planResume(commits, ['grown', 'same'], 0).commit, 0);
  assert.equal(planResume(commits, ['same', 'unknown'], 0).commit, 1, 'who knows what a pipe holds');
});

test('an input that grew in the middle of a run changes nothing', () => {
  assert.equal(planResume(minutes(1, 2, 3), ['grown'], 0).commit, 2);
});
