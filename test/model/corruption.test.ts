import { suiteOfDamages } from '../support/damages.js';

// More of them: test/heavy/corruption.test.ts.
suiteOfDamages(100);
