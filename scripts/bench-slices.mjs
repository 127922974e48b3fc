/**
 * Where a second machine pays: replays one recording on this machine, with 2 actors and with `--engine local`, and in
 * slices, each step alone. Two machines like this one, which share a disk as fast as this one's, would take the plan,
 * the slowest slice and the merge. The results must have the same bytes. Each round takes all steps, and ratios are paired by
 * round. Needs a build and an idle machine.
 *
 *   node scripts/bench-slices.mjs [--input FILE] [--targets 50] [--minutes 43200] [--machines 2] [--rounds 3]
 *                                 [--folder DIR] [-- FLAGS OF REPLAY]
 *
 * Without --input the recording is generated.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';

import { medianEstimate } from '#build/core/statistics.js';

import { generateRecording, inTemporaryFolder, runScript } from './shared/run-script.mjs';
import { estimateText } from './shared/samples.mjs';

const { values: flags, positionals: given } = parseArgs({
  allowPositionals: true,
  options: {
    input: { type: 'string' },
    targets: { type: 'string', default: '50' },
    minutes: { type: 'string', default: '43200' },
    machines: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const machines = Number(flags.machines);
const MODEL = given.length > 0 ? given : ['--backend', 'wasm'];
const ALWAYS = ['--out', 'out', '--compare', 'none', '--actors', '2', '--quiet', ...MODEL];
const ENGINE = ['--engine', 'local', '--slices', flags.machines];

await inTemporaryFolder(async (folder) => {
  const input = flags.input === undefined ? await generated(folder) : resolve(flags.input);
  const rounds = [];
  for (let round = 0; round < Number(flags.rounds); round++) rounds.push(await takeRound(folder, input));
  const { rows } = rounds[0];
  const megabytes = Math.round(statSync(input).size / 1e6);
  console.log(`${rows} rows, ${megabytes} MB, Node ${process.version}, ${rounds.length} rounds; s`);
  for (const name of Object.keys(rounds[0].seconds)) {
    const seconds = medianEstimate(rounds.map((one) => one.seconds[name]));
    const ratio = medianEstimate(rounds.map((one) => one.seconds[name] / one.seconds.replay));
    const text = estimateText(seconds, (s) => s.toFixed(2));
    console.log(`${name.padEnd(18)} ${text}   ${estimateText(ratio, (r) => r.toFixed(2))} × replay`);
  }
}, flags.folder);

async function generated(folder) {
  const size = ['--targets', flags.targets, '--minutes', flags.minutes];
  await generateRecording(folder, [...size, '--out', 'recording.csv']);
  return join(folder, 'recording.csv');
}

async function takeRound(folder, input) {
  const clear = () => rmSync(join(folder, 'out'), { recursive: true, force: true });
  const timed = async (...args) => {
    const startedAtMs = performance.now();
    await runScript(folder, 'bin/aiops-serve.js', args);
    return (performance.now() - startedAtMs) / 1000;
  };
  clear();
  const replay = await timed('replay', input, ...ALWAYS);
  const { counts } = JSON.parse(readFileSync(join(folder, 'out/timing.json'), 'utf8'));
  const expected = await sumOfResults(folder);
  clear();
  const plan = await timed('plan', input, ...ALWAYS, '--slices', flags.machines);
  const slices = [];
  for (let k = 1; k <= machines; k++) slices.push(await timed('slice', 'out/plan.json', `${k}`, '--quiet'));
  const slice = Math.max(...slices);
  const merge = await timed('merge', 'out', '--quiet');
  if ((await sumOfResults(folder)) !== expected)
    throw new Error('the merged results are not those of the replay');
  clear();
  const local = await timed('replay', input, ...ALWAYS, ...ENGINE);
  if ((await sumOfResults(folder)) !== expected)
    throw new Error('the engine’s results are not those of the replay');
  const seconds = { replay, '--engine local': local, plan, 'slowest slice': slice, merge };
  return { rows: counts.rows, seconds: { ...seconds, [`${machines} machines`]: plan + slice + merge } };
}

async function sumOfResults(folder) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(folder, 'out/results.jsonl')), hash);
  return hash.digest('hex');
}
