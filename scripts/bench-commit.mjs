/**
 * What commits cost: replays one recording with several `--commit-interval`s and, as the reference, with results on
 * standard output, which has no commits, times or report. Variants take turns in random order, and ratios are paired by
 * round, so that a slow moment hits all of them. Needs a build and an idle machine.
 *
 *   node scripts/bench-commit.mjs [--targets 100] [--minutes 1440] [--rounds 9] [--actors 2] [--folder DIR]
 *                                 [--model analyzer|built-in]
 *
 * Results go to a folder under DIR (default: the system's temporary folder); its disk determines what a commit costs.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { RandomStream } from '#build/core/random.js';
import { medianEstimate } from '#build/core/statistics.js';

import { generateRecording, inTemporaryFolder, runScript } from './shared/run-script.mjs';
import { estimateText, shuffled } from './shared/samples.mjs';

const { values: flags } = parseArgs({
  options: {
    targets: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '1440' },
    rounds: { type: 'string', default: '9' },
    actors: { type: 'string', default: '2' },
    folder: { type: 'string', default: tmpdir() },
    model: { type: 'string', default: 'analyzer' },
  },
});

// Almost free, so that the time goes to reading, pipes, writing and commits.
const ANALYZER = `export function createAnalyzer() {
  return {
    window: 1,
    columns: 'each',
    predict: (items) => items.map(({ values }) => ({ score: Math.fround(values[0]), anomaly: false, output: [] })),
  };
}
`;

const REFERENCE = { name: 'no commits (--out -)', flags: ['--out', '-'] };
const VARIANTS = [
  REFERENCE,
  ...['10s', '1s', '100ms', '0s'].map((interval) => ({
    name: `--commit-interval ${interval}`,
    flags: ['--out', 'out', '--commit-interval', interval],
  })),
];

await inTemporaryFolder(async (folder) => {
  writeFileSync(join(folder, 'analyzer.mjs'), ANALYZER);
  const size = ['--targets', flags.targets, '--minutes', flags.minutes];
  await generateRecording(folder, [...size, '--out', 'recording.csv']);
  const megabytes = (statSync(join(folder, 'recording.csv')).size / 1e6).toFixed(1);
  console.log(
    `${flags.minutes} minutes of ${flags.targets} targets (${megabytes} MB), ` +
      `${flags.model}, ${flags.actors} actors, Node ${process.version}, ${flags.rounds} rounds`,
  );
  const rounds = await takeRounds(folder);
  for (const { name } of VARIANTS) console.log(resultLine(name, rounds));
}, flags.folder);

/** By round, what each variant's turn gave. */
async function takeRounds(folder) {
  for (const variant of VARIANTS) await turn(folder, variant); // warm-up
  const random = new RandomStream(1);
  const rounds = [];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const turns = new Map();
    for (const variant of shuffled(VARIANTS, random)) turns.set(variant.name, await turn(folder, variant));
    rounds.push(turns);
  }
  return rounds;
}

/** Time of one run, including its start, and its number of commits. */
async function turn(folder, variant) {
  rmSync(join(folder, 'out'), { recursive: true, force: true });
  const model = flags.model === 'built-in' ? ['--backend', 'wasm'] : ['--analyzer', 'analyzer.mjs'];
  const serving = ['--compare', 'none', '--actors', flags.actors, '--quiet'];
  const startedAtMs = performance.now();
  await runScript(folder, 'bin/aiops-serve.js', [
    'replay',
    'recording.csv',
    ...model,
    ...serving,
    ...variant.flags,
  ]);
  const elapsedMs = performance.now() - startedAtMs;
  return { elapsedMs, commits: variant === REFERENCE ? 0 : countCommits(folder) };
}

function countCommits(folder) {
  const journal = readFileSync(join(folder, 'out/journal.jsonl'), 'utf8');
  return journal.split('\n').filter((line) => line.startsWith('{"type":"commit"')).length;
}

function resultLine(name, rounds) {
  const seconds = medianEstimate(rounds.map((turns) => turns.get(name).elapsedMs / 1000));
  const ratio = medianEstimate(
    rounds.map((turns) => turns.get(name).elapsedMs / turns.get(REFERENCE.name).elapsedMs),
  );
  const commits = Math.round(medianEstimate(rounds.map((turns) => turns.get(name).commits)).value);
  return (
    `${name.padEnd(24)} ${String(commits).padStart(6)} commits   ` +
    `${estimateText(seconds, (s) => s.toFixed(2))} s   ${estimateText(ratio, (r) => r.toFixed(3))} × ${REFERENCE.name}`
  );
}
