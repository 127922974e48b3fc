import assert from 'node:assert/strict';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { ErrorCode } from '#build/core/errors.js';
import { openRecording } from '#build/read/recording.js';
import { READ_DEFAULTS, folderWith, readInputs, readText, type ReadOutcome } from '../support/reading.js';
import { refusal } from '../support/refusals.js';

const at = (minute: number): string =>
  new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString().slice(0, 16);
const csv = (header: string, ...rows: readonly (readonly unknown[])[]): string =>
  [header, ...rows.map((row) => row.join(',')), ''].join('\n');
const kept = ({ records }: ReadOutcome): unknown =>
  records.map(({ minute, target, values }) => [minute.slice(0, 16), target, ...values]);

const ROWS = csv('time,target,v', [at(0), 'a', 1], [at(1), 'a', 2]);
const EXPECTED = [
  [at(0), 'a', 1],
  [at(1), 'a', 2],
];

test('the format is detected by extension, flag, or the first line; gzip by its bytes', async (t) => {
  const jsonl = `{"time":"${at(0)}","target":"a","v":1}\n{"time":"${at(1)}","target":"a","v":2}\n`;
  const folder = await folderWith(t, {
    'a.csv': ROWS,
    'a.csv.gz': gzipSync(ROWS),
    'packed.csv': gzipSync(ROWS),
    'a.tsv': ROWS.replaceAll(',', '\t'),
    'csv-without-extension': ROWS,
    'a.jsonl': jsonl,
    'a.NDJSON.GZ': gzipSync(jsonl),
    'a.json': jsonl,
    'jsonl.txt': `\n  ${jsonl}`,
    'bom.csv.gz': gzipSync(`\uFEFF${ROWS}`),
    'two members.csv.gz': Buffer.concat([gzipSync(ROWS.slice(0, 20)), gzipSync(ROWS.slice(20))]),
  });
  for (const name of [
    'a.csv',
    'a.csv.gz',
    'packed.csv',
    'a.tsv',
    'csv-without-extension',
    'a.jsonl',
    'a.NDJSON.GZ',
    'a.json',
    'jsonl.txt',
    'bom.csv.gz',
    'two members.csv.gz',
  ]) {
    assert.deepEqual(kept(await readInputs([join(folder, name)])), EXPECTED, name);
  }
  assert.deepEqual(kept(await readText([gzipSync(jsonl)])), EXPECTED);
  const piecemeal = [...gzipSync(ROWS)].map((byte) => Buffer.from([byte]));
  assert.deepEqual(kept(await readText(piecemeal)), EXPECTED);
});

test('an unreadable input says why, and what to do', async (t) => {
  const folder = await folderWith(t, {
    'fake.csv.gz': ROWS,
    'utf16.csv': Buffer.from(`\uFEFF${ROWS}`, 'utf16le'),
    'utf16-without-mark.csv': Buffer.from(ROWS, 'utf16le'),
    'sheet.csv': Buffer.from('PK\x03\x04rest'),
    'empty.csv': '',
    'packed-nothing.csv.gz': gzipSync(''),
    'locked.csv': ROWS,
  });
  await mkdir(join(folder, 'sub'));
  await chmod(join(folder, 'locked.csv'), 0);
  const refused = (name: string, code: ErrorCode, pattern: RegExp, hint = /./): Promise<void> =>
    assert.rejects(() => readInputs([join(folder, name)]), refusal(code, pattern, hint));
  await refused('absent.csv', 'input_missing', /no such file: .*absent\.csv/);
  await refused('a.csv/b.csv', 'input_missing', /no such file/);
  await refused('sub', 'input_missing', /sub is a folder/, /\*\.csv/);
  await refused('fake.csv.gz', 'input_unusable', /is not gzip/, /without \.gz/);
  await refused('utf16.csv', 'input_unusable', /UTF-16/, /iconv/);
  await refused('utf16-without-mark.csv', 'input_unusable', /NUL/, /iconv/);
  await refused('sheet.csv', 'input_unusable', /zip archive or a spreadsheet/, /CSV/);
  await refused('empty.csv', 'input_empty', /empty/);
  await refused('packed-nothing.csv.gz', 'input_empty', /empty/);
  if (process.getuid?.() !== 0) await refused('locked.csv', 'input_missing', /cannot read .*locked\.csv/);
  await assert.rejects(() => readInputs(['-', '-']), refusal('usage', /twice/, /./));
  await assert.rejects(() => readInputs([]), refusal('usage', /no input/, /./));
});

test('gzip that is cut off or damaged stops the run after the minutes before it', async (t) => {
  const many = csv('time,target,v', ...Array.from({ length: 20_000 }, (_, i) => [at(i), 'a', Math.sin(i)]));
  const packed = gzipSync(many);
  const damaged = Buffer.from(packed);
  damaged.fill(0x55, packed.length - 3000, packed.length - 2900);
  const folder = await folderWith(t, {
    'cut.csv.gz': packed.subarray(0, packed.length - 2000),
    'damaged.csv.gz': damaged,
  });
  for (const [name, pattern] of [
    ['cut.csv.gz', new RegExp(`is cut off: .* near byte ${packed.length - 2000}\\D`)],
    ['damaged.csv.gz', /is damaged: .* near byte \d+/],
  ] as const) {
    const recording = await openRecording([join(folder, name)], READ_DEFAULTS, Readable.from([]));
    let minutes = 0;
    await assert.rejects(
      async () => {
        for await (const { batch } of recording.steps()) minutes += batch === null ? 0 : 1;
      },
      refusal('input_unusable', pattern, /gzip -dc/),
    );
    assert.ok(minutes > 10_000, `${minutes} minutes before the damage`);
    await recording.close();
  }
});

test('gzip that expands beyond the limit stops the run, but not before 64 MiB', async (t) => {
  const blank = Buffer.alloc(1024 * 1024, ' ');
  blank[blank.length - 1] = 10;
  const text = (mebibytes: number): Buffer =>
    Buffer.concat([Buffer.from(ROWS), ...Array<Buffer>(mebibytes).fill(blank)]);
  const folder = await folderWith(t, { 'bomb.gz': gzipSync(text(66)), 'small.gz': gzipSync(text(60)) });
  const bomb = join(folder, 'bomb.gz');
  await assert.rejects(
    readInputs([bomb], { maxExpansion: 500 }),
    refusal(
      'input_unusable',
      /bomb\.gz expands too much: its first \d+ packed bytes .* 6\d{7}, more than 500 times/,
      /--max-expansion/,
    ),
  );
  assert.deepEqual(kept(await readInputs([bomb], { maxExpansion: 2000 })), EXPECTED);
  assert.deepEqual(kept(await readInputs([join(folder, 'small.gz')], { maxExpansion: 1 })), EXPECTED);
});

test("without a target column, each file is a series with the file's name", async (t) => {
  const series = csv('time,v', [at(0), 1], [at(1), 2]);
  const folder = await folderWith(t, { 'web.01.csv.gz': gzipSync(series), db: series, 'cache.txt': series });
  const outcome = await readInputs(['web.01.csv.gz', 'db', 'cache.txt'].map((name) => join(folder, name)));
  assert.deepEqual(
    outcome.records.map(({ target }) => target),
    ['cache', 'db', 'web.01', 'cache', 'db', 'web.01'],
  );
  assert.equal((await readText(series)).records[0]?.target, 'stdin');
});

test('several files are one recording: the union of their columns, in time order', async (t) => {
  const folder = await folderWith(t, {
    'a.csv': csv('time,cpu', [at(0), 1], [at(1), 2], [at(4), 3]),
    'b.jsonl': `{"ts":"${at(1)}","mem":5,"label":1}\n{"ts":"${at(2)}","mem":6,"cpu":7}\n`,
    'c.csv': csv('time,cpu', [at(3), 9]),
    'none.csv': 'time,cpu\n',
  });
  const outcome = await readInputs(
    ['a.csv', 'b.jsonl', 'c.csv', 'none.csv'].map((name) => join(folder, name)),
  );
  assert.deepEqual(outcome.recording.columns, ['cpu', 'mem']);
  assert.deepEqual(kept(outcome), [
    [at(0), 'a', 1, NaN],
    [at(1), 'a', 2, NaN],
    [at(1), 'b', NaN, 5],
    [at(2), 'b', 7, 6],
    [at(3), 'c', 9, NaN],
    [at(4), 'a', 3, NaN],
  ]);
  assert.ok(outcome.recording.notices.some(({ text }) => /none\.csv holds no record/.test(text)));
  const batches = await folderWith(t, { 'd.jsonl': `{"minute":0,"items":[{"target":"a","values":[1]}]}` });
  const mixed = [join(folder, 'a.csv'), join(batches, 'd.jsonl')];
  await assert.rejects(
    () => readInputs(mixed),
    refusal('input_unusable', /holds rows, but .* holds batches/, /./),
  );
});

test('a duplicate in another file counts like one in the same file', async (t) => {
  const folder = await folderWith(t, {
    'a.csv': csv('time,target,v', [at(0), 'x', 1], [at(0), 'y', 2]),
    'b.csv': csv('time,target,v', [at(0), 'x', 5], [at(0), 'x', 6]),
  });
  const files = [join(folder, 'b.csv'), join(folder, 'a.csv')];
  const rejecting = await readInputs(files);
  assert.deepEqual(kept(rejecting), [
    [at(0), 'x', 5],
    [at(0), 'y', 2],
  ]);
  assert.deepEqual(
    rejecting.rejects.map(({ reason, raw }) => [reason, raw.text]),
    [
      ['duplicate', `${at(0)},x,6`],
      ['duplicate', `${at(0)},x,1`],
    ],
  );
  const mean = await readInputs(files, { duplicates: 'mean' });
  assert.deepEqual(
    [kept(mean), mean.merged],
    [
      [
        [at(0), 'x', 4],
        [at(0), 'y', 2],
      ],
      2,
    ],
  );
});

test('a file that goes back in time stops the run, with both times and a remedy', async () => {
  const back = csv('time,target,v', [at(0), 'a', 1], [at(5), 'a', 1], [at(3), 'a', 1]);
  const options = { interval: 60_000 };
  await assert.rejects(
    () => readText(back, options),
    refusal(
      'input_out_of_order',
      /stdin:4: 2026-01-01T00:03:00Z comes after 2026-01-01T00:05:00Z \(line 3\)/,
      /--sort, .*--grace 2 /,
    ),
  );
  await assert.rejects(
    () => readText(back, { ...options, grace: 1 }),
    refusal('input_out_of_order', /./, /./),
  );
  const allowed = await readText(back, { ...options, grace: 2 });
  assert.deepEqual(
    allowed.steps.map(([minute]) => minute?.slice(14, 16)),
    ['00', '03', '05'],
  );
});

test('a file from the newest record to the oldest is one to sort', async () => {
  const text = csv('time,v', ...[3, 2, 1, 0].map((minute) => [at(minute), 1]));
  await assert.rejects(
    () => readText(text),
    refusal('input_out_of_order', /./, /^(?!.*--grace).*--sort; add --restart/),
  );
  const far = csv('time,v', ...[0, 1, 150, 151, 20, 152].map((minute) => [at(minute), 1]));
  await assert.rejects(
    () => readText(far, { interval: 60_000 }),
    refusal('input_out_of_order', /./, /^(?!.*--grace).*--sort; add --restart/),
  );
});

test('where clocks went back, the remedy is not to sort', async () => {
  const text = csv('time,v', ['2018-10-28 02:30', 1], ['2018-10-28 02:00', 2]);
  const options = { interval: 60_000 };
  await assert.rejects(
    () => readText(text, { ...options, timezone: 'Europe/Berlin' }),
    refusal(
      'input_out_of_order',
      /clocks in Europe\/Berlin went back/,
      /in UTC or with their offset.*--grace 30 /,
    ),
  );
  await assert.rejects(() => readText(text, options), refusal('input_out_of_order', /order/, /--sort; /));
});

test('the outcome does not depend on where the bytes are cut', async () => {
  const lines = [
    'time,target,v,w,label',
    ...[`${at(0)},é,1,2,0`, `${at(0)},"q ""x""",3,4,1`, `${at(0)},"open,5,6,0`, 'junk', ''],
    ...[`${at(1)},"multi`, 'line",7,8,1', `${at(1)},b,x,8,0`, `${at(1)},b,9,10,0`, `${at(1)},b,9,10,0`],
    ...[`${at(2)},"a","1","2",""`, `${at(2)},c,"1,5",2,`, `${at(3)},d,0.1,0.12345678901234567,`],
  ];
  const bytes = Buffer.concat([
    Buffer.from(`\uFEFF${lines.join('\r\n')}\n${at(3)},`),
    Buffer.from([0xff]),
    Buffer.from(`,1,1,1\n${'y'.repeat(300)}\n${at(4)},"e",1,1,`),
  ]);
  const options = { maxLineBytes: 200, interval: 60_000 };
  const whole = await readText([bytes], options);
  assert.equal(whole.records.length, 7);
  assert.equal(whole.rejects.length, 7);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 40 }), async (cuts) => {
      const sorted = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const chunks = sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
      assert.deepEqual(await readText(chunks, options), whole);
    }),
    { numRuns: 200 },
  );
});

const rowMix = fc.array(
  fc.record({
    minute: fc.nat(3),
    target: fc.constantFrom('a', 'b', 'c', 'd', ''),
    value: fc.constantFrom('1', '2.5', '', 'x', 'Infinity', '"3"', '"4', '5,6', '\0'),
  }),
  { minLength: 1, maxLength: 40 },
);

test('every record is accepted, merged, rejected or filtered', async () => {
  const policy = fc.constantFrom('reject' as const, 'first' as const, 'last' as const, 'mean' as const);
  await fc.assert(
    fc.asyncProperty(rowMix, policy, fc.boolean(), async (rows, duplicates, filters) => {
      const sorted = rows.toSorted((a, b) => a.minute - b.minute);
      const lines = sorted.map(({ minute, target, value }) => `${at(minute)},${target},${value}`);
      const text = `time,target,v\n${at(0)},good,1\n${lines.join('\n')}\n`;
      const targets = filters ? { targets: ['a', 'b', 'good'] } : {};
      const options = { duplicates, interval: 60_000, columns: ['v'], ...targets };
      const { records, rejects, merged, filtered } = await readText(text, options);
      assert.equal(records.length + rejects.length + merged + filtered, 1 + lines.length);
      for (const { line, raw } of rejects) if (line > 2) assert.equal(raw.text, lines[line - 3]);
    }),
    { numRuns: 300 },
  );
});

test('files among which a recording was divided replay as the whole', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(6), fc.nat(5), fc.nat(2)), { minLength: 1, maxLength: 30 }),
      async (rows) => {
        const sorted = rows.toSorted(([a], [b]) => a - b);
        const text = (part: number | null): string =>
          csv(
            'time,target,v',
            ...sorted
              .map(([minute, target], i) => [at(minute), `host-${target}`, i])
              .filter((_, i) => part === null || sorted[i]?.[2] === part),
          );
        const options = { interval: 60_000, duplicates: 'last' as const };
        const whole = await readText(text(null), options);
        const folder = await folderWith(t, { '0.csv': text(0), '1.csv': text(1), '2.csv': text(2) });
        const dealt = await readInputs(
          ['0.csv', '1.csv', '2.csv'].map((name) => join(folder, name)),
          options,
        );
        const places = (outcome: ReadOutcome): unknown =>
          outcome.records.map(({ minute, target }) => [minute, target]);
        assert.deepEqual(places(dealt), places(whole));
        assert.equal(dealt.merged, whole.merged);
        assert.deepEqual(dealt.steps, whole.steps);
      },
    ),
    { numRuns: 40 },
  );
});

test('rejects are emitted with the minute during which they were read, and at once if there are many', async () => {
  const junk = (count: number): string[] => Array<string>(count).fill('junk');
  const { steps } = await readText(
    ['time,v', `${at(0)},1`, ...junk(2), `${at(1)},1`, ...junk(10_000), `${at(2)},1`, ...junk(3)].join('\n'),
    { interval: 60_000 },
  );
  assert.deepEqual(
    steps.map(([minute, records, rejects]) => [minute?.slice(14, 16) ?? null, records, rejects]),
    [
      ['00', 1, 2],
      [null, 0, 4096],
      [null, 0, 4096],
      ['01', 1, 1808],
      ['02', 1, 3],
    ],
  );
});
