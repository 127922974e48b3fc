import { testParts } from '../support/ownership.js';

testParts({ divided: 120, resumed: 40 });
