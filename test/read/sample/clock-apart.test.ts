import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AiopsError } from '#build/core/errors.js';
import type { ReadOptions } from '#build/read/recording.js';
import { readText } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

const CLOCKS = Array.from(
  { length: 12 },
  (_, i) => `${String(8 + Math.floor(i / 6)).padStart(2, '0')}:${i % 6}0`,
);
const MINUTES = CLOCKS.map((clock) => `2018-04-30T${clock}:00.000Z`);
const table = (header: string, row: (clock: string, i: number) => string): string =>
  `${[header, ...CLOCKS.map(row)].join('\n')}\n`;

async function minutesOf(text: string, options: Partial<ReadOptions> = {}): Promise<string[]> {
  const { records, rejects } = await readText(text, options);
  assert.deepEqual(rejects, []);
  return records.map(({ minute }) => minute);
}

test('a time of day apart from its date is joined with it', async () => {
  const texts = [
    table('date,time,host,cpu', (clock, i) => `2018-04-30,${clock},a,${i}`),
    table('date,time,host,cpu', (clock, i) => `20180430,${clock},a,${i}`),
    table('Datum;Uhrzeit;host;cpu', (clock, i) => `30.04.2018;${clock};a;${i},5`),
    `sep=;\n${table('Date;Time;host;cpu', (clock, i) => `30.04.2018;${clock};a;${i},5`)}`,
    table('"host","date","time","cpu"', (clock, i) => `"a","2018-04-30","${clock}",${i}`),
    table('timestamp|clock|cpu', (clock, i) => `2018-04-30|${clock}|${i}`),
    table('date,host,time,cpu', (clock, i) => `2018-04-30,a,${clock}:00 AM,${i}`),
    table('time,name,date,cpu', (clock, i) => `${clock},"a,b",2018-04-30,${i}`),
    table('time,note,date,cpu', (clock, i) => `${clock},"a ""b""",2018-04-30,${i}`),
    CLOCKS.map((time, i) => JSON.stringify({ date: '2018-04-30', time, cpu: i })).join('\n'),
    CLOCKS.map((time, i) => JSON.stringify({ at: { date: 20180430, time }, cpu: i })).join('\n'),
  ];
  for (const text of texts) {
    assert.deepEqual(await minutesOf(text), MINUTES, text);
    const sorted = await readText(text, { sort: true });
    assert.deepEqual(
      sorted.records.map(({ minute }) => minute),
      MINUTES,
    );
  }
});

test('the flag of the decision reads the same columns', async () => {
  const text = table('date,time,host,cpu', (clock, i) => `2018-04-30,${clock},a,${i}`);
  const { recording } = await readText(text);
  const time = recording.decisions
    .flatMap(({ decisions }) => decisions)
    .find(({ about }) => about === 'time');
  assert.equal(time?.flag, '--time-column date,time');
  assert.ok(recording.notices.some((notice) => notice.text.includes('--time-column date,time')));
  assert.deepEqual(await minutesOf(text, { timeColumn: 'date,time' }), MINUTES);
  assert.deepEqual(await minutesOf(text.replace('date,time', 'Day,at'), { timeColumn: 'Day,at' }), MINUTES);
});

test('several columns are read by a pattern as they are, and one whose name has a comma is one', async () => {
  const parts = table('y,m,d,clock,cpu', (clock, i) => `18,4,30,${clock},${i}`);
  const given = { timeColumn: 'y,m,d,clock', timeFormat: '%y %m %d %H:%M' };
  assert.deepEqual(await minutesOf(parts, given), MINUTES);
  const comma = table('"date,time",cpu', (clock, i) => `2018-04-30 ${clock},${i}`);
  assert.deepEqual(await minutesOf(comma, { timeColumn: 'date,time' }), MINUTES);
});

test('a column of hours beside days is part of the time', async () => {
  const rows = [30, 31].flatMap((day) =>
    Array.from({ length: 24 }, (_, hour) => `2018-03-${day},${hour},${hour + day}\n`),
  );
  const minutes = await minutesOf(`date,hour,load\n${rows.join('')}`);
  assert.deepEqual(
    [minutes.length, minutes[1], minutes[47]],
    [48, '2018-03-30T01:00:00.000Z', '2018-03-31T23:00:00.000Z'],
  );
});

test('a row without its date or its time of day is rejected', async () => {
  const text = table('date,time,cpu', (clock, i) =>
    i === 3
      ? `,${clock},1`
      : i === 4
        ? `2018-04-30,,1`
        : i === 5
          ? `2018-04-30,25:00,1`
          : `2018-04-30,${clock},1`,
  );
  const { rejects, records } = await readText(text);
  assert.equal(records.length, CLOCKS.length - 3);
  assert.deepEqual(
    rejects.map(({ reason, message }) => [reason, message]),
    [
      ['no_time', 'date and time is empty'],
      ['no_time', 'date and time is empty'],
      ['bad_time', 'date and time: "2018-04-30 25:00" is not a time'],
    ],
  );
});

test('a date that is no time with its time of day is refused with the flags to give', async () => {
  const text = table('timestamp,clock,cpu', (clock, i) => `180430,${clock},${i}`);
  await assert.rejects(
    () => readText(text),
    refusal('input_unusable', /time of day in clock/, /--time-column timestamp,clock with --time-format/),
  );
  const given = { timeColumn: 'timestamp,clock', timeFormat: '%y%m%d %H:%M' };
  assert.deepEqual(await minutesOf(text, given), MINUTES);
});

test('midnights beside times of day that go forward are days, and those beside durations are times', async () => {
  const clocks = table('date,time,cpu', (clock, i) => `2018-04-30 00:00:00,${clock},${i}`);
  assert.deepEqual(await minutesOf(clocks), MINUTES);
  const day = (i: number): string => `2018-05-${String(i + 1).padStart(2, '0')}`;
  for (const header of ['timestamp,duration,cpu', 'date,duration,cpu']) {
    const daily = table(header, (clock, i) => `${day(i)} 00:00:00,${clock},${i}`);
    assert.equal((await minutesOf(daily)).length, CLOCKS.length);
  }
  const daily = table('date,sunrise,cpu', (clock, i) => `${day(i)},${clock},${i}`);
  await assert.rejects(
    () => readText(daily),
    refusal('input_unusable', /sunrise/, /give --time-column date,sunrise; .* give --time-column date$/),
  );
  assert.equal((await readText(daily, { timeColumn: 'date' })).records.length, CLOCKS.length);
});

test('dates with years of two digits beside times of day are refused with the formats that read them all', async () => {
  const day = (text: string) => (clock: string, i: number) => `${text},${clock},${i}`;
  for (const [header, date, formats] of [
    ['date,time,cpu', '30.04.18', ['%d.%m.%y %H:%M']],
    ['Datum,Uhrzeit,cpu', '4/30/18', ['%m/%d/%y %H:%M']],
    ['day,clock,cpu', '18-04-30', ['%y-%m-%d %H:%M']],
    ['date,time,cpu', '04.05.18', ['%d.%m.%y %H:%M', '%m.%d.%y %H:%M', '%y.%m.%d %H:%M']],
  ] as const) {
    const text = table(header, day(date));
    const error: unknown = await readText(text).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof AiopsError, header);
    const [, timeColumn = ''] = /--time-column (\S+) with/.exec(error.hint ?? '') ?? [];
    const found = [...(error.hint ?? '').matchAll(/--time-format '([^']+)'/g)].map(
      ([, format = '']) => format,
    );
    assert.deepEqual(found, formats);
    for (const timeFormat of formats)
      assert.equal((await readText(text, { timeColumn, timeFormat })).records.length, CLOCKS.length);
  }
  const given = { timeColumn: 'date,time', timeFormat: '%d.%m.%y %H:%M' };
  assert.deepEqual(await minutesOf(table('date,time,cpu', day('30.04.18')), given), MINUTES);
  // One of the dates is no date: no format reads them all.
  const broken = table('date,time,cpu', (clock, i) => `${i === 2 ? '31.04.18' : '30.04.18'},${clock},${i}`);
  await assert.rejects(() => readText(broken), refusal('input_unusable', /is not a time/, /--time-format/));
});

test('times of day with zones, dots, digits, or the day zero of a program are joined with their date', async () => {
  const digits = (clock: string): string => clock.replace(':', '');
  const texts = [
    table('Date,Time,v', (clock, i) => `2018-04-30,${clock} UTC,${i}`),
    table('Date,Time,v', (clock, i) => `2018-04-30,${clock}:00Z,${i}`),
    table('Date,Time,v', (clock, i) => `2018-04-30,0 days ${clock}:00,${i}`),
    table('Datum;Zeit;v', (clock, i) => `30.04.2018;${clock.replace(':', '.')}.00;${i},5`),
    table('DATE,TIME,v', (clock, i) => `20180430,${digits(clock)},${i}`),
    table('UTC_DATE,UTC_TIME,v', (clock, i) => `20180430,${digits(clock)},${i}`),
    table('Date,Time,v', (clock, i) => `2018-04-30,1899-12-30 ${clock}:00,${i}`),
    table('Date,Time,v', (clock, i) => `2018-04-30T00:00:00.000Z,${clock}:00,${i}`),
    table('Date,Time,v', (clock, i) => `4/30/2018 12:00:00 AM,${clock}:00 AM,${i}`),
    table('Date,End Time,Start Time,v', (clock, i) => `2018-04-30,${clock}:59,${clock},${i}`),
  ];
  for (const text of texts) assert.deepEqual(await minutesOf(text), MINUTES, text);
  const ahead = table('Date,Time,v', (clock, i) => `2018-04-30,${clock}:00+02:00,${i}`);
  assert.equal((await minutesOf(ahead))[0], '2018-04-30T06:00:00.000Z');
  const zoned = table('Date,Time,v', (clock, i) => `2018-04-30T00:00:00+02:00,${clock}:00,${i}`);
  assert.equal((await minutesOf(zoned))[0], '2018-04-30T06:00:00.000Z');
});

test('a part of a day that cannot be joined for sure is refused, never taken for a target or a metric', async () => {
  const daily = (header: string, count: number, row: (period: number) => string): string =>
    `${[header, ...[29, 30].flatMap((day) => Array.from({ length: count }, (_, i) => `2018-04-${day},${row(i + 1)}`))].join('\n')}\n`;
  const clock = (i: number): string => CLOCKS[i] ?? '09:59';
  const texts = {
    HE: daily('Date,HE,MW', 24, (hour) => `${hour},${hour * 7}`),
    Hour: daily('Date,Hour,MW', 24, (hour) => `${hour},${hour * 7}`),
    SETTLEMENT_PERIOD: daily('SETTLEMENT_DATE,SETTLEMENT_PERIOD,ND', 48, (n) => `${n},${n * 7}`),
    hour_ending: daily('date,hour_ending,node,lmp', 24, (hour) => `${hour},a,${hour * 7}`),
    'von-bis': daily('Datum,von-bis,v', 11, (i) => `${clock(i - 1)}-${clock(i)},${i * 7}`),
    Time: daily('Date,Time,v', 24, (hour) => `${(hour - 1) * 100},${hour * 7}`),
  };
  for (const [name, text] of Object.entries(texts)) {
    const flags = /--time-column \w+, and --target-column/;
    await assert.rejects(
      () => readText(text),
      refusal('input_unusable', new RegExp(` in ${name}, which cannot be joined`), flags),
      text,
    );
  }
  const shifts = daily('date,period,load', 4, (n) => `${n},${n * 7}`);
  await assert.rejects(() => readText(shifts), refusal('input_unusable', /which column names their targets/));
});

test('a minute beside a date and an hour is refused with the flags that read them', async () => {
  const text = table('date,hour,minute,v', (clock, i) => `2018-04-30,${clock.replace(':', ',')},${i}`);
  await assert.rejects(
    () => readText(text),
    refusal('input_unusable', /minute/, /--time-column date,hour,minute with .*'%Y-%m-%d %H %M'/),
  );
  const given = { timeColumn: 'date,hour,minute', timeFormat: '%Y-%m-%d %H %M' };
  assert.deepEqual(await minutesOf(text, given), MINUTES);
});
