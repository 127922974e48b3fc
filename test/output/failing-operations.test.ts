import { test } from 'node:test';

import { allPlans, failAt, SCENES } from '../support/failing-operations.js';
import { FAULTS } from '../support/faulty-files.js';

// One operation in eleven fails here, with one of the errors; all of them, with every error, fail in
// test/faults/failing-operations.test.ts.

for (const scene of SCENES) {
  test(`${scene.name}: if an operation fails, the error is clear and the run can be resumed`, async (t) => {
    const counts = { runs: 0, tolerated: 0 };
    for (const plan of await allPlans(scene)) {
      if (plan.at % 11 !== 0) continue;
      if (plan.fault !== 'short' && FAULTS.indexOf(plan.fault) !== plan.at % 5) continue;
      try {
        await failAt(scene, plan, counts);
      } catch (cause) {
        throw new Error(`with ${JSON.stringify(plan)}`, { cause });
      }
    }
    t.diagnostic(`${counts.runs} runs, ${counts.tolerated} of them complete all the same`);
  });
}
