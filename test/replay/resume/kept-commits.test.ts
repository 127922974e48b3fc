import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { InputPosition } from '#dist/core/input-position.js';
import { keptCommits } from '#dist/replay/resume/kept-commits.js';
import { planResume, type InputChange } from '#dist/replay/resume/resume-plan.js';
import type { RunProgress } from '#dist/replay/resume/run-facts.js';
import { progress } from '../../support/journals.js';

const at = (byteOffset: number): InputPosition => ({ byteOffset, line: 1, doneLine: 0, doneItem: null });

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

test('with the commits that are kept a run goes on as with all, whatever grows and however far it came', () => {
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

test('of a long run it is a look-back that is kept, not the whole', () => {
  const commits = Array.from({ length: 10_000 }, (_, minuteMs) =>
    progress({ minuteMs, positions: [at(minuteMs), minuteMs < 5000 ? at(minuteMs) : 'end'] }),
  );
  assert.equal(keptCommits(commits, 118).size, 2 * 119);
  assert.equal(keptCommits([], 118).size, 0);
});
