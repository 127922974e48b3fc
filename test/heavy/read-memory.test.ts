import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pipeline } from 'node:stream/promises';
import { folderWith } from '../support/reading.js';

const TARGETS = 20;
const COLUMNS = Array.from({ length: 10 }, (_, i) => `metric_${i}`);
/** Little enough that a reader which kept what it read would not get through the long recording. */
const HEAP = ['--max-old-space-size=24', '--max-semi-space-size=1'];
const CHILD = `
  const { openRecording } = await import(process.argv[1]);
  const options = { format: 'auto', map: {}, timezone: 'UTC', interval: 'auto', grace: 0, duplicates: 'reject', ownWindow: null, shard: null, fromMs: null, toMs: null, lookBackIntervals: 0, maxLineBytes: 1e6, maxExpansion: 1000 };
  const recording = await openRecording(process.argv.slice(2), options, process.stdin);
  let records = 0;
  if (process.env.SURVEY === 'yes') records = (await recording.survey()).counts.accepted;
  else for await (const { batch } of recording.steps()) records += batch?.records.length ?? 0;
  await recording.close();
  console.log(JSON.stringify({ records, peakKiB: process.resourceUsage().maxRSS }));
`;

function* rows(kind: 'csv' | 'jsonl', minutes: number, part: number): Generator<string> {
  if (kind === 'csv') yield `time,target,${COLUMNS.join(',')}\n`;
  for (let minute = 0; minute < minutes; minute++) {
    const time = new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
    const lines: string[] = [];
    for (let i = 0; i < TARGETS; i++) {
      const values = COLUMNS.map((_, k) => ((minute * 31 + i * 7 + k) % 1000) / 8);
      const target = `a-target-of-some-length-${part}-${i}`;
      if (kind === 'csv') lines.push(`${time},${target},${values.join(',')}\n`);
      else
        lines.push(
          `${JSON.stringify({ time, target, ...Object.fromEntries(COLUMNS.map((name, k) => [name, values[k]])) })}\n`,
        );
    }
    yield lines.join('');
  }
}

interface Read {
  readonly records: number;
  readonly peakKiB: number;
}

function readInLittle(files: readonly string[], env: Readonly<Record<string, string>> = {}): Read {
  const module = new URL(import.meta.resolve('#build/read/recording.js')).href;
  const args = [...HEAP, '--input-type=module', '--eval', CHILD, module, ...files];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', env })) as Read;
}

test('a survey keeps some bytes of each record, whatever their order', async (t) => {
  const folder = await folderWith(t, {});
  const files = [0, 1].map((part) => join(folder, `${part}.csv`));
  for (const [part, file] of files.entries())
    await pipeline(rows('csv', 8000, part), createWriteStream(file));
  const { records, peakKiB } = readInLittle(files, { SURVEY: 'yes' });
  assert.equal(records, 8000 * TARGETS * files.length);
  assert.ok(peakKiB < 150 * 1024, `${peakKiB} KiB`);
});

test('a recording ten times as long takes no more memory', async (t) => {
  const folder = await folderWith(t, {});
  const peakOf = async (kind: 'csv' | 'jsonl', minutes: number): Promise<number> => {
    const files = [0, 1].map((part) => join(folder, `${minutes}-${part}.${kind}`));
    for (const [part, file] of files.entries())
      await pipeline(rows(kind, minutes, part), createWriteStream(file));
    const { records, peakKiB } = readInLittle(files);
    assert.equal(records, minutes * TARGETS * files.length);
    return peakKiB;
  };
  for (const kind of ['csv', 'jsonl'] as const) {
    const short = await peakOf(kind, 1000);
    const long = await peakOf(kind, 10_000);
    t.diagnostic(
      `${kind}: ${Math.round(short / 1024)} MiB, ten times as long: ${Math.round(long / 1024)} MiB`,
    );
    assert.ok(long < short * 1.3, `${kind}: ${short} KiB, ten times as long: ${long} KiB`);
  }
});
