#!/usr/bin/env node
/**
 * Compares whole backfills, start-up included, with what one would otherwise write: a Python script with Polars, NumPy
 * and TensorFlow that serves the same SavedModel (peers/backfill.py). Also with `--mode sequential`, `--block 1`, the
 * floor (one process that does the parts and nothing else) and reading alone. The commands take turns; their results
 * are compared row by row, and a difference ends the benchmark.
 *
 *   npm run bench:peers:setup        once; installs TensorFlow and Polars for Python in the user's cache
 *   npm run bench:backfill -- [--only 10x30d,500x1d,one-row,1x30d,lstm] [--rounds 5] [--backends wasm,node] [--quick]
 *                             [--json FILE] [--markdown]
 *
 * `--quick` takes a fraction of the recordings, to see that everything works. Needs Linux, bash, a build, and an idle
 * machine; `aiops-serve native install` for the backend node.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

import { installedNative } from '#build/host/native/location.js';
import { countText } from '#build/report/format.js';
import { tableLines, tableMarkdown } from '#build/report/table.js';

import { judge } from './bench-backfill/bars.mjs';
import { hasBlockFlag, variantsOf } from './bench-backfill/commands.mjs';
import { RECORDINGS, prepare } from './bench-backfill/recordings.mjs';
import { takeRounds } from './bench-backfill/rounds.mjs';
import { barTable, partsTable, recordingTable } from './bench-backfill/tables.mjs';
import { peersPython } from './peers/environment.mjs';
import { inTemporaryFolder } from './shared/run-script.mjs';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: RECORDINGS.map(({ name }) => name).join(',') },
    rounds: { type: 'string' },
    backends: { type: 'string', default: installedNative() === null ? 'wasm' : 'wasm,node' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
});
const rounds = Number(flags.rounds ?? (flags.quick ? 1 : 5));
const recordings = RECORDINGS.filter(({ name }) => flags.only.split(',').includes(name));
const backends = flags.backends.split(',');
const withBlocks = hasBlockFlag();

function checkFlags() {
  if (!Number.isSafeInteger(rounds) || rounds < 1)
    throw new Error(`--rounds ${flags.rounds}: expected a whole number of at least 1`);
  if (recordings.length < flags.only.split(',').length)
    throw new Error(`--only ${flags.only}: recordings are ${RECORDINGS.map(({ name }) => name).join(', ')}`);
  if (backends.some((name) => name !== 'wasm' && name !== 'node'))
    throw new Error(`--backends ${flags.backends}: expected wasm, node or wasm,node`);
  peersPython(); // fails at once if it is missing
}

/** What the figures depend on. */
function machineFacts() {
  const facts = { processor: cpus()[0].model, processors: availableParallelism(), node: process.version };
  return { ...facts, loadAverage: loadavg()[0], date: new Date().toISOString().slice(0, 10), rounds };
}

async function runRecording(recording, folder) {
  const prepared = await prepare(recording, { isQuick: flags.quick, folder });
  const measured = await takeRounds(variantsOf(prepared, { backends, withBlocks }), {
    ...{ rounds, folder },
    onRun: (round, { title }) =>
      console.error(`${recording.name}, round ${round + 1} of ${rounds}: ${title}`),
  });
  return { ...prepared, ...measured };
}

function show(table) {
  console.log(flags.markdown ? tableMarkdown(table) : `${tableLines(table).join('\n')}\n`);
}

function showRecording({ title, rows, largest, ...result }) {
  console.log(`${title} (${countText(rows)} rows)\n`);
  show(recordingTable(result));
  show(partsTable({ rows, ...result }));
  const [absolute, relative] = [largest.absolute, largest.relative].map((value) => value.toExponential(1));
  console.log(`Verdicts are equal; scores differ by at most ${absolute}, or relatively ${relative}.\n`);
}

async function compareBackfills(folder) {
  const machine = machineFacts();
  console.log(`${JSON.stringify(machine)}\n`);
  if (!withBlocks) console.log('--block 1 is not measured: this program has no option --block\n');
  const results = [];
  for (const recording of recordings) {
    results.push(await runRecording(recording, folder));
    showRecording(results.at(-1));
  }
  const bars = results.flatMap((result) => judge(result, backends));
  show(barTable(bars));
  if (flags.json === undefined) return;
  const plain = results.map((result) => ({ ...result, runs: Object.fromEntries(result.runs) }));
  writeFileSync(flags.json, `${JSON.stringify({ machine, recordings: plain, bars }, null, 2)}\n`);
}

checkFlags();
await inTemporaryFolder(compareBackfills);
