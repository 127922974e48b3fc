import assert from 'node:assert/strict';
import { test } from 'node:test';

import { columnName } from '#build/cli/settings/kinds.js';
import { AiopsError } from '#build/core/errors.js';
import { refusal } from '../../support/refusals.js';
import { readText } from '../../support/reading.js';

const START_MS = Date.UTC(2018, 3, 30);
const at = (minute: number): string =>
  new Date(START_MS + minute * 60_000).toISOString().slice(0, 19).replace('T', ' ');
const table = (header: string, count: number, row: (minute: number) => unknown[]): string =>
  [header, ...Array.from({ length: count }, (_, minute) => row(minute).join(',')), ''].join('\n');

/** The column with the time, the first minute, and how many records and rejects there are. */
async function facts(text: string): Promise<unknown[]> {
  const { recording, records, rejects } = await readText(text);
  const [time] = recording.decisions
    .flatMap(({ decisions }) => decisions)
    .filter(({ about }) => about === 'time');
  return [time?.choice, records[0]?.minute, records.length, rejects.map(({ reason }) => reason)];
}

test('a few values that are no times cost their records only, whatever the column is called', async () => {
  const names = ['timestamp', 'date', 'datetime', 'Date Time', 'event_time', '_time', 'epoch', 'created_at'];
  for (const name of [...names, 'Timestamp (UTC)', 'when']) {
    const texts = table(`${name},v`, 40, (minute) => [minute === 20 ? 'n/a' : at(minute), minute]);
    const wanted = [`column "${name}"`, '2018-04-30T00:00:00.000Z', 39, ['bad_time']];
    assert.deepEqual(await facts(texts), wanted, name);
    const epochs = table(`${name},v`, 40, (minute) => [
      minute === 20 ? 'n/a' : START_MS / 1000 + 60 * minute,
      minute,
    ]);
    assert.deepEqual(await facts(epochs), wanted, name);
  }
});

test('footers, repeated headers, rows of texts and 24:00 are rejected, and units below the header skipped', async () => {
  const rows = (count: number): string => table('date,v', count, (minute) => [at(minute), minute]);
  const start = '2018-04-30T00:00:00.000Z';
  assert.deepEqual(await facts(`${rows(5)}Total,1000\n`), ['column "date"', start, 5, ['bad_time']]);
  assert.deepEqual(await facts(`${rows(20)}2018-04-30 24:00,1\n`), [
    'column "date"',
    start,
    20,
    ['bad_time'],
  ]);
  const repeated = `${rows(20)}date,v\n${at(20)},1\n`;
  assert.deepEqual(await facts(repeated), ['column "date"', start, 21, ['bad_time']]);
  const below = (line: string): string => rows(20).replace('\n', `\n${line}\n`);
  assert.deepEqual(await facts(below('local,inside')), ['column "date"', start, 20, ['bad_time']]);
  assert.deepEqual(await facts(below('[UTC],[C]')), ['column "date"', start, 20, []]);
});

test('of columns of other names, one that has nothing but times is the time', async () => {
  const text = table('when,due,v', 40, (minute) => [at(minute), minute === 20 ? 'n/a' : at(minute + 1), 1]);
  assert.deepEqual(await facts(text), ['column "when"', '2018-04-30T00:00:00.000Z', 40, []]);
});

test('a month beside the time is no other time', async () => {
  const text = table('when,period,v', 40, (minute) => [at(minute), '2018-04', minute]);
  assert.deepEqual(await facts(text), ['column "when"', '2018-04-30T00:00:00.000Z', 40, []]);
});

test('times of our years win over small numbers under a more usual name', async () => {
  const start = '2018-04-30T00:00:00.000Z';
  const seconds = (minute: number): number => START_MS / 1000 + 60 * minute;
  const cases: readonly [header: string, row: (minute: number) => unknown[], time: string][] = [
    ['minute,datetime,v', (minute) => [minute % 60, at(minute), 1], 'datetime'],
    ['datetime,hour,minute,v', (minute) => [at(minute), minute % 24, minute % 60, 1], 'datetime'],
    ['minute,when,v', (minute) => [minute % 60, minute === 7 ? 'n/a' : at(minute), 1], 'when'],
    ['time,ts,v', (minute) => [minute, seconds(minute), 1], 'ts'],
    ['time,@timestamp,v', (minute) => [minute, at(minute), 1], '@timestamp'],
    ['ts,epoch_ms,v', (minute) => [minute, seconds(minute) * 1000, 1], 'epoch_ms'],
  ];
  for (const [header, row, time] of cases) {
    const [choice, first] = await facts(table(header, 180, row));
    assert.deepEqual([choice, first], [`column "${time}"`, start], header);
  }
});

test('times since a start stay the time beside a date that is the same for all', async () => {
  const text = table('time,start_time,expires,v', 40, (minute) => [60 * minute, at(0), at(90), 1]);
  assert.deepEqual(await facts(text), ['column "time"', '1970-01-01T00:00:00.000Z', 40, []]);
});

test('the flag that is proposed names the column, even without a name or with commas in it', async () => {
  for (const name of ['', 'Time, UTC', 'the "time"']) {
    const header = `"${name.replaceAll('"', '""')}",MT_001`;
    const text = `${header}\n2018-04-30 00:00,1\n2018-04-30 00:01,2\n`;
    const { recording } = await readText(text);
    const flag = recording.decisions[0]?.decisions.find(({ about }) => about === 'time')?.flag ?? '';
    const typed = flag.replace(/^--time-column '(.*)'$/, '$1');
    const timeColumn = columnName.parse(typed, undefined);
    assert.equal(timeColumn, name);
    assert.equal(columnName.parse(columnName.show(timeColumn), undefined), name);
    assert.equal((await readText(text, { timeColumn })).records.length, 2);
  }
  await assert.rejects(
    () => readText('time,v\n0,1\n', { timeColumn: '' }),
    refusal('input_unusable', /no column \(nameless\)/, /--time-column/),
  );
});

test('no unit is proposed for numbers that none puts into our years', async () => {
  const cases: readonly [name: string, count: (seconds: number) => number][] = [
    ['minutes since 1970', (seconds) => seconds / 60],
    ['seconds since 1900', (seconds) => seconds - Date.UTC(1900, 0, 1) / 1000],
    ['seconds since 1904', (seconds) => seconds - Date.UTC(1904, 0, 1) / 1000],
  ];
  for (const [name, count] of cases) {
    const text = table('time,v', 40, (minute) => [count(START_MS / 1000 + 60 * minute), minute]);
    const { recording } = await readText(text);
    const warning = recording.notices.find(({ text: notice }) => notice.includes(name));
    assert.equal(warning?.level, 'warning', name);
    assert.ok(warning.text.includes(`2018-04-30T00:00:00Z as ${name}`), warning.text);
    assert.doesNotMatch(warning.text, /--time-unit/);
  }
});

test('columns with the parts of a date are refused with the flags that read them', async () => {
  const texts = {
    'year,month,day,hour,v\n': (i: number) => `2018,4,30,${i},${i * 7}\n`,
    'Year,Month,v\n': (i: number) => `${2017 + Math.floor(i / 12)},${(i % 12) + 1},${i * 7}\n`,
    'Year,DOY,Hour,Min,v\n': (i: number) => `2018,120,${i},0,${i * 7}\n`,
  };
  for (const [header, row] of Object.entries(texts)) {
    const text = `${header}${Array.from({ length: 20 }, (_, i) => row(i)).join('')}`;
    const error: unknown = await readText(text).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof AiopsError, header);
    const [, timeColumn = '', timeFormat = ''] =
      /--time-column (\S+) --time-format '(.+)'$/.exec(error.hint ?? '') ?? [];
    const { records, rejects } = await readText(text, { timeColumn, timeFormat });
    assert.deepEqual([records.length, rejects.length], [20, 0], error.hint);
  }
});

test('a column named as the time whose numbers are none in any unit is refused without --time-unit', async () => {
  const text = table('when,cpu,n', 40, (minute) => [at(minute), 12.5 + ((minute * 7) % 5), 60 * minute]);
  for (const timeColumn of ['cpu', 'n'])
    await assert.rejects(
      () => readText(text, { timeColumn }),
      refusal(
        'input_unusable',
        /names "(cpu|n)", whose numbers, such as [\d.]+, are of no year/,
        /--time-unit s/,
      ),
    );
  assert.equal((await readText(text, { timeColumn: 'n', timeUnit: 's' })).records.length, 40);
  const later = table('n,v', 4, (minute) => [Date.UTC(2080, 0, 1) / 1000 + 60 * minute, 1]);
  assert.equal((await readText(later, { timeColumn: 'n' })).records.length, 4);
});

test('a hint lists a few of many columns with times', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `at ${i}`);
  const text = table(names.join(), 5, (minute) => names.map((_, i) => at(minute + i)));
  await assert.rejects(
    () => readText(text),
    refusal('input_unusable', /several columns/, /^give --time-column 'at 0' or .{1,60} \(and 37 others\)$/),
  );
});
