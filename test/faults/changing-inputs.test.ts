import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from 'node:path';

import { RandomStream } from '#build/core/random.js';

import { temporaryFolder } from '../support/cli.js';
import { FAULTS, tally } from '../support/faults/amounts.js';
import { CaseFailures } from '../support/faults/case-failures.js';
import { ChangingInputCase, INPUT_PACKINGS } from '../support/faults/changing-input-case.js';
import { INPUT_CHANGES } from '../support/faults/input-changes.js';

/** So many cases are more than all changes with all packings, whatever is drawn of them. */
const ENOUGH = INPUT_CHANGES.length * INPUT_PACKINGS.length;

test(
  `in ${FAULTS.changes} runs whose input changes under them, a good status means that every record is accounted for`,
  { timeout: 4 * 3_600_000 },
  async (t) => {
    const folder = temporaryFolder(t);
    const failures = new CaseFailures('changing-inputs');
    const statuses = new Map<string, number>();
    // Which change meets which packing is another one each time, and all do once in ENOUGH cases.
    const first = new RandomStream(FAULTS.seed, 4).nextInteger(0, ENOUGH - 1);
    for (let index = 0; index < FAULTS.changes; index++) {
      const random = new RandomStream(FAULTS.seed, 5, index);
      const change = INPUT_CHANGES[(first + index) % INPUT_CHANGES.length] ?? assert.fail();
      const packing = INPUT_PACKINGS[(first + index) % INPUT_PACKINGS.length] ?? assert.fail();
      const one = new ChangingInputCase(join(folder, `case-${index}`), change, packing, random);
      await failures.run(index, one.text, async () => {
        for (const status of await one.run()) statuses.set(status, (statuses.get(status) ?? 0) + 1);
      });
    }
    for (const [status, count] of statuses) tally(`runs that ended with ${status} as inputs changed`, count);
    t.diagnostic([...statuses].map(([status, count]) => `${count} × ${status}`).join(', '));
    failures.assertNone();
    if (FAULTS.only !== null || FAULTS.changes < ENOUGH) return;
    for (const status of ['3', '65', '66', '78', 'SIGKILL'])
      assert.ok(statuses.has(status), `no run ended with ${status}: the changes came too late, or too soon`);
  },
);
