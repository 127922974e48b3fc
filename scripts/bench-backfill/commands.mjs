/** The commands that `npm run bench:backfill` compares, for one recording. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { peersPython } from '../peers/environment.mjs';

const PROGRAM = fileURLToPath(new URL('../../bin/aiops-serve.js', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../peers/backfill.py', import.meta.url));
const FLOOR = fileURLToPath(new URL('floor.mjs', import.meta.url));
const READING = fileURLToPath(new URL('read-alone.mjs', import.meta.url));

const ACTORS = 2;
const ONE_THREAD = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2' };

/** Whether the program can be told how many minutes a block has. */
export function hasBlockFlag() {
  return spawnSync(process.execPath, [PROGRAM, 'replay', '--help'], { encoding: 'utf8' }).stdout.includes(
    '--block ',
  );
}

/**
 * The variants, each with a `key`, its `command`, the file with its `results` in the folder where it runs, and `inner`,
 * which reads its own figures: `ms` without start-up, `parts` by name. The program's start-up ends when the actors are
 * ready. Variants with the same `bytes` must write the same results.
 */
export function variantsOf({ csv, bundle }, { backends, withBlocks }) {
  return [
    {
      key: 'script',
      title: 'Python script',
      command: [peersPython(), SCRIPT, csv, bundle, 'results.jsonl'],
      results: 'results.jsonl',
      inner: (_cwd, stdout) => ({ ms: null, parts: milliseconds(JSON.parse(stdout)) }),
    },
    ...backends.flatMap((backend) => ownVariants(csv, bundle, backend, withBlocks)),
    ...backends.map((backend) => ({
      key: `floor ${backend}`,
      title: `floor, ${backend}: one process, its parts ÷ ${ACTORS}`,
      // On node, bits depend on the size of a call.
      ...(backend === 'wasm' ? { bytes: backend } : {}),
      command: [process.execPath, FLOOR, csv, bundle, backend, 'results.jsonl'],
      env: ONE_THREAD,
      results: 'results.jsonl',
      inner: (_cwd, stdout) => sumOf(JSON.parse(stdout)),
    })),
    {
      key: 'reading',
      title: 'reading alone',
      command: [process.execPath, READING, csv],
      results: null,
      inner: (_cwd, stdout) => ({ ms: Number(stdout), parts: {} }),
    },
  ];
}

function ownVariants(csv, bundle, backend, withBlocks) {
  const own = (key, title, flags) => ({
    key: `${key} ${backend}`,
    title: `${title}, ${backend}`,
    bytes: backend,
    command: [
      ...[process.execPath, PROGRAM, 'replay', csv, '--model', bundle, '--backend', backend],
      ...[...flags, '--compare', 'none', '--quiet', '--out', 'out'],
    ],
    results: 'out/results.jsonl',
    inner: (cwd) => {
      const { elapsedMs } = JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8'));
      return { ms: elapsedMs, parts: {} };
    },
  });
  const actors = ['--actors', String(ACTORS)];
  const byMinute = own('block-1', `aiops-serve --block 1, ${ACTORS} actors`, [...actors, '--block', '1']);
  return [
    own('actors', `aiops-serve, ${ACTORS} actors`, actors),
    own('sequential', 'aiops-serve --mode sequential', ['--mode', 'sequential']),
    ...(withBlocks && backend === 'wasm' ? [byMinute] : []),
  ];
}

/** The time of the parts if the actors shared them evenly. */
function sumOf(parts) {
  const total = Object.values(parts).reduce((sum, ms) => sum + ms, 0);
  return { ms: total / ACTORS, parts };
}

function milliseconds(seconds) {
  return Object.fromEntries(Object.entries(seconds).map(([name, value]) => [name, value * 1000]));
}
