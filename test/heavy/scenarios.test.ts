import { SCENARIOS } from '#dist/bench/scenarios/scenario-names.js';

import { testEarlyEnd, testScenario } from '../support/real-scenarios.js';

for (const scenario of SCENARIOS) {
  testScenario(scenario);
  testEarlyEnd(scenario);
}
