#!/usr/bin/env node
/**
 * Compares this program with others that do the same work: Ray's actors, Python's multiprocessing, a generic pool of
 * Node processes, and floors that none can beat. All serve the same items with the same SavedModel and number of
 * processes, and their answers are compared. They take turns in one run while the others are idle. Timed is what a
 * caller waits for: from a minute's items in the driving process to its answers there.
 *
 *   npm run bench:peers:setup        once; installs Ray and TensorFlow for Python in the user's cache
 *   npm run bench:peers -- [--cases none,mlp,lstm,mlp-many,lstm-many] [--rounds 15] [--turn-ms 200]
 *                          [--items 500] [--many 5000] [--actors 2] [--seed 1] [--json FILE] [--markdown]
 *   npm run bench:peers -- --ray-idle   what an idle Ray costs others
 *
 * Needs a build and `aiops-serve native install`.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

import { RandomStream } from '#build/core/random.js';
import { countText } from '#build/report/format.js';
import { tableLines, tableMarkdown } from '#build/report/table.js';

import { variantsOf, startPeers, stopPeers } from './peers/variants.mjs';
import { judge } from './peers/bars.mjs';
import { peersPython } from './peers/environment.mjs';
import { measureIdleRay } from './peers/ray-idle.mjs';
import { takeTurns } from './peers/rounds.mjs';
import { barTable, caseTable } from './peers/tables.mjs';
import { CASES, makeWorkload } from './peers/workload.mjs';
import { inTemporaryFolder } from './shared/run-script.mjs';

const { values: flags } = parseArgs({
  options: {
    cases: { type: 'string', default: CASES.map(({ name }) => name).join(',') },
    rounds: { type: 'string', default: '15' },
    'turn-ms': { type: 'string', default: '200' },
    items: { type: 'string', default: '500' },
    many: { type: 'string', default: '5000' },
    actors: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    'ray-idle': { type: 'boolean', default: false },
  },
});
const rounds = count('rounds');
const processes = count('actors');
const seed = count('seed');

/** A flag's value, a whole number of at least 1. */
function count(name) {
  const value = Number(flags[name]);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} ${flags[name]}: expected a whole number of at least 1`);
  return value;
}

function chosenCases() {
  const names = flags.cases.split(',');
  const unknown = names.filter((name) => !CASES.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new Error(
      `unknown case ${unknown.join(', ')}; cases are ${CASES.map(({ name }) => name).join(', ')}`,
    );
  return CASES.filter(({ name }) => names.includes(name));
}

/** What the figures depend on. */
function machineFacts() {
  const [{ model }] = cpus();
  const facts = { processor: model, processors: availableParallelism(), node: process.version };
  return { ...facts, loadAverage: loadavg()[0], date: new Date().toISOString().slice(0, 10) };
}

async function runCase(chosen, folder) {
  const items = count(chosen.size === 'few' ? 'items' : 'many');
  const title = `${chosen.title}, ${countText(items)} items, processes: ${processes}`;
  const variants = variantsOf(chosen);
  console.error(`${title}: starting ${new Set(variants.map(({ peer }) => peer)).size} peers`);
  const workload = await makeWorkload(chosen, { items, processes, seed, folder });
  const { peers, facts, expected } = await startPeers(workload, variants, folder);
  try {
    const times = await takeTurns({
      ...{ variants, peers, expected, processes, rounds },
      turnMs: count('turn-ms'),
      random: new RandomStream(seed, 1),
      onRound: (round) => console.error(`${title}: round ${round + 1} of ${rounds}`),
    });
    return { title, items, facts, variants: times };
  } finally {
    await stopPeers(peers);
  }
}

function show(table) {
  console.log(flags.markdown ? tableMarkdown(table) : `${tableLines(table).join('\n')}\n`);
}

async function comparePeers(folder) {
  const machine = machineFacts();
  console.log(`${JSON.stringify(machine)}\n`);
  const results = new Map();
  for (const chosen of chosenCases()) {
    const result = await runCase(chosen, folder);
    results.set(chosen.name, result);
    console.log(`${result.title}\n${JSON.stringify(result.facts)}\n`);
    show(caseTable(result));
  }
  const bars = judge(results);
  show(barTable(bars));
  if (flags.json === undefined) return;
  const cases = [...results].map(([name, { variants, ...rest }]) => ({
    name,
    ...rest,
    variants: [...variants.values()],
  }));
  writeFileSync(flags.json, `${JSON.stringify({ machine, settings: flags, cases, bars }, null, 2)}\n`);
}

peersPython(); // fails at once if it is missing
await inTemporaryFolder(async (folder) => {
  if (flags['ray-idle'])
    console.log(JSON.stringify(await measureIdleRay({ folder, processes, seed, rounds })));
  else await comparePeers(folder);
});
