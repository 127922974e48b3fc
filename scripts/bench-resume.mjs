/**
 * How long it takes to resume a long recording that has grown: replays a month and a day of generated minutes with the
 * built-in model (window 60, wasm). Each round then appends an hour to both and times from the program's start until
 * the first new minute is committed. The two take turns in random order, and ratios are paired by round, so that a slow
 * moment hits both. Needs a build and an idle machine.
 *
 *   node scripts/bench-resume.mjs [--minutes 43200] [--short 1440] [--targets 50] [--rounds 9] [--actors 2] [--folder DIR]
 *
 * Files go to a folder under DIR (default: the system's temporary folder). Resuming after a kill does less: unchanged
 * input is recognized by inode, size and times, input that has grown is compared with its digests.
 */
import { appendFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { RandomStream } from '#build/core/random.js';
import { medianEstimate } from '#build/core/statistics.js';

import { ended, generateRecording, inTemporaryFolder, startScript } from './shared/run-script.mjs';
import { estimateText, shuffled } from './shared/samples.mjs';

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '43200' },
    short: { type: 'string', default: '1440' },
    targets: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '9' },
    actors: { type: 'string', default: '2' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const targets = Number(flags.targets);
const rounds = Number(flags.rounds);
const START_MS = Date.UTC(2024, 0, 1);
const HOUR_MINUTES = 60;

await inTemporaryFolder(async (folder) => {
  const short = await prepare(join(folder, 'short'), Number(flags.short));
  const long = await prepare(join(folder, 'long'), Number(flags.minutes));
  console.log(`${targets} targets, ${flags.actors} actors, Node ${process.version}, ${rounds} rounds`);
  const timesMs = await takeRounds([short, long]);
  for (const recording of [short, long]) {
    const ms = medianEstimate(timesMs.map((round) => round.get(recording)));
    console.log(
      `${recording.title}: first new minute committed after ${estimateText(ms, (v) => v.toFixed(0))} ms`,
    );
  }
  const ratio = medianEstimate(timesMs.map((round) => round.get(long) / round.get(short)));
  console.log(`the long one takes ${estimateText(ratio, (v) => v.toFixed(3))} × as long`);
}, flags.folder);

/** By round, the time of each recording's turn. */
async function takeRounds(recordings) {
  for (const recording of recordings) await turn(recording, 0); // warm-up
  const random = new RandomStream(1);
  const timesMs = [];
  for (let round = 1; round <= rounds; round++) {
    const times = new Map();
    for (const recording of shuffled(recordings, random)) times.set(recording, await turn(recording, round));
    timesMs.push(times);
  }
  return timesMs;
}

/** Generates and replays a recording, and generates the rows to append later. */
async function prepare(cwd, minutes) {
  mkdirSync(cwd);
  const generate = (count, startMs, out) => {
    const size = ['--targets', flags.targets, '--minutes', String(count)];
    return generateRecording(cwd, [...size, '--start', new Date(startMs).toISOString(), '--out', out]);
  };
  await generate(minutes, START_MS, 'recording.csv');
  await generate((rounds + 1) * HOUR_MINUTES, START_MS + minutes * 60_000, 'tail.csv');
  const startedAtMs = performance.now();
  await ended(replay(cwd));
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  const megabytes = (statSync(join(cwd, 'recording.csv')).size / 1e6).toFixed(1);
  const title = `${minutes} minutes (${megabytes} MB)`;
  console.log(`${title}: replayed in ${seconds} s`);
  const [, ...rows] = readFileSync(join(cwd, 'tail.csv'), 'utf8').trimEnd().split('\n');
  return { cwd, title, rows };
}

/** Appends an hour; milliseconds from the start of the run until a minute of that hour is committed. */
async function turn({ cwd, rows }, round) {
  const hour = rows.slice(round * HOUR_MINUTES * targets, (round + 1) * HOUR_MINUTES * targets);
  appendFileSync(join(cwd, 'recording.csv'), `${hour.join('\n')}\n`);
  const minutesBefore = committedMinutes(cwd);
  const startedAtMs = performance.now();
  const child = replay(cwd, ['--commit-interval', '0s']);
  const end = ended(child);
  await untilCommittedAfter(minutesBefore, cwd, child);
  const elapsedMs = performance.now() - startedAtMs;
  await end;
  const added = committedMinutes(cwd) - minutesBefore;
  if (added !== HOUR_MINUTES) throw new Error(`the run added ${added} minutes, not ${HOUR_MINUTES}`);
  return elapsedMs;
}

async function untilCommittedAfter(minutes, cwd, child) {
  const journal = join(cwd, 'out/journal.jsonl');
  let sizeBytes = statSync(journal).size;
  for (;;) {
    await sleep(5);
    const previousBytes = sizeBytes;
    sizeBytes = statSync(journal).size; // reading it all the time would take a core from what is measured
    if (sizeBytes !== previousBytes && committedMinutes(cwd) > minutes) return;
    if (child.exitCode !== null) throw new Error('the run ended without a new minute');
  }
}

/** Minutes in the journal's last commit. */
function committedMinutes(cwd) {
  const journal = readFileSync(join(cwd, 'out/journal.jsonl'), 'utf8').split('\n').slice(0, -1);
  const commit = journal.findLast((line) => line.startsWith('{"type":"commit"'));
  return commit === undefined ? 0 : JSON.parse(commit).state.counts.minutes;
}

function replay(cwd, more = []) {
  const model = ['--backend', 'wasm', '--actors', flags.actors, '--compare', 'none'];
  const out = ['--emit', 'anomalies', '--out', 'out', '--quiet'];
  return startScript(cwd, 'bin/aiops-serve.js', ['replay', 'recording.csv', ...model, ...out, ...more]);
}
