/**
 * What the digests of an input cost: reading a CSV file with and without hashing it, in turn in one run, and comparing
 * a file with its digests, as resuming does after the input has grown. Measured in processor time, which other work on
 * the machine disturbs least.
 *
 *   node scripts/bench-digests.mjs [rows=200000] [rounds=7] [compared MiB=1024]
 */
import { createHash, randomFillSync } from 'node:crypto';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { SegmentSums } from '#build/read/bytes/digests.js';
import { compareInputs } from '#build/read/snapshot/compare-inputs.js';

import { countRecords } from './shared/reading.mjs';
import { inTemporaryFolder } from './shared/run-script.mjs';
import { median } from './shared/samples.mjs';

const [rows = 200_000, rounds = 7, prefixMiB = 1024] = process.argv.slice(2).map(Number);
const MIB = 2 ** 20;
const addToDigest = SegmentSums.prototype.add;

await inTemporaryFolder(async (folder) => {
  await benchReading(folder);
  await benchComparing(folder);
});

async function benchReading(folder) {
  const path = join(folder, 'data.csv');
  writeFileSync(path, csvText());
  const ms = { with: [], without: [] };
  for (let round = 0; round <= rounds; round++) {
    // Alternating, so that neither is always first.
    for (const variant of round % 2 === 0 ? ['with', 'without'] : ['without', 'with']) {
      const spentMs = await readMs(path, variant === 'with');
      if (round > 0) ms[variant].push(spentMs); // round 0 is a warm-up
    }
  }
  const ratio = median(ms.with.map((withMs, round) => withMs / ms.without[round]));
  const perRow = (samples) => `${((median(samples) / rows) * 1000).toFixed(2)} µs of processor time per row`;
  console.log(`${rows} rows of CSV, median of ${rounds} rounds, Node ${process.version}`);
  console.log(`read with digests       ${perRow(ms.with)}`);
  console.log(`read without            ${perRow(ms.without)}`);
  console.log(`ratio, paired by round  ${ratio.toFixed(3)}`);
}

async function readMs(path, hashes) {
  SegmentSums.prototype.add = hashes ? addToDigest : () => undefined;
  const startedAtMs = processorMs();
  const records = await countRecords(path);
  SegmentSums.prototype.add = addToDigest;
  if (records !== rows) throw new Error(`${records} records`);
  return processorMs() - startedAtMs;
}

function csvText() {
  const lines = ['timestamp,target,cpu,memory'];
  for (let i = 0; i < rows; i++) {
    const time = new Date(1.6e12 + Math.floor(i / 500) * 60_000).toISOString();
    const target = `host-${String(i % 500).padStart(4, '0')}`;
    lines.push(`${time},${target},${(i * 7919) % 1000},${(i * 104_729) % 65_536}`);
  }
  return `${lines.join('\n')}\n`;
}

async function benchComparing(folder) {
  const path = join(folder, 'prefix.csv');
  const digests = writePrefix(path);
  const identity = { inode: '', sizeBytes: prefixMiB * MIB, modifiedMs: 0, changedMs: 0 };
  const snapshot = { isLive: false, files: [{ plan: {}, identity, digests }] };
  const startedAtMs = performance.now();
  const startedAtProcessorMs = processorMs();
  const [state] = await compareInputs([path], snapshot, { verify: 'changed', live: false });
  const elapsedMs = performance.now() - startedAtMs;
  const spentMs = processorMs() - startedAtProcessorMs;
  if (state.state !== 'same') throw new Error(JSON.stringify(state));
  console.log(
    `comparing ${prefixMiB} MiB: ${(elapsedMs / 1000).toFixed(2)} s, ${(spentMs / 1000).toFixed(2)} s of processor time, ` +
      `${(spentMs / (hashMsPerMiB() * prefixMiB)).toFixed(2)} × SHA-256 alone (${state.compared.segments} segments)`,
  );
}

/** Writes random bytes and returns their digests. */
function writePrefix(path) {
  const block = randomFillSync(Buffer.alloc(MIB));
  const sums = new SegmentSums([]);
  const file = openSync(path, 'w');
  for (let i = 0; i < prefixMiB; i++) {
    block.writeUInt32LE(i);
    writeSync(file, block);
    sums.add(i * MIB, block);
  }
  closeSync(file);
  return sums.all();
}

function hashMsPerMiB() {
  const block = randomFillSync(Buffer.alloc(MIB));
  const startedAtMs = processorMs();
  for (let i = 0; i < 64; i++) createHash('sha256').update(block).digest();
  return (processorMs() - startedAtMs) / 64;
}

/** Processor time of this process so far. */
function processorMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
