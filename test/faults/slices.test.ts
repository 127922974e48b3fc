import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RandomStream } from '#build/core/random.js';

import { temporaryFolder } from '../support/cli.js';
import { FAULTS, tally } from '../support/faults/amounts.js';
import { CaseFailures } from '../support/faults/case-failures.js';
import { SLICE_FAULTS } from '../support/faults/slice-faults.js';
import { SlicedRuns } from '../support/faults/sliced-run.js';

test(
  `in ${FAULTS.slices} sliced runs with something wrong, running again what is missing gives what one replay does`,
  { timeout: 4 * 3_600_000 },
  async (t) => {
    const runs = new SlicedRuns(temporaryFolder(t), FAULTS.seed);
    await runs.prepare();
    const failures = new CaseFailures('faults/slices');
    const outcomes = new Map<string, number>();
    for (let index = 0; index < FAULTS.slices; index++) {
      const random = new RandomStream(FAULTS.seed, 17, index);
      const fault = SLICE_FAULTS[index % SLICE_FAULTS.length] ?? assert.fail();
      await failures.run(index, fault.name, async () => {
        const outcome = `${fault.name}: ${await fault.run(runs, `case-${index}`, random)}`;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      });
    }
    for (const [outcome, count] of [...outcomes].sort()) t.diagnostic(`${count} × ${outcome}`);
    tally(
      'sliced runs with faults',
      [...outcomes.values()].reduce((sum, count) => sum + count, 0),
    );
    failures.assertNone();
  },
);
