import { test } from 'node:test';

import { checkCuts } from '../support/checked-cuts.js';

const RUNS = 400;

test('slices of many recordings read their steps, or one of them says that the plan does not fit', (t) =>
  checkCuts(t, RUNS));
