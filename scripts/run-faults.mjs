/**
 * Runs the fault suite (test/faults): kills, power loss, failing file operations, misbehaving actors, bad input,
 * and what a Ray cluster loses. Cases are drawn from a printed seed; the same seed repeats them. `npm run test:faults`
 * builds first.
 *
 *   node scripts/run-faults.mjs [--seed N] [--kills N] [--states N] [--cases N] [--changes N] [--ray-runs N] [--slices N] [--only CASE] [--all] [PATTERN…]
 *
 * Without flags it takes some minutes, as in continuous integration. With patterns it runs the test files under
 * test/faults whose path contains one of them.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { runTests, testFiles } from './node-tests.mjs';

/** How many cases to try, by default and with --all. */
const BOUNDED = { kills: 200, states: 10_000, cases: 2000, changes: 33, rayRuns: 8, slices: 33 };
const ALL = { kills: 5000, states: 50_000, cases: 50_000, changes: 660, rayRuns: 200, slices: 660 };

const USAGE = `usage: npm run test:faults -- [options] [PATTERN…]
  --seed N     seed of the cases (random, printed)
  --kills N    times to kill the program (${BOUNDED.kills}; ${ALL.kills} with --all)
  --states N   disk states after a power loss (${BOUNDED.states}; ${ALL.states} with --all)
  --cases N    fuzzer inputs (${BOUNDED.cases}; ${ALL.cases} with --all)
  --changes N  runs whose input changes while they read it (${BOUNDED.changes}; ${ALL.changes} with --all)
  --ray-runs N runs on a Ray cluster (${BOUNDED.rayRuns}; ${ALL.rayRuns} with --all)
  --slices N   sliced runs with something wrong (${BOUNDED.slices}; ${ALL.slices} with --all)
  --only CASE  only the case that a failure named
  --all        the whole suite`;

try {
  process.exitCode = await main();
} catch (error) {
  if (!String(error.code).startsWith('ERR_PARSE_ARGS') && !(error instanceof RangeError)) throw error;
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = 1;
}

async function main() {
  const { values, positionals } = parseArgs({
    options: {
      seed: { type: 'string' },
      kills: { type: 'string' },
      states: { type: 'string' },
      cases: { type: 'string' },
      changes: { type: 'string' },
      'ray-runs': { type: 'string' },
      slices: { type: 'string' },
      only: { type: 'string' },
      all: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const amounts = values.all ? ALL : BOUNDED;
  const seed = number('seed', values.seed ?? process.env.FAULT_SEED ?? Math.floor(Math.random() * 1e9));
  const env = {
    FAULT_SEED: String(seed),
    FAULT_KILLS: String(number('kills', values.kills ?? process.env.FAULT_KILLS ?? amounts.kills)),
    FAULT_STATES: String(number('states', values.states ?? process.env.FAULT_STATES ?? amounts.states)),
    FAULT_CASES: String(number('cases', values.cases ?? process.env.FAULT_CASES ?? amounts.cases)),
    FAULT_CHANGES: String(number('changes', values.changes ?? process.env.FAULT_CHANGES ?? amounts.changes)),
    FAULT_RAY_RUNS: String(
      number('ray-runs', values['ray-runs'] ?? process.env.FAULT_RAY_RUNS ?? amounts.rayRuns),
    ),
    FAULT_SLICES: String(number('slices', values.slices ?? process.env.FAULT_SLICES ?? amounts.slices)),
    ...(values.only === undefined ? {} : { FAULT_ONLY: values.only }),
    ...(values.all ? { FAULT_ALL: '1' } : {}),
  };
  return run(env, positionals);
}

function number(name, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    throw new RangeError(`--${name} ${text}: expected a whole number of at least 0`);
  }
  return value;
}

async function run(env, patterns) {
  const files = await testFiles(
    (file) =>
      file.startsWith('faults/') &&
      (patterns.length === 0 || patterns.some((pattern) => `test/${file}`.includes(pattern))),
  );
  if (files.length === 0) {
    console.error(`no test file under test/faults matches ${patterns.join(' or ')}`);
    return 1;
  }
  console.log(
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  );
  const folder = mkdtempSync(join(tmpdir(), 'aiops-serve-faults-'));
  try {
    const counters = join(folder, 'counters');
    const startedAt = performance.now();
    const status = await runTests(files, { env: { ...env, FAULT_TALLY: counters } });
    const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
    const counts = readCounters(counters).map(([what, count]) => `${count.toLocaleString('en')} ${what}`);
    console.log(`\nseed ${env.FAULT_SEED}, ${minutes} minutes: ${counts.join(', ') || 'nothing counted'}`);
    console.log(
      status === 0 ? 'nothing lost' : 'FAILED; each failure above shows the command that repeats it',
    );
    return status;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sums what the test files counted (test/support/faults/amounts.ts), by name. */
function readCounters(path) {
  const sums = new Map();
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // nothing was counted
  }
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const { what, count } = JSON.parse(line);
    sums.set(what, (sums.get(what) ?? 0) + count);
  }
  return [...sums];
}
