import { test } from 'node:test';

import { tally } from '../support/faults/amounts.js';
import { allPlans, failAt, SCENES } from '../support/failing-operations.js';

for (const scene of SCENES) {
  test(`${scene.name}: whichever operation fails in whichever way, the error is clear and the run can be resumed`, async (t) => {
    const counts = { runs: 0, tolerated: 0 };
    for (const plan of await allPlans(scene)) {
      try {
        await failAt(scene, plan, counts);
      } catch (cause) {
        throw new Error(`with ${JSON.stringify(plan)}`, { cause });
      }
    }
    tally('outputs with a failing operation', counts.runs);
    t.diagnostic(`${counts.runs} runs, ${counts.tolerated} of them complete all the same`);
  });
}
