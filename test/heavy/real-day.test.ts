import { testSameBytes } from '../support/real-day.js';

testSameBytes(1440, [3, 7]);
