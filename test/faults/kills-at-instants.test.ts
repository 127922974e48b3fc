import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { RandomStream } from '#build/core/random.js';

import { temporaryFolder } from '../support/cli.js';
import { faultCase, FAULTS, tally } from '../support/faults/amounts.js';
import { Chain } from '../support/faults/chain.js';
import type { Blow } from '../support/faults/program.js';
import { References } from '../support/faults/references.js';
import { drawScenario, scenarioText } from '../support/faults/scenarios.js';

const SIZE = { minutes: 400, targets: 5 };
const BLOWS_IN_A_CHAIN = 8;
/** Of ten blows, how many are what. */
const TERMINATED_IN_TEN = 1;
const GROUPS_IN_TEN = 2;

// The other half is killed at steps of committing.
const wanted = Math.ceil(FAULTS.kills / 2);

test(
  `after ${wanted} kills at random instants, results are those of an unbroken run`,
  { timeout: 4 * 3_600_000 },
  async (t) => {
    const folder = temporaryFolder(t);
    const references = new References(folder, SIZE, FAULTS.seed);
    const done = { kills: 0, terminated: 0, completions: 0 };
    // Of a chain's blows most are kills of a run that is not complete; fewer than one in a chain would be a defect.
    for (let index = 0; done.kills < wanted && index < Math.max(8, wanted); index++) {
      if (FAULTS.only !== null && index > FAULTS.only) break;
      const random = new RandomStream(FAULTS.seed, 1, index);
      const scenario = drawScenario(index, random);
      const shares = random.nextInteger(0, 1) === 1 ? drawShares(random) : [1];
      const what = `${scenarioText(scenario)}${shares.length > 1 ? `, growing: ${shares.join(', ')}` : ''}`;
      await faultCase('kills-at-instants', index, what, async () => {
        const reference = await references.of(scenario);
        const chain = new Chain(join(folder, `chain-${index}`), scenario, reference, shares);
        for (let i = 0; i < BLOWS_IN_A_CHAIN; i++) {
          await chain.strike(drawBlow(random));
          if (random.nextInteger(0, 2) === 0) chain.grow();
        }
        await chain.finish({ andAgain: true });
        done.kills += chain.counts.kills;
        done.terminated += chain.counts.terminated;
        done.completions += chain.counts.completions;
      });
    }
    if (FAULTS.only === null) assert.ok(done.kills >= wanted, `only ${done.kills} of ${wanted} kills`);
    tally('kills at random instants', done.kills);
    tally('SIGTERMs at random instants', done.terminated);
    tally('outputs compared after kills', done.completions);
    t.diagnostic(`${done.kills} kills, ${done.terminated} SIGTERMs, ${done.completions} outputs compared`);
  },
);

function drawBlow(random: RandomStream): Blow & { readonly share: number } {
  const kind = random.nextInteger(1, 10);
  return {
    signal: kind <= TERMINATED_IN_TEN ? 'SIGTERM' : 'SIGKILL',
    group: kind > 10 - GROUPS_IN_TEN,
    share: random.next(),
  };
}

/** Three parts of an input, cut anywhere: most cuts are in the middle of a line. */
function drawShares(random: RandomStream): number[] {
  const cuts = [0.3 + 0.3 * random.next(), 0.6 + 0.4 * random.next()];
  return [...cuts.map((cut) => Math.round(cut * 1e4) / 1e4), 1];
}
