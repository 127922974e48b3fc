import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { RandomStream } from '#build/core/random.js';

import { temporaryFolder } from '../support/cli.js';
import { faultCase, FAULTS, tally } from '../support/faults/amounts.js';
import { Chain, type ChainStep } from '../support/faults/chain.js';
import type { FileOperation } from '../support/faults/plan.js';
import { References, type Reference } from '../support/faults/references.js';
import { drawScenario, scenarioText, type Scenario } from '../support/faults/scenarios.js';

const SIZE = { minutes: 150, targets: 4 };
const WHEN = ['before', 'torn', 'after'] as const;
/** More operations than a resumed run needs until it writes its first new minute. */
const RESUMING_OPERATIONS = 40;

interface KillPoint {
  readonly at: number;
  readonly when: (typeof WHEN)[number];
}

// The other half is killed at random instants.
const wanted = Math.ceil(FAULTS.kills / 2);

/** Every operation of a first run up to its second commit and from its last one on, and some commits in between. */
function killPoints({ operations }: Reference, random: RandomStream): KillPoint[] {
  const commits = operations.flatMap((operation, index) => (isCommit(operation) ? [index + 1] : []));
  const [second, last] = [commits[1], commits.at(-3)];
  assert.ok(second !== undefined && last !== undefined && second < last, 'every minute was committed');
  const between = Array.from({ length: FAULTS.all ? 10 : 2 }, () =>
    random.nextInteger(2, commits.length - 4),
  );
  const places = [
    ...range(1, second),
    ...between.flatMap((commit) => range((commits[commit] ?? 0) + 1, commits[commit + 1] ?? 0)),
    ...range(last + 1, operations.length),
  ];
  return places.flatMap((at) => WHEN.map((when) => ({ at, when })));
}

/** The journal's own sync makes a commit. */
function isCommit({ name, path }: FileOperation): boolean {
  return path === 'journal.jsonl' && /sync/.test(name);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

/** As many of them as are wanted, evenly, beginning at a random one of the first. */
function sampled<T>(values: readonly T[], count: number, random: RandomStream): T[] {
  const step = values.length / Math.min(count, values.length);
  const offset = random.next() * step;
  return Array.from(
    { length: Math.min(count, values.length) },
    (_, i) => values[Math.floor(offset + i * step)]!,
  );
}

function kill({ at, when }: KillPoint): ChainStep {
  return { at, action: { kind: 'kill', when } };
}

function committingAll(index: number, random: RandomStream): Scenario {
  return { ...drawScenario(index, random), model: 'analyzer', commitInterval: '0s' };
}

async function chains(
  t: TestContext,
  cases: readonly number[],
  work: (index: number, folder: string, references: References) => Promise<number>,
): Promise<void> {
  const folder = temporaryFolder(t);
  const references = new References(folder, SIZE, FAULTS.seed);
  let kills = 0;
  for (const index of cases) kills += await work(index, folder, references);
  if (FAULTS.only === null) assert.ok(kills >= wanted / 2, `only ${kills} kills`);
  tally('kills at steps of committing', kills);
  t.diagnostic(`${kills} kills`);
}

const CHAINS = 6;
const timeout = 4 * 3_600_000;

test('a first run killed before, in or after a file operation resumes', { timeout }, async (t) => {
  const share = Math.ceil(wanted / 2 / CHAINS);
  await chains(t, range(0, CHAINS - 1), async (index, folder, references) => {
    const random = new RandomStream(FAULTS.seed, 2, index);
    const scenario = committingAll(index, random);
    let kills = 0;
    await faultCase('kills-at-steps', index, scenarioText(scenario), async () => {
      const reference = await references.of(scenario);
      const points = killPoints(reference, random);
      const chosen = FAULTS.all ? points : sampled(points, share, random);
      for (const [i, point] of chosen.entries()) {
        const chain = new Chain(join(folder, `first-${index}-${i}`), scenario, reference);
        await chain.strike(kill(point));
        assert.equal(chain.counts.kills, 1, `killed ${point.when} operation ${point.at}`);
        await chain.finish({ andAgain: i === 0 });
        kills += chain.counts.kills;
      }
    });
    return kills;
  });
});

test(
  'a run killed at one of its first file operations, and at each resume, completes in the end',
  { timeout },
  async (t) => {
    const share = Math.ceil(wanted / 2 / CHAINS);
    await chains(t, range(CHAINS, 2 * CHAINS - 1), async (index, folder, references) => {
      const random = new RandomStream(FAULTS.seed, 3, index);
      const scenario = committingAll(index, random);
      let kills = 0;
      await faultCase('kills-at-steps', index, scenarioText(scenario), async () => {
        const reference = await references.of(scenario);
        const chain = new Chain(join(folder, `resumed-${index}`), scenario, reference);
        const middle = Math.floor(reference.operations.length * (0.2 + 0.6 * random.next()));
        await chain.strike(kill({ at: middle, when: 'after' }));
        const points = range(1, RESUMING_OPERATIONS).flatMap((at) => WHEN.map((when) => ({ at, when })));
        const chosen = FAULTS.all ? points : sampled(points, share, random);
        for (const point of chosen) await chain.strike(kill(point));
        await chain.finish({ andAgain: true });
        kills += chain.counts.kills;
      });
      return kills;
    });
  },
);
