import { suiteOfDamages } from '../support/damages.js';

suiteOfDamages(1000);
