/**
 * How long the same command takes to go on with a long recording that has grown: replays a month and a day of
 * made-up minutes by the built-in model (window 60, wasm), then, round by round, appends an hour to either and
 * times from the program's start until the first minute that was not there before is committed. The two take turns
 * in random order, so that a slow moment hits both; ratios are paired by round. Needs a build (npm run build) and a
 * machine with nothing else to do.
 *
 *   node scripts/bench-resume.mjs [--minutes 43200] [--short 1440] [--targets 50] [--rounds 9] [--actors 2] [--folder DIR]
 *
 * The files go to a folder below DIR (default: the system's for temporary files). Going on after a kill does less:
 * an input that is as it was is known by its inode, size and time, where one that has grown is compared in 18 places.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RandomStream } from '#dist/core/random.js';
import { medianEstimate } from '#dist/core/statistics.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '43200' },
    short: { type: 'string', default: '1440' },
    targets: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '9' },
    actors: { type: 'string', default: '2' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const targets = Number(values.targets);
const rounds = Number(values.rounds);
const START_MS = Date.UTC(2024, 0, 1);
const HOUR = 60;

const folder = mkdtempSync(join(values.folder, 'aiops-serve-resume-'));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main() {
  const short = await prepared('short', Number(values.short));
  const long = await prepared('long', Number(values.minutes));
  console.log(`${targets} targets, ${values.actors} actors, Node ${process.version}, ${rounds} rounds`);
  for (const arm of [short, long]) await turn(arm, 0); // one each that does not count
  const random = new RandomStream(1);
  const times = [];
  for (let round = 1; round <= rounds; round++) {
    const order = random.next() < 0.5 ? [short, long] : [long, short];
    const ms = new Map();
    for (const arm of order) ms.set(arm, await turn(arm, round));
    times.push(ms);
  }
  for (const arm of [short, long]) {
    const ms = estimated(
      times.map((round) => round.get(arm)),
      0,
    );
    console.log(`${arm.text}: first new minute committed after ${ms} ms`);
  }
  const ratio = estimated(
    times.map((round) => round.get(long) / round.get(short)),
    3,
  );
  console.log(`the long one takes ${ratio} times as long`);
}

/** A recording that was replayed to its end, and the hours that are to come. */
async function prepared(name, minutes) {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  const generate = (count, startMs, out) => {
    const size = ['--targets', values.targets, '--minutes', String(count)];
    return ended(
      node(cwd, 'scripts/generate-recording.mjs', [
        ...size,
        '--start',
        new Date(startMs).toISOString(),
        '--out',
        out,
      ]),
    );
  };
  await generate(minutes, START_MS, 'recording.csv');
  await generate((rounds + 1) * HOUR, START_MS + minutes * 60_000, 'tail.csv');
  const startedAt = performance.now();
  await ended(replay(cwd));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const megabytes = (statSync(join(cwd, 'recording.csv')).size / 1e6).toFixed(1);
  const text = `${minutes} minutes (${megabytes} MB)`;
  console.log(`${text}: replayed in ${seconds} s`);
  const [, ...rows] = readFileSync(join(cwd, 'tail.csv'), 'utf8').trimEnd().split('\n');
  return { cwd, text, rows };
}

/** Milliseconds from the start of a run over one hour more until a minute of that hour is committed. */
async function turn({ cwd, rows }, round) {
  const hour = rows.slice(round * HOUR * targets, (round + 1) * HOUR * targets);
  appendFileSync(join(cwd, 'recording.csv'), `${hour.join('\n')}\n`);
  const before = committedMinutes(cwd);
  const startedAt = performance.now();
  const child = replay(cwd, ['--commit-interval', '0s']);
  const end = ended(child);
  const journal = join(cwd, 'out/journal.jsonl');
  let size = statSync(journal).size;
  for (;;) {
    await sleep(5);
    const was = size;
    size = statSync(journal).size; // reading it all the time would take a core from what is measured
    if (size !== was && committedMinutes(cwd) > before) break;
    if (child.exitCode !== null) throw new Error('the run ended without a new minute');
  }
  const elapsedMs = performance.now() - startedAt;
  await end;
  const now = committedMinutes(cwd);
  if (now !== before + HOUR) throw new Error(`${now - before} minutes were new, not ${HOUR}`);
  return elapsedMs;
}

/** What the journal says is sure. */
function committedMinutes(cwd) {
  const journal = readFileSync(join(cwd, 'out/journal.jsonl'), 'utf8').split('\n').slice(0, -1);
  const commit = journal.findLast((line) => line.startsWith('{"type":"commit"'));
  return commit === undefined ? 0 : JSON.parse(commit).state.counts.minutes;
}

function replay(cwd, more = []) {
  const model = ['--backend', 'wasm', '--actors', values.actors, '--compare', 'none'];
  const out = ['--emit', 'anomalies', '--out', 'out', '--quiet'];
  return node(cwd, 'bin/aiops-serve.js', ['replay', 'recording.csv', ...model, ...out, ...more]);
}

function node(cwd, script, args) {
  return spawn(process.execPath, [join(root, script), ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`${child.spawnargs.slice(1).join(' ')} ended with ${status}`));
    });
  });
}

function estimated(numbers, digits) {
  const { value, low, high } = medianEstimate(numbers);
  return `${value.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
}
