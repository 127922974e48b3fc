import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openRecording, type ReadOptions } from '#build/read/recording.js';
import { READ_DEFAULTS, folderWith } from '../support/reading.js';
import { checkEveryResume } from '../support/resumed.js';
import type { PlainStep } from '../support/read-steps.js';

const OPTIONS: ReadOptions = { ...READ_DEFAULTS, interval: 60_000, columns: ['v'] };
const START = { byteOffset: 0, line: 1, doneLine: 0, doneItem: null };

const time = (minute: number): string => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
const row = (minute: number, target = 'a', v: number | string = 1): string =>
  `${time(minute)},${target},${v}\n`;
const places = (steps: readonly PlainStep[]): unknown =>
  steps.map(({ minuteMs, positions, isTail }) => [
    minuteMs === null ? null : new Date(minuteMs).getUTCMinutes(),
    positions,
    isTail,
  ]);

test('the position after a minute is the line that closed it; there is none after the last minute, or one that an unfinished line closes', async (t) => {
  const text = `time,target,v\n${row(0)}${row(0, 'b')}junk\n\n${row(1)}${row(2)}`;
  const rowBytes = row(0).length;
  const first = 'time,target,v\n'.length + 2 * rowBytes + 'junk\n\n'.length;
  const folder = await folderWith(t, { 'a.csv': text, 'b.csv': text.trimEnd() });
  const minute1 = { byteOffset: first, line: 6, doneLine: 5, doneItem: null };
  const minute2 = { byteOffset: first + rowBytes, line: 7, doneLine: 6, doneItem: null };
  const a = await checkEveryResume({ paths: [join(folder, 'a.csv')], stdin: null }, OPTIONS);
  assert.deepEqual(places(a), [
    [0, [minute1], false],
    [1, [minute2], false],
    [2, ['end'], true],
  ]);
  const b = await checkEveryResume({ paths: [join(folder, 'b.csv')], stdin: null }, OPTIONS);
  assert.deepEqual(places(b), [
    [0, [minute1], false],
    [1, null, true],
    [2, ['end'], true],
  ]);
});

test('an open quote that the end of the file decides about is in its tail', async (t) => {
  const text = `time,target,v\n${row(0)}${row(1)}${time(2)},"a\n${row(3)}`;
  const folder = await folderWith(t, { 'a.csv': text.trimEnd() });
  const steps = await checkEveryResume({ paths: [join(folder, 'a.csv')], stdin: null }, OPTIONS);
  assert.deepEqual(
    steps.map(({ minuteMs, isTail }) => [
      minuteMs === null ? null : new Date(minuteMs).getUTCMinutes(),
      isTail,
    ]),
    [
      [0, false],
      [1, true],
      [3, true],
    ],
  );
});

test('records that span lines are resumed at their first line, or after their last', async (t) => {
  const over = (minute: number): string => `${time(minute)},"a\r\nb\n\n""c""",1\r\n`;
  const bad = (minute: number): string => row(minute, '"x\ny"', '"no\nnumber"');
  const stray = `${time(2)},"a,1\n`;
  const open = `${time(5)},"open\n`;
  const lines = [row(0), over(0), over(1), bad(1), stray, over(2), bad(3), row(4), open, row(6)];
  const folder = await folderWith(t, { 'a.csv': `time,"tar\nget",v\n${lines.join('')}` });
  const options = { ...OPTIONS, targetColumns: ['tar\nget'], duplicates: 'last' as const };
  const steps = await checkEveryResume({ paths: [join(folder, 'a.csv')], stdin: null }, options);
  assert.deepEqual(
    steps.map(({ records, rejects }) => [records.map((each) => each[4]), rejects.map((each) => each[1])]),
    [
      [[3, 4], []],
      [[8], [12, 15]],
      [[16], [20]],
      [[23], [24]],
      [[25], []],
    ],
  );
});

test('with --grace, reading resumes at the first line of the minutes that are still open', async (t) => {
  const lines = [row(0), row(1), row(0, 'b'), row(2), row(1, 'b'), row(9)];
  const folder = await folderWith(t, { 'a.csv': `time,target,v\n${lines.join('')}` });
  const steps = await checkEveryResume(
    { paths: [join(folder, 'a.csv')], stdin: null },
    { ...OPTIONS, grace: 1 },
  );
  const at = (line: number, doneLine: number): unknown => {
    const byteOffset = 'time,target,v\n'.length + (line - 2) * row(0).length;
    return [{ byteOffset, line, doneLine, doneItem: null }];
  };
  assert.deepEqual(places(steps), [
    [0, at(3, 4), false],
    [1, at(5, 6), false],
    [2, at(7, 6), false],
    [9, ['end'], true],
  ]);
});

test('within a line of items, everything before the item is done', async (t) => {
  const batch = (minute: number, items: readonly unknown[]): string =>
    `${JSON.stringify({ time: time(minute), items })}\n`;
  const item = (target: string, v: unknown): unknown => ({ target, values: { v } });
  const text =
    batch(0, [item('a', 1)]) +
    batch(1, [item('a', 'x'), item('b', 'y'), item('c', 1)]) +
    batch(2, [item('a', 1)]);
  const folder = await folderWith(t, { 'a.jsonl': text });
  const steps = await checkEveryResume({ paths: [join(folder, 'a.jsonl')], stdin: null }, OPTIONS);
  const [first] = steps;
  const byteOffset = batch(0, [item('a', 1)]).length;
  assert.deepEqual(first?.positions, [{ byteOffset, line: 2, doneLine: 2, doneItem: 1 }]);
  assert.deepEqual(first.account, [3, 0, 0]);
  assert.equal(steps[1]?.rejects.length, 0);
});

test('reading can also resume after a mass of rejects, even within a line of items', async (t) => {
  const bad = Array.from({ length: 3000 }, (_, i) => ({ target: `t${i}`, values: { v: 'x' } }));
  const line = (minute: number, items: readonly unknown[]): string =>
    `${JSON.stringify({ time: time(minute), items })}\n`;
  const good = { target: 'a', values: { v: 1 } };
  const b = Array.from({ length: 5 }, (_, i) => line(i, [{ target: 'b', values: { v: 1 } }]));
  const folder = await folderWith(t, {
    'a.jsonl': line(0, [good, ...bad]) + line(0, bad) + line(4, [good]) + line(5, [good]),
    'b.jsonl': b.join(''),
  });
  const paths = ['a.jsonl', 'b.jsonl'].map((name) => join(folder, name));
  const steps = await checkEveryResume({ paths, stdin: null }, OPTIONS);
  assert.deepEqual(steps[0]?.positions, [
    { ...START, doneLine: 2, doneItem: 1095, lastMs: Date.parse(time(0)) },
    START,
  ]);
  assert.deepEqual(
    steps.map(({ rejects }) => rejects.length),
    [4096, 1904, 0, 0, 0, 0, 0],
  );
});

test('an input without a record, or without a selected one, delays no position', async (t) => {
  const junk = 'junk\n'.repeat(4096);
  const folder = await folderWith(t, {
    'a.csv': `time,target,v\n${row(0)}${row(1)}${row(2)}`,
    'junk.csv': `time,target,v\n${junk}`,
    'filtered.csv': `time,target,v\n${row(0, 'z')}${row(7, 'z')}`,
    'empty.csv': '',
    'header.csv': 'time,target,v\n',
  });
  const paths = ['empty.csv', 'junk.csv', 'a.csv', 'filtered.csv', 'header.csv'].map((name) =>
    join(folder, name),
  );
  const steps = await checkEveryResume({ paths, stdin: null }, { ...OPTIONS, targets: ['a'] });
  const minutes = steps.filter(({ minuteMs }) => minuteMs !== null);
  const ends = minutes.map(({ positions }) => positions?.map((position) => position === 'end'));
  assert.deepEqual(ends, [
    [true, true, false, true, true],
    [true, true, false, true, true],
    [true, true, true, true, true],
  ]);
  assert.deepEqual(
    steps.map(({ account: [found, , filtered] }) => [found, filtered]),
    [
      [4096, 2],
      [1, 0],
      [1, 0],
      [1, 0],
    ],
  );
});

for (const duplicates of ['reject', 'first', 'last', 'mean'] as const) {
  test(`duplicates folded before their minute closes are accounted for once: ${duplicates}`, async (t) => {
    const many = (minute: number, count: number): string =>
      Array.from({ length: count }, (_, i) => row(minute, `t${i % 9}`, i % 5)).join('');
    const text = row(0) + many(1, 5000) + row(2) + many(1, 5000) + row(4) + row(6);
    const folder = await folderWith(t, { 'a.csv': `time,target,v\n${text}` });
    const options = { ...OPTIONS, grace: 1, duplicates };
    const inputs = { paths: [join(folder, 'a.csv')], stdin: null };
    await checkEveryResume(inputs, options);
    await checkEveryResume(inputs, { ...options, fromMs: Date.UTC(2026, 0, 1, 0, 1) });
    await checkEveryResume(inputs, { ...options, fromMs: Date.UTC(2026, 0, 1, 0, 2), lookBackIntervals: 1 });
    await checkEveryResume(inputs, { ...options, toMs: Date.UTC(2026, 0, 1, 0, 2) });
  });
}

test('bytes before a position: exact in text, in proportion in gzip, and never those that were only read', async (t) => {
  const minutes = 2000;
  const text = `time,target,v\n${Array.from({ length: minutes }, (_, i) => row(i, 'a', Math.sin(i))).join('')}`;
  const packed = gzipSync(text);
  const folder = await folderWith(t, { 'a.csv': text, 'a.csv.gz': packed });
  for (const [name, size] of [
    ['a.csv', text.length],
    ['a.csv.gz', packed.length],
  ] as const) {
    await using recording = await openRecording([join(folder, name)], OPTIONS, Readable.from([]));
    let step = 0;
    for await (const { positions } of recording.steps()) {
      step++;
      if (positions === null) continue;
      const share = recording.bytesBefore(positions) / size;
      assert.ok(Math.abs(share - step / minutes) < 0.01, `${name}: ${share} after step ${step}`);
    }
    assert.equal(step, minutes);
    assert.deepEqual(recording.progress(), { readBytes: size, totalBytes: size });
  }
});

test('a table with a row per metric is resumed between its minutes, also of several files', async (t) => {
  const METRICS = ['cpu', 'mem', 'disk'];
  const long = (metrics: readonly string[], first: number): string =>
    [0, 1, 2, 3]
      .flatMap((minute) =>
        ['a', 'b'].flatMap((host) =>
          metrics.map((metric, k) => `${time(minute)},${host},${metric},${first + 10 * k + minute}\n`),
        ),
      )
      .join('');
  const header = 'time,host,metric,value\n';
  const bad = `${time(1)},a,net,1\n${time(1)},b,cpu,x\n${time(1)},b,cpu,7\n`;
  const text = long(METRICS, 0).replace(`${time(2)},a,cpu`, `${bad}${time(2)},a,cpu`);
  const folder = await folderWith(t, {
    'a.csv': header + text,
    'b.csv': header + long(['net', 'disk'], 100),
  });
  const given = { ...OPTIONS, columns: METRICS };
  const one = await checkEveryResume({ paths: [join(folder, 'a.csv')], stdin: null }, given);
  assert.deepEqual(
    one.map(({ account }) => account),
    [
      [6, 4, 0],
      [8, 4, 1],
      [6, 4, 0],
      [6, 4, 0],
    ],
  );
  const paths = ['a.csv', 'b.csv'].map((name) => join(folder, name));
  const both = await checkEveryResume({ paths, stdin: null }, { ...OPTIONS, columns: [...METRICS, 'net'] });
  assert.equal(both[0]?.records.length, 2);
});

test('rows of which every field is a record are resumed between their minutes', async (t) => {
  const lines = [0, 1, 1, 2].map((minute, i) => `${time(minute)},${i},${i === 1 ? 'x' : 10 * i}\n`);
  const folder = await folderWith(t, { 'a.csv': `time,web-1,web-2\n${lines.join('')}` });
  const wide = { ...OPTIONS, columns: ['web-1', 'web-2'], wide: true };
  const steps = await checkEveryResume({ paths: [join(folder, 'a.csv')], stdin: null }, wide);
  assert.deepEqual(
    steps.map(({ records, rejects }) => [records.length, rejects.map((each) => each[1])]),
    [
      [2, []],
      [2, [3, 4]],
      [2, []],
    ],
  );
});
