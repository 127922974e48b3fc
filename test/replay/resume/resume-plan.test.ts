import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { InputPosition } from '#build/core/input-position.js';
import { keptCommits, planResume, type InputChange } from '#build/replay/resume/resume-plan.js';
import type { RunProgress } from '#build/replay/resume/run-facts.js';
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

/** Commits of a run over some inputs, each of which is at its end from one of the commits on. */
const runs = fc
  .record({
    steps: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 40 }),
    ends: fc.array(fc.nat(45), { minLength: 1, maxLength: 3 }),
  })
  .map(({ steps, ends }) => {
    let minuteMs = 0;
    return {
      inputs: ends.length,
      commits: steps.map((step, index) => {
        minuteMs += step;
        const positions = ends.map((end) => (index >= end ? ('end' as const) : at(index)));
        return progress({ minuteMs, positions });
      }),
    };
  });

test('a run resumes from the kept commits as from all of them, whichever input grows and however far the run gets', () => {
  fc.assert(
    fc.property(
      runs,
      fc.integer({ min: 0, max: 12 }),
      fc.array(fc.constantFrom<InputChange>('same', 'grown'), { minLength: 3, maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 15 }),
      ({ commits, inputs }, lookBackMs, states, later) => {
        const kept = keptCommits(commits, lookBackMs);
        const { positions, minuteMs: lastMs } = commits[commits.length - 1]!;
        let minuteMs = lastMs ?? 0;
        const added = later.map((step) => progress({ minuteMs: (minuteMs += step), positions }));
        const planOf = (all: readonly RunProgress[]): unknown => {
          const { commit, readFrom } = planResume(all, states.slice(0, inputs), lookBackMs);
          return { last: all[commit], readFrom };
        };
        const remaining = commits.filter((_, index) => kept.has(index));
        assert.deepEqual(planOf([...remaining, ...added]), planOf([...commits, ...added]));
      },
    ),
    { numRuns: 500 },
  );
});

test('of a long run a look-back is kept, not the whole', () => {
  const commits = Array.from({ length: 10_000 }, (_, minuteMs) =>
    progress({ minuteMs, positions: [at(minuteMs), minuteMs < 5000 ? at(minuteMs) : 'end'] }),
  );
  assert.equal(keptCommits(commits, 118).size, 2 * 119);
  assert.equal(keptCommits([], 118).size, 0);
});
