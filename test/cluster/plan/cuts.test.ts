import { test } from 'node:test';

import { checkCuts } from '../../support/checked-cuts.js';

/** Most of the recordings are drawn by test/heavy/cuts.test.ts. */
const RUNS = 12;

test('slices read the steps of the whole recording, or one of them says that the plan does not fit', (t) =>
  checkCuts(t, RUNS));
