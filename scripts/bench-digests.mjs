// What the digests of an input cost: reading a plain CSV with and without hashing it, in turn in one run and by processor
// time, which other work on the machine disturbs least; and comparing a prefix with its digests, as resuming a run does
// whose input has grown.
// Usage: node scripts/bench-digests.mjs [rows=200000] [rounds=7] [prefix in MiB=1024]
import { createHash, randomFillSync } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { compareInputs } from '#dist/read/snapshot/compare-inputs.js';
import { DEFAULT_MAX_EXPANSION, DEFAULT_MAX_LINE_BYTES, openRecording } from '#dist/read/recording.js';
import { SegmentSums } from '#dist/read/bytes/digests.js';

const [rows = 200_000, rounds = 7, prefixMiB = 1024] = process.argv.slice(2).map(Number);
const MIB = 2 ** 20;
const options = {
  format: 'auto',
  map: {},
  timezone: 'UTC',
  interval: 'auto',
  grace: 0,
  duplicates: 'reject',
  shard: null,
  fromMs: null,
  toMs: null,
  ownWindow: null,
  lookBackIntervals: 0,
  maxLineBytes: DEFAULT_MAX_LINE_BYTES,
  maxExpansion: DEFAULT_MAX_EXPANSION,
};
const add = SegmentSums.prototype.add;

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function readMs(path, hashes) {
  SegmentSums.prototype.add = hashes ? add : () => undefined;
  const startedAtMs = cpuMs();
  const recording = await openRecording([path], options, Readable.from([]));
  let records = 0;
  for await (const { batch } of recording.steps()) records += batch?.records.length ?? 0;
  await recording.close();
  if (records !== rows) throw new Error(`${records} records`);
  return cpuMs() - startedAtMs;
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function benchReading(folder) {
  const path = join(folder, 'data.csv');
  const lines = ['timestamp,target,cpu,memory'];
  for (let i = 0; i < rows; i++) {
    const time = new Date(1.6e12 + Math.floor(i / 500) * 60_000).toISOString();
    lines.push(
      `${time},host-${String(i % 500).padStart(4, '0')},${(i * 7919) % 1000},${(i * 104_729) % 65_536}`,
    );
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
  const elapsedMs = { with: [], without: [] };
  const ratios = [];
  for (let round = 0; round <= rounds; round++) {
    // Each goes first in every other round.
    const first = await readMs(path, round % 2 === 0);
    const second = await readMs(path, round % 2 !== 0);
    const [withMs, withoutMs] = round % 2 === 0 ? [first, second] : [second, first];
    if (round === 0) continue;
    elapsedMs.with.push(withMs);
    elapsedMs.without.push(withoutMs);
    ratios.push(withMs / withoutMs);
  }
  SegmentSums.prototype.add = add;
  const perRow = (values) => `${((median(values) / rows) * 1000).toFixed(2)} µs of processor time per row`;
  console.log(`${rows} rows of CSV, median of ${rounds} rounds, Node ${process.version}`);
  console.log(`read with digests      ${perRow(elapsedMs.with)}`);
  console.log(`read without           ${perRow(elapsedMs.without)}`);
  console.log(`ratio, round by round  ${median(ratios).toFixed(3)}`);
}

async function benchComparing(folder) {
  const path = join(folder, 'prefix.csv');
  const block = randomFillSync(Buffer.alloc(MIB));
  const sums = new SegmentSums([]);
  const file = openSync(path, 'w');
  for (let i = 0; i < prefixMiB; i++) {
    block.writeUInt32LE(i);
    writeSync(file, block);
    sums.add(i * MIB, block);
  }
  closeSync(file);
  const identity = { inode: '', sizeBytes: prefixMiB * MIB, modifiedMs: 0, changedMs: 0 };
  const pinned = { isLive: false, files: [{ plan: {}, identity, digests: sums.all() }] };
  const startedAtMs = performance.now();
  const startedAtCpuMs = cpuMs();
  const [state] = await compareInputs([path], pinned, { verify: 'changed', live: false });
  const elapsedMs = performance.now() - startedAtMs;
  const comparedCpuMs = cpuMs() - startedAtCpuMs;
  if (state.state !== 'same') throw new Error(JSON.stringify(state));
  const hashedAtMs = cpuMs();
  for (let i = 0; i < 64; i++) createHash('sha256').update(block).digest();
  const hashMs = ((cpuMs() - hashedAtMs) / 64) * prefixMiB;
  console.log(
    `comparing ${prefixMiB} MiB: ${(elapsedMs / 1000).toFixed(2)} s, ${(comparedCpuMs / 1000).toFixed(2)} s of processor time, ` +
      `${(comparedCpuMs / hashMs).toFixed(2)} × SHA-256 alone (${state.compared.segments} segments)`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'bench-digests-'));
try {
  await benchReading(folder);
  await benchComparing(folder);
} finally {
  rmSync(folder, { recursive: true });
}
