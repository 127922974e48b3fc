import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { AiopsError } from '#build/core/errors.js';
import { readText } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

const CLOCKS = Array.from(
  { length: 12 },
  (_, i) => `${String(8 + Math.floor(i / 6)).padStart(2, '0')}:${i % 6}0`,
);
const MINUTES = CLOCKS.map((clock) => `2018-04-30T${clock}:00.000Z`);
const table = (header: string, row: (clock: string, i: number) => string): string =>
  `${[header, ...CLOCKS.map(row)].join('\n')}\n`;

async function commandFor(text: string): Promise<string> {
  const error: unknown = await readText(text).then(
    () => assert.fail('it was read'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof AiopsError);
  assert.match(error.message, /has the date in .* and the time of day in /);
  const command = /for example with (.*); if .* give --time-column /.exec(error.hint ?? '')?.[1];
  assert.ok(command !== undefined, error.hint);
  return command;
}

async function minutesOf(text: string): Promise<string[]> {
  const { records, rejects } = await readText(text);
  assert.deepEqual(rejects, []);
  return records.map(({ minute }) => minute);
}

test('a time of day apart from its date is refused with a command that joins them', async () => {
  const texts = [
    table('date,time,host,cpu', (clock, i) => `2018-04-30,${clock},a,${i}`),
    table('date,time,host,cpu', (clock, i) => `20180430,${clock},a,${i}`),
    table('Datum;Uhrzeit;host;cpu', (clock, i) => `30.04.2018;${clock};a;${i},5`),
    `sep=;\n${table('Date;Time;host;cpu', (clock, i) => `30.04.2018;${clock};a;${i},5`)}`,
    table('"host","date","time","cpu"', (clock, i) => `"a","2018-04-30","${clock}",${i}`),
    table('timestamp|clock|cpu', (clock, i) => `2018-04-30|${clock}|${i}`),
  ];
  for (const text of texts) {
    const command = await commandFor(text);
    assert.deepEqual(
      await minutesOf(execFileSync('sh', ['-c', command], { input: text, encoding: 'utf8' })),
      MINUTES,
    );
  }
});

test('the fields of JSON are joined with jq', async () => {
  const line = (clock: string, i: number): string => `{"date":"2018-04-30","time":"${clock}","cpu":${i}}`;
  assert.equal(
    await commandFor(CLOCKS.map(line).join('\n')),
    `jq -c '.date = "\\(.date) \\(.time)" | del(.time)'`,
  );
  assert.match(await commandFor(`[\n${CLOCKS.map(line).join(',\n')}\n]`), /^jq -c '\.\[\] \| \.date = /);
});

test('where no simple command joins them, the refusal says how the result should look', async () => {
  const apart = [
    table('date,host,time,cpu', (clock, i) => `2018-04-30,a,${clock},${i}`),
    table('name,date,time,cpu', (clock, i) => `"a,b",2018-04-30,${clock},${i}`),
  ];
  for (const text of apart)
    await assert.rejects(
      () => readText(text),
      refusal('input_unusable', /time of day in time/, /such as 2018-04-30 00:58; if time is/),
    );
});

test('midnights beside times of day that go forward are refused, and those beside durations are times', async () => {
  const clocks = table('date,time,cpu', (clock, i) => `2018-04-30 00:00:00,${clock},${i}`);
  await assert.rejects(() => readText(clocks), refusal('input_unusable', /time of day in time/, /such as/));
  const day = (i: number): string => `2018-05-${String(i + 1).padStart(2, '0')}`;
  for (const header of ['timestamp,duration,cpu', 'date,duration,cpu']) {
    const daily = table(header, (clock, i) => `${day(i)} 00:00:00,${clock},${i}`);
    assert.equal((await minutesOf(daily)).length, CLOCKS.length);
  }
  const daily = table('date,sunrise,cpu', (clock, i) => `${day(i)},${clock},${i}`);
  await assert.rejects(
    () => readText(daily),
    refusal('input_unusable', /sunrise/, /give --time-column date$/),
  );
  assert.equal((await readText(daily, { timeColumn: 'date' })).records.length, CLOCKS.length);
});
