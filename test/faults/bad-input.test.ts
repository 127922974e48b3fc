import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';

import { parse } from 'csv-parse/sync';
import { finished, runCli, startCli, temporaryFolder } from '../support/cli.js';
import { processMaxRssBytes } from '../support/max-rss.js';

const T = '2018-04-30T00:00:00Z';
const HEAD = 'timestamp,target,c0\n';
const NAMES = [
  '../../x',
  '/tmp/x',
  '=cmd()',
  '@a',
  'a\nb',
  'a"b',
  'a\tb',
  '\u001b[31mred',
  '\u202eabc',
  'NaN',
  '__proto__',
  'x'.repeat(65_536),
];
const REPLAY = ['--actors', '1', '--compare', 'none'];

/** The program in a folder of its own with these files. */
function folderOf(t: TestContext, files: Readonly<Record<string, string | Buffer>>): string {
  const cwd = temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  return cwd;
}

/* eslint-disable-next-line no-control-regex -- what may not be there */
const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

for (const format of ['jsonl', 'csv'] as const) {
  test(`hostile names come back unchanged in results.${format}, and appear nowhere else`, async (t) => {
    const rows = NAMES.map((name) => `${T},"${name.replaceAll('"', '""')}",1\n`).join('');
    const bad = NAMES.slice(0, -1).map((name) => JSON.stringify({ timestamp: T, target: name, c0: name }));
    const cwd = folderOf(t, {
      'a.csv': `${HEAD}${rows}`,
      'b.jsonl': `${JSON.stringify({ timestamp: T, target: 'z', c0: 1 })}\n${bad.join('\n')}\n`,
    });
    const args = [
      'replay',
      'a.csv',
      'b.jsonl',
      '--columns',
      'c0',
      '--out',
      'out',
      '--results-format',
      format,
      ...REPLAY,
    ];
    const { status, stdout, stderr } = await runCli(args, { cwd });
    assert.equal(status, 3, stderr);
    assert.doesNotMatch(stdout + stderr, STEERING);
    assert.deepEqual(readdirSync(cwd).sort(), ['a.csv', 'b.jsonl', 'out']);
    const text = readFileSync(join(cwd, 'out', `results.${format}`), 'utf8');
    const results = (format === 'csv' ? parse(text, { columns: true }) : jsonLines(text)) as {
      target: string;
    }[];
    assert.deepEqual(
      results.map(({ target }) => target),
      [...NAMES, 'z'].sort(),
    );
    const source = readFileSync(join(cwd, 'b.jsonl'));
    const rejects = jsonLines(readFileSync(join(cwd, 'out/rejects.jsonl'), 'utf8')) as {
      byteOffset: number;
      raw: string;
    }[];
    assert.equal(rejects.length, bad.length, 'for its value, and NaN as a duplicate of the other file');
    for (const { byteOffset, raw } of rejects) {
      const end = byteOffset + Buffer.byteLength(raw);
      assert.equal(source.toString('utf8', byteOffset, end + 1), `${raw}\n`);
    }
  });
}

test('refusals before the start have their exit statuses', async (t) => {
  const row = `${HEAD}${T},a,1\n`;
  const cwd = folderOf(t, {
    'utf16.csv': Buffer.from(`\ufeff${row}`, 'utf16le'),
    'twice.csv.gz': gzipSync(gzipSync(row)),
    'plain.csv.gz': row,
    'cut.csv.gz': gzipSync(row).subarray(0, -4),
    'returns.csv': row.replaceAll('\n', '\r'),
    'bomb.csv.gz': gzipSync(Buffer.concat([Buffer.from(row), Buffer.alloc(70 * 2 ** 20, ' ')])),
    'good.csv': row,
  });
  mkdirSync(join(cwd, 'folder'));
  const wanted: readonly (readonly [args: readonly string[], status: number, complaint: RegExp])[] = [
    [['utf16.csv'], 65, /UTF-16/],
    [['twice.csv.gz'], 65, /gzip twice/],
    [['plain.csv.gz'], 65, /not gzip/],
    [['cut.csv.gz'], 65, /cut off/],
    [['returns.csv'], 65, /carriage returns/],
    [['bomb.csv.gz'], 65, /--max-expansion/],
    [['folder'], 66, /folder/],
    [['missing.csv'], 66, /no such file/],
    [['good.csv', 'good.csv'], 64, /named twice/],
    [['good.csv', './good.csv'], 64, /good\.csv, \.\/good\.csv are the same file/],
    [['good.csv', '--max-line', '20'], 64, /--max-line/],
    [['good.csv', '--max-line', '64', '--max-expansion', '0'], 64, /--max-expansion/],
  ];
  for (const [args, status, complaint] of wanted) {
    const result = await runCli(['replay', ...args, ...REPLAY], { cwd });
    assert.equal(result.status, status, `${args.join(' ')}: ${result.stderr}`);
    assert.match(result.stderr, complaint);
    assert.doesNotMatch(result.stderr, /\n\s+at /, 'no stack');
  }
});

test('more rejects than allowed end the run with 65', async (t) => {
  const cwd = folderOf(t, { 'a.csv': `${HEAD}${T},a,1\n${`${T},b,x\n`.repeat(5)}` });
  const { status, stderr } = await runCli(
    ['replay', 'a.csv', '--columns', 'c0', '--max-rejects', '4', ...REPLAY],
    { cwd },
  );
  assert.equal(status, 65, stderr);
  assert.match(stderr, /5 of 6 records were rejected, more than --max-rejects 4/);
});

for (const end of ['\n', '']) {
  test(`a line of 400 MB${end === '' ? ' without an end' : ''} takes about as much memory as one of 100 MB`, async (t) => {
    const most: number[] = [];
    for (const megabytes of [100, 400]) {
      const cwd = temporaryFolder(t);
      writeLongLine(join(cwd, 'a.csv'), megabytes, end);
      const child = startCli(['replay', 'a.csv', '--out', 'out', ...REPLAY], { cwd });
      child.stdin?.end();
      const { status, stderr } = await finished(child);
      assert.equal(status, 3, stderr);
      const [reject] = jsonLines(readFileSync(join(cwd, 'out/rejects.jsonl'), 'utf8')) as {
        reason: string;
        line: number;
        byteOffset: number;
        raw: string;
      }[];
      assert.deepEqual(
        [reject?.reason, reject?.line, reject?.byteOffset],
        ['line_too_long', 3, HEAD.length + T.length + 5],
      );
      assert.ok((reject?.raw.length ?? 0) <= 4096);
      most.push(processMaxRssBytes(join(cwd, 'out')));
    }
    const [small = NaN, large = NaN] = most;
    assert.ok(large < small + 150e6, `${small} bytes for 100 MB, ${large} for 400 MB`);
  });
}

test('ten thousand files of one series each are read as one recording', async (t) => {
  const names = Array.from({ length: 10_000 }, (_, i) => `${i}.csv`);
  const cwd = folderOf(t, Object.fromEntries(names.map((name) => [name, `timestamp,c0\n${T},1\n`])));
  const { status, stderr } = await runCli(['replay', ...names, '--out', 'out', ...REPLAY], { cwd });
  // Either all of them, or a system that does not allow so many to be open says so.
  if (status === 66) assert.match(stderr, /too many open files/);
  else {
    assert.equal(status, 0, stderr);
    assert.equal(jsonLines(readFileSync(join(cwd, 'out/results.jsonl'), 'utf8')).length, names.length);
  }
});

/** In pieces: on Linux a process starts with its parent's peak as its own, and this one's must not be seen. */
function writeLongLine(path: string, megabytes: number, end: string): void {
  const file = openSync(path, 'w');
  writeSync(file, `${HEAD}${T},a,1\n${T},b,`);
  const piece = Buffer.alloc(1e6, '1');
  for (let i = 0; i < megabytes; i++) writeSync(file, piece);
  writeSync(file, end);
  closeSync(file);
}

function jsonLines(text: string): unknown[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
}
