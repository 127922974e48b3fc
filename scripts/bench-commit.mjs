/**
 * What group commit costs: replays the same recording with several `--commit-interval`s and, for reference, with
 * results on standard output, where there are no commits (and neither times nor a report are kept). In rounds, each
 * in another order, so that a slow moment hits all of them; ratios are paired by round. Needs a build (npm run
 * build) and a machine with nothing else to do.
 *
 *   node scripts/bench-commit.mjs [--targets 100] [--minutes 1440] [--rounds 9] [--folder DIR] [--model built-in]
 *
 * The files go to a folder below DIR (default: the system's for temporary files): a commit costs what its disk takes.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RandomStream } from '#dist/core/random.js';
import { medianEstimate } from '#dist/core/statistics.js';

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '1440' },
    rounds: { type: 'string', default: '9' },
    folder: { type: 'string', default: tmpdir() },
    model: { type: 'string', default: 'analyzer' },
    actors: { type: 'string', default: '2' },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const REFERENCE = 'no commits (--out -)';

// Costs next to nothing, so that what is left is reading, pipes, writing and commits.
const ANALYZER = `export function createAnalyzer() {
  return {
    window: 1,
    columns: 'each',
    predict: (items) => items.map(({ values }) => ({ score: Math.fround(values[0]), anomaly: false, output: [] })),
  };
}
`;

const arms = [
  { name: REFERENCE, flags: ['--out', '-'] },
  ...['10s', '1s', '100ms', '0s'].map((interval) => ({
    name: `--commit-interval ${interval}`,
    flags: ['--out', 'out', '--commit-interval', interval],
  })),
];

const folder = mkdtempSync(join(values.folder, 'aiops-serve-commit-'));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main() {
  writeFileSync(join(folder, 'analyzer.mjs'), ANALYZER);
  const size = ['--targets', values.targets, '--minutes', values.minutes];
  await node(['scripts/generate-recording.mjs', ...size, '--out', 'recording.csv']);
  const { size: sizeBytes } = statSync(join(folder, 'recording.csv'));
  console.log(
    `${values.minutes} minutes of ${values.targets} targets (${(sizeBytes / 1e6).toFixed(1)} MB), ` +
      `${values.model}, ${values.actors} actors, Node ${process.version}, ${values.rounds} rounds`,
  );
  for (const arm of arms) await turn(arm); // one each that does not count
  const random = new RandomStream(1);
  const rounds = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const times = new Map();
    for (const arm of shuffled(arms, random)) times.set(arm.name, await turn(arm));
    rounds.push(times);
  }
  for (const { name } of arms) console.log(armLine(name, rounds));
}

/** Time of one run, with its start, and its commits. */
async function turn({ flags }) {
  const model = values.model === 'built-in' ? ['--backend', 'wasm'] : ['--analyzer', 'analyzer.mjs'];
  rmSync(join(folder, 'out'), { recursive: true, force: true });
  const startedAt = performance.now();
  await node(
    ['bin/aiops-serve.js', 'replay', 'recording.csv', ...model, ...flags].concat([
      '--compare',
      'none',
      '--actors',
      values.actors,
      '--quiet',
    ]),
  );
  return { elapsedMs: performance.now() - startedAt, commits: flags.includes('-') ? 0 : commitsOf() };
}

function commitsOf() {
  const journal = readFileSync(join(folder, 'out/journal.jsonl'), 'utf8');
  return journal.split('\n').filter((line) => line.startsWith('{"type":"commit"')).length;
}

function armLine(name, rounds) {
  const ms = medianEstimate(rounds.map((round) => round.get(name).elapsedMs));
  const ratio = medianEstimate(
    rounds.map((round) => round.get(name).elapsedMs / round.get(REFERENCE).elapsedMs),
  );
  const commits = medianEstimate(rounds.map((round) => round.get(name).commits));
  const range = ({ value, low, high }, digits) =>
    `${value.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
  return (
    `${name.padEnd(24)} ${String(Math.round(commits.value)).padStart(6)} commits   ` +
    `${range({ value: ms.value / 1000, low: ms.low / 1000, high: ms.high / 1000 }, 2)} s   ${range(ratio, 3)} × ${REFERENCE}`
  );
}

function shuffled(items, random) {
  const left = [...items];
  return items.map(() => left.splice(random.nextInteger(0, left.length - 1), 1)[0]);
}

function node([script, ...args]) {
  const stdout = openSync(join(folder, 'stdout'), 'w');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, script), ...args], {
      cwd: folder,
      stdio: ['ignore', stdout, 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (status) => {
      closeSync(stdout);
      if (status === 0) resolve(status);
      else reject(new Error(`${script} ended with ${status}`));
    });
  });
}
