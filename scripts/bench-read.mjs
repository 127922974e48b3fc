/**
 * Compares reading a recording with the loops that no reader can avoid: cutting JSONL into lines and JSON.parse, and
 * csv-parse for CSV. All of them read the same files in one run.
 *
 *   node scripts/bench-read.mjs [columns=38] [targets=200] [minutes=120] [rounds=5]
 */
import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'csv-parse';

import { RandomStream } from '#build/core/random.js';

import { countRecords } from './shared/reading.mjs';
import { inTemporaryFolder } from './shared/run-script.mjs';
import { median } from './shared/samples.mjs';

const [columns = 38, targets = 200, minutes = 120, rounds = 5] = process.argv.slice(2).map(Number);
const BLOCK_BYTES = 256 * 1024;
const EXPECTED = targets * minutes;

await inTemporaryFolder(async (folder) => {
  console.log(`${EXPECTED} rows of ${columns} columns, Node ${process.version}, median of ${rounds} rounds`);
  console.log('\nvalues with 4 decimals');
  await compare(writeRecordings(folder, 4));
  console.log('\nvalues with all 16 or 17 digits');
  await compare(writeRecordings(folder, 'all'));
});

async function compare(files) {
  const rates = await race({
    'JSON.parse alone': () => parseJsonLines(files.jsonl),
    JSONL: () => countRecords(files.jsonl),
    'csv-parse alone': () => csvParse(files.csv),
    CSV: () => countRecords(files.csv),
    'CSV, quoted targets': () => countRecords(files.quoted),
  });
  for (const [name, rate] of rates) {
    const reference = name.startsWith('JSON') ? 'JSON.parse alone' : 'csv-parse alone';
    const ratio = (rate / rates.get(reference)).toFixed(2);
    console.log(
      `${name.padEnd(22)}${Math.round(rate).toLocaleString('en').padStart(10)} rows/s   ${ratio} × ${reference}`,
    );
  }
}

/** Median rate of each reader, rows/s. They take turns, so that a slow moment hits all of them. */
async function race(readers) {
  const names = Object.keys(readers);
  const rates = new Map(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const startedAtMs = performance.now();
      const records = await readers[name]();
      const elapsedMs = performance.now() - startedAtMs;
      if (records !== EXPECTED) throw new Error(`${name}: ${records} records`);
      if (round > 0) rates.get(name).push((EXPECTED / elapsedMs) * 1000); // round 0 is a warm-up
    }
  }
  return new Map(names.map((name) => [name, median(rates.get(name))]));
}

async function parseJsonLines(path) {
  let records = 0;
  let carry = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: BLOCK_BYTES })) {
    const block = Buffer.concat([carry, chunk]);
    const end = block.lastIndexOf(10) + 1;
    const text = block.toString('utf8', 0, end);
    for (let at = 0, newline; (newline = text.indexOf('\n', at)) >= 0; at = newline + 1) {
      JSON.parse(text.substring(at, newline));
      records++;
    }
    carry = block.subarray(end);
  }
  return records;
}

async function csvParse(path) {
  let records = -1; // the header is not a record
  for await (const _ of createReadStream(path, { highWaterMark: BLOCK_BYTES }).pipe(parse())) records++;
  return records;
}

/** Writes the same rows in three layouts; `digits` is the number of decimals, or `all`. */
function writeRecordings(folder, digits) {
  const random = new RandomStream(1);
  const names = Array.from({ length: columns }, (_, i) => `metric_${String(i).padStart(2, '0')}`);
  const value = () =>
    digits === 'all' ? random.next() * 100 : Math.round(random.next() * 1e6) / 10 ** digits;
  const header = `timestamp,target,${names.join(',')}`;
  const lines = { csv: [header], quoted: [header], jsonl: [] };
  for (let minute = 0; minute < minutes; minute++) {
    const timestamp = `${new Date(1.6e12 + minute * 60_000).toISOString().slice(0, 19)}Z`;
    for (let i = 0; i < targets; i++) {
      const target = `host-${String(i).padStart(4, '0')}`;
      const values = names.map(value);
      lines.csv.push(`${timestamp},${target},${values.join(',')}`);
      lines.quoted.push(`${timestamp},"${target}",${values.join(',')}`);
      const metrics = Object.fromEntries(names.map((name, k) => [name, values[k]]));
      lines.jsonl.push(JSON.stringify({ timestamp, target, ...metrics }));
    }
  }
  const write = (name, of) => {
    const path = join(folder, name);
    writeFileSync(path, `${of.join('\n')}\n`);
    return path;
  };
  return {
    csv: write('plain.csv', lines.csv),
    quoted: write('quoted.csv', lines.quoted),
    jsonl: write('rows.jsonl', lines.jsonl),
  };
}
