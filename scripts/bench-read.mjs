// Compares reading a recording with the bare loops that it cannot do without, in one run, on the same files:
// JSONL with cutting into lines and JSON.parse alone, CSV with csv-parse alone.
// Usage: node scripts/bench-read.mjs [columns=38] [targets=200] [minutes=120] [rounds=5]
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { RandomStream } from '#dist/core/random.js';
import { DEFAULT_MAX_EXPANSION, DEFAULT_MAX_LINE_BYTES, openRecording } from '#dist/read/recording.js';

const [columns = 38, targets = 200, minutes = 120, rounds = 5] = process.argv.slice(2).map(Number);
const BLOCK_BYTES = 256 * 1024;
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

function writeRecordings(folder, digits) {
  const random = new RandomStream(1);
  const next = () => random.next();
  const names = Array.from({ length: columns }, (_, i) => `metric_${String(i).padStart(2, '0')}`);
  const value = () => (digits === 'all' ? next() * 100 : Math.round(next() * 1e6) / 1e4);
  const csv = [`timestamp,target,${names.join(',')}`];
  const quoted = [csv[0]];
  const jsonl = [];
  for (let minute = 0; minute < minutes; minute++) {
    const timestamp = `${new Date(1.6e12 + minute * 60_000).toISOString().slice(0, 19)}Z`;
    for (let i = 0; i < targets; i++) {
      const target = `host-${String(i).padStart(4, '0')}`;
      const values = names.map(value);
      csv.push(`${timestamp},${target},${values.join(',')}`);
      quoted.push(`${timestamp},"${target}",${values.join(',')}`);
      jsonl.push(
        JSON.stringify({ timestamp, target, ...Object.fromEntries(names.map((n, k) => [n, values[k]])) }),
      );
    }
  }
  const files = { csv, quoted, jsonl };
  return Object.fromEntries(
    Object.entries(files).map(([kind, lines]) => {
      const path = join(folder, `${digits}-${kind}.${kind === 'jsonl' ? 'jsonl' : 'csv'}`);
      writeFileSync(path, `${lines.join('\n')}\n`);
      return [kind, path];
    }),
  );
}

async function readAll(path) {
  const recording = await openRecording([path], options, Readable.from([]));
  let records = 0;
  for await (const { batch, rejects } of recording.steps())
    records += (batch?.records.length ?? 0) - rejects.length;
  await recording.close();
  return records;
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
  let records = -1;
  for await (const _ of createReadStream(path, { highWaterMark: BLOCK_BYTES }).pipe(parse())) records++;
  return records;
}

/** Median rate of each contestant, rounds taken in turn, so that a slow moment hits all of them. */
async function race(contestants) {
  const rates = contestants.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, [name, run, path]] of contestants.entries()) {
      const startedAtMs = performance.now();
      const records = await run(path);
      const elapsedMs = performance.now() - startedAtMs;
      if (records !== targets * minutes) throw new Error(`${name}: ${records} records`);
      if (round > 0) rates[i].push((records / elapsedMs) * 1000);
    }
  }
  return rates.map((each) => each.sort((a, b) => a - b)[Math.floor(each.length / 2)]);
}

const folder = mkdtempSync(join(tmpdir(), 'bench-read-'));
try {
  console.log(
    `${targets * minutes} rows of ${columns} columns, Node ${process.version}, median of ${rounds} rounds`,
  );
  for (const digits of ['4', 'all']) {
    const files = writeRecordings(folder, digits);
    const [bareJson, jsonl, bareCsv, csv, quoted] = await race([
      ['JSON.parse', parseJsonLines, files.jsonl],
      ['JSONL', readAll, files.jsonl],
      ['csv-parse', csvParse, files.csv],
      ['CSV', readAll, files.csv],
      ['CSV, quoted targets', readAll, files.quoted],
    ]);
    const line = (name, rate, of, bare) =>
      console.log(
        `${name.padEnd(22)}${Math.round(rate).toLocaleString('en').padStart(10)} rows/s   ${(rate / bare).toFixed(2)} × ${of}`,
      );
    console.log(digits === 'all' ? '\nvalues with all their digits (16 or 17)' : '\nvalues with 4 decimals');
    line('JSON.parse alone', bareJson, 'itself', bareJson);
    line('JSONL', jsonl, 'JSON.parse alone', bareJson);
    line('csv-parse alone', bareCsv, 'itself', bareCsv);
    line('CSV', csv, 'csv-parse alone', bareCsv);
    line('CSV, quoted targets', quoted, 'csv-parse alone', bareCsv);
  }
} finally {
  rmSync(folder, { recursive: true });
}
