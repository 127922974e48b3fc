import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';

import { allFlagNames } from '#build/cli/settings.js';
import { AiopsError } from '#build/core/errors.js';
import { REJECT_REASONS, type RejectReason } from '#build/core/types.js';
import type { ReadOptions } from '#build/read/options.js';
import { Counters } from '#build/read/counters.js';
import { openRecording } from '#build/read/recording.js';
import { remedyOf, type RemedyFacts } from '#build/read/lines/reject-remedies.js';

import { READ_DEFAULTS, folderWith, readInputs, readText } from '../../support/reading.js';

const FACTS: readonly RemedyFacts[] = [
  {},
  { format: 'csv', isEvery: true },
  { format: 'jsonl', isEvery: true },
  { stepMs: 60_000 },
];

const HOUR_MS = 3_600_000;

test('every flag in a remedy exists', () => {
  const known = allFlagNames();
  const named = REJECT_REASONS.flatMap((reason) => FACTS.map((facts) => remedyOf(reason, facts)))
    .flatMap((text) => [...text.matchAll(/--([a-z-]+)/g)])
    .map(([, flag]) => flag ?? '');
  for (const flag of named) assert.ok(known.has(flag), `--${flag}`);
  assert.ok(new Set(named).size > 8);
});

test('a format in a remedy reads the time that it is for', () => {
  const formats = (time: string): string[] => {
    const remedy = remedyOf('bad_time', { example: { message: `time: "${time}" is not a time` } });
    return [...remedy.matchAll(/"([^"]*)"/g)].map(([, pattern = '']) => pattern);
  };
  assert.deepEqual(formats('4/30/18 12:00 AM'), ['%m/%d/%y %I:%M %p']);
  assert.deepEqual(formats('30.04.18 00:00:59'), ['%d.%m.%y %H:%M:%S']);
  assert.deepEqual(formats('04/05/18 1:00pm'), ['%d/%m/%y %I:%M%p', '%m/%d/%y %I:%M%p']);
  assert.deepEqual(formats('04/30/18'), ['%m/%d/%y']);
  assert.deepEqual(formats('18-04-30 00:00:00'), ['%d-%m-%y %H:%M:%S', '%y-%m-%d %H:%M:%S']);
  assert.deepEqual(formats('18/04/30'), ['%d/%m/%y', '%y/%m/%d']);
  assert.deepEqual(formats('18-04-32'), ['%d-%m-%y']);
  for (const time of ['yesterday', '31/31/18 00:00', '4/30/18 25:00']) assert.deepEqual(formats(time), []);
});

test('duplicates as far apart as when clocks go forward need a zone', () => {
  for (const stepMs of [23 * HOUR_MS, 23.5 * HOUR_MS, 11 * HOUR_MS, 167 * HOUR_MS])
    assert.match(remedyOf('duplicate', { stepMs }), /--timezone/);
  for (const stepMs of [HOUR_MS, 4 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, 20 * HOUR_MS])
    assert.match(remedyOf('duplicate', { stepMs }), /set --interval/);
});

test('a regular step of duplicates is an interval to set', () => {
  assert.match(remedyOf('duplicate', { stepMs: 300_000 }), /5m apart: set --interval 5m/);
});

/** What is rejected, and how to follow the remedy, by a setting or in the file. */
interface Remedied {
  readonly text: string;
  readonly options?: Partial<ReadOptions>;
  readonly remedied: { readonly text?: string; readonly options?: Partial<ReadOptions> };
}

const GOOD = 'timestamp,target,cpu\n2024-01-01T00:00:00Z,a,1\n2024-01-01T00:01:00Z,a,2\n';

/** Every hour, at last after a third of one. */
const HOURLY = `timestamp,target,cpu\n${['00:00', '01:00', '02:00', '02:20'].map((at) => `2024-01-01T${at}:00Z,a,1\n`).join('')}`;

const CASES: Readonly<Partial<Record<RejectReason, Remedied>>> = {
  bad_line: {
    text: `${GOOD}2024-01-01T00:02:00Z,"b"c,3\n`,
    remedied: { text: `${GOOD}2024-01-01T00:02:00Z,"b""c",3\n` },
  },
  line_too_long: {
    text: `${GOOD}2024-01-01T00:02:00Z,${'b'.repeat(80)},3\n`,
    options: { maxLineBytes: 64 },
    remedied: { options: { maxLineBytes: 200 } },
  },
  column_count: {
    text: `${GOOD}2024-01-01T00:02:00Z,b,c,3\n`,
    remedied: { text: `${GOOD}2024-01-01T00:02:00Z,"b,c",3\n` },
  },
  not_a_record: {
    text: '{"timestamp":"2024-01-01T00:00:00Z","target":"a","cpu":1}\n17\n',
    remedied: { text: '{"timestamp":"2024-01-01T00:00:00Z","target":"a","cpu":1}\n' },
  },
  no_time: {
    text: 'timestamp,end,target,cpu\n2024-01-01T00:00:00Z,2024-01-01T00:01:00Z,a,1\n,2024-01-01T00:02:00Z,a,2\n',
    remedied: { options: { timeColumn: 'end' } },
  },
  bad_time: {
    text: 'timestamp,end,target,cpu\n2024-01-01T00:00:00Z,2024-01-01T00:01:00Z,a,1\nsoon,2024-01-01T00:02:00Z,a,2\n',
    remedied: { options: { timeColumn: 'end' } },
  },
  no_target: {
    text: 'timestamp,target,unit,cpu\n2024-01-01T00:00:00Z,a,x,1\n2024-01-01T00:01:00Z,,x,2\n',
    remedied: { options: { targetColumns: ['unit'] } },
  },
  bad_value: {
    text: 'timestamp,target,cpu,mem\n2024-01-01T00:00:00Z,a,1,2\n2024-01-01T00:01:00Z,a,3,lots\n',
    remedied: { options: { columns: ['cpu'] } },
  },
  duplicate: {
    text: HOURLY,
    options: { interval: 3_600_000 },
    remedied: { options: { duplicates: 'mean' } },
  },
};

describe('following the remedy, nothing is rejected', () => {
  for (const [reason, { text, options = {}, remedied }] of Object.entries(CASES)) {
    test(reason, async () => {
      const { rejects } = await readText(text, options);
      assert.deepEqual(
        rejects.map((reject) => reject.reason),
        [reason],
      );
      const after = await readText(remedied.text ?? text, { ...options, ...remedied.options });
      assert.deepEqual(after.rejects, []);
      assert.ok(after.records.length > 0);
    });
  }

  test('duplicate, by the interval that the duplicates show', async () => {
    const at = (minute: number): string => new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString();
    const hours = Array.from({ length: 20 }, (_, hour) => `${at(hour * 60)},a,1`);
    const minutes = Array.from({ length: 120 }, (_, minute) => `${at(20 * 60 + minute)},a,2`);
    const text = ['timestamp,target,cpu', ...hours, ...minutes].join('\n');
    const counters = new Counters();
    const recording = await openRecording(
      ['-'],
      { ...READ_DEFAULTS, interval: 3_600_000 },
      Readable.from([text]),
    );
    for await (const step of recording.steps()) counters.addStep(step);
    const [interval = ''] = /(?<=--interval )\w+/.exec(counters.remedy ?? '') ?? [];
    assert.equal(interval, '1m');
    assert.equal(counters.rejects[0]?.stepMs, 60_000);
    assert.deepEqual((await readText(text, { interval: 60_000 })).rejects, []);
    // A resumed run still knows.
    const before = { counts: counters.counts, found: 0, rejects: counters.rejects };
    assert.match(new Counters(before).remedy ?? '', /--interval 1m/);
  });

  test('duplicate of the same time: no interval helps', async () => {
    const counters = new Counters();
    const text = `${GOOD}2024-01-01T00:01:00Z,a,3\n2024-01-01T00:02:00Z,a,3\n`;
    const recording = await openRecording(['-'], READ_DEFAULTS, Readable.from([text]));
    for await (const step of recording.steps()) counters.addStep(step);
    assert.doesNotMatch(counters.remedy ?? '--interval', /--interval/);
    assert.deepEqual((await readText(text, { duplicates: 'last' })).rejects, []);
  });

  test('duplicate of the same time, by the column that distinguishes the records', async () => {
    const text = [
      'time,host,core,v,w',
      ...[0, 1, 2].flatMap((m) => [1, 2].map((core) => `2024-01-01T00:0${m}:00Z,h,c${core},${core},${m}`)),
    ].join('\n');
    const options = { targetColumns: ['host'] };
    assert.equal((await readText(text, options)).rejects.length, 3);
    assert.match(remedyOf('duplicate', { stepMs: 0 }), /--target-column.*--metric-column.*--duplicates/);
    const { rejects, records } = await readText(text, { targetColumns: ['host', 'core'] });
    assert.deepEqual(rejects, []);
    assert.equal(records.length, 6);
  });

  test('duplicate of a file of another metric, by a name of its own', async (t) => {
    const rows = [0, 1, 2].map((minute) => `2024-01-01T00:0${minute}:00Z,a,${minute}\n`).join('');
    const cpu = `timestamp,host,value\n${rows}`;
    const folder = await folderWith(t, {
      ...{ 'cpu.csv': cpu, 'mem.csv': cpu.replaceAll(',a,', ',a,7') },
      'named.csv': cpu.replace('value', 'mem').replaceAll(',a,', ',a,7'),
    });
    const inputs = (...names: string[]): string[] => names.map((name) => join(folder, name));
    const counters = new Counters();
    const options: ReadOptions = { ...READ_DEFAULTS, metricNames: 'columns' };
    const recording = await openRecording(inputs('cpu.csv', 'mem.csv'), options, Readable.from([]));
    for await (const step of recording.steps()) counters.addStep(step);
    const [duplicates] = counters.rejects;
    assert.ok(duplicates?.count === 3);
    for (const remedy of [counters.remedy ?? '', remedyOf('duplicate', { example: duplicates.example })]) {
      assert.match(remedy, /--metric-names files, or give the column another name/);
      assert.doesNotMatch(remedy, /mean/);
    }
    for (const { records, rejects } of [
      await readInputs(inputs('cpu.csv', 'named.csv')),
      await readInputs(inputs('cpu.csv', 'mem.csv'), { metricNames: 'files' }),
    ]) {
      assert.deepEqual(rejects, []);
      assert.deepEqual(
        records.map(({ values }) => values),
        [
          [0, 70],
          [1, 71],
          [2, 72],
        ],
      );
    }
  });

  test('duplicate, by a shorter interval', async () => {
    const { rejects, records } = await readText(HOURLY, { interval: 1_200_000 });
    assert.deepEqual(rejects, []);
    assert.equal(records.length, 4);
  });

  for (const dates of [
    ['30.04.18 00:00', '30.04.18 00:01'],
    ['04/30/18 00:00:00', '04/30/18 00:01:00'],
  ])
    test(`bad_time, by the format of ${dates[0] ?? ''}`, async () => {
      const text = `time,cpu\n${dates.map((date) => `${date},1\n`).join('')}`;
      const refused = await readText(text, { timeColumn: 'time' }).catch((error: unknown) => error);
      assert.ok(refused instanceof AiopsError);
      const hint = refused.hint ?? '';
      assert.doesNotMatch(hint, /--time-column/);
      const [timeFormat = ''] = /(?<=here ")[^"]*/.exec(hint) ?? [];
      const { records, rejects } = await readText(text, { timeFormat });
      assert.deepEqual(rejects, []);
      assert.equal(records[0]?.minute, '2018-04-30T00:00:00.000Z');
    });

  test('bad_value, by a text that stands for a missing value', async () => {
    const text = CASES.bad_value?.text ?? '';
    const { rejects, records } = await readText(text, { missingValues: ['lots'] });
    assert.deepEqual(rejects, []);
    assert.deepEqual(records[1]?.values, [3, NaN]);
  });
});

test('a list with something around it that follows records is rejected line by line, and the remedy takes it out', async () => {
  const records = [0, 1, 2].map((i) => `{"timestamp":"2024-01-01T00:0${i}:00Z","cpu":${i}}`);
  const { rejects } = await readText(`${records[0]}\n{"data":[\n${records.join(',\n')}\n]}\n`);
  const [first] = rejects;
  assert.equal(first?.reason, 'bad_line');
  assert.match(remedyOf('bad_line', { example: first }), /jq -c '\.data\[\]'/);
  assert.equal((await readText(records.join('\n'))).records.length, 3);
});

test('a number with a unit, where most have none, is said to have one', () => {
  for (const value of ['59.69 ms', '50%', '-3 °C', '7 req/s']) {
    const example = { message: `latency: "${value}" is not a number` };
    assert.match(remedyOf('bad_value', { example }), /without units/, value);
  }
  for (const [value, words] of [
    ['+Inf', '+Inf,-Inf'],
    ['-Infinity', 'Infinity,-Infinity'],
  ] as const) {
    const example = { message: `latency: "${value}" is not a number` };
    const remedy = remedyOf('bad_value', { example });
    assert.ok(remedy.endsWith(`--missing-values ${words}`), remedy);
  }
  for (const value of ['n/a', 'x5', '5 of 6', '1_000']) {
    const example = { message: `latency: "${value}" is not a number` };
    assert.match(remedyOf('bad_value', { example }), /--missing-values/, value);
  }
});
