import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readText } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';
import type { ReadOptions } from '#build/read/options.js';
import type { Decision, FileDecisions } from '#build/read/sample/decision.js';

type Options = Partial<ReadOptions>;

/** A file with a column of times, in the order given, and a value. */
function csv(times: readonly (string | number)[], name = 'timestamp'): string {
  return [`${name},value`, ...times.map((time, i) => `"${time}",${i}`), ''].join('\n');
}

/** The minutes of a file, and what was decided about its times. */
async function read(text: string, options: Options = {}): Promise<{ minutes: string[]; decision: Decision }> {
  const { records, recording } = await readText(text, options);
  const decision = recording.decisions
    .flatMap((file) => file.decisions)
    .find(({ about }) => about === 'time format');
  assert.ok(decision !== undefined);
  return { minutes: records.map(({ minute }) => minute), decision };
}

function timeColumn(files: readonly FileDecisions[]): Decision | undefined {
  return files.flatMap(({ decisions }) => decisions).find(({ about }) => about === 'time');
}

const START_MS = Date.UTC(2018, 3, 30, 0, 58);
const MINUTES = Array.from({ length: 6 }, (_, i) => START_MS + i * 60_000);
const ISO = MINUTES.map((ms) => new Date(ms).toISOString());
const DIGITS = ISO.map((iso) => iso.replace(/\D/g, ''));

test('numbers that are dates, days, µs or ns are read as such, and the flag says the same', async () => {
  const cases: readonly [times: readonly (string | number)[], flag: string, options: Options][] = [
    [DIGITS.map((text) => text.slice(0, 12)), '--time-format %Y%m%d%H%M', { timeFormat: '%Y%m%d%H%M' }],
    [DIGITS.map((text) => text.slice(0, 14)), '--time-format %Y%m%d%H%M%S', { timeFormat: '%Y%m%d%H%M%S' }],
    [DIGITS, '--time-format %Y%m%d%H%M%S%f', { timeFormat: '%Y%m%d%H%M%S%f' }],
    [
      DIGITS.map((text) => `${text.slice(0, 12)}.0`),
      '--time-format %Y%m%d%H%M.0',
      { timeFormat: '%Y%m%d%H%M.0' },
    ],
    [MINUTES.map((ms) => (25_569 + ms / 86_400_000).toFixed(6)), '--time-unit days', { timeUnit: 'days' }],
    [MINUTES.map((ms) => ms * 1000), '--time-unit us', { timeUnit: 'us' }],
    [MINUTES.map((ms) => `${ms}000000`), '--time-unit ns', { timeUnit: 'ns' }],
  ];
  for (const [times, flag, options] of cases) {
    const found = await read(csv(times));
    assert.deepEqual(found.minutes, ISO, flag);
    assert.deepEqual([found.decision.source, found.decision.flag], ['shape', flag]);
    assert.deepEqual(found.decision.alternatives, []);
    assert.deepEqual((await read(csv(times), options)).minutes, ISO, flag);
  }
});

test('numbers in JSON are read as those in text', async () => {
  const jsonl = (times: readonly unknown[]): string =>
    times.map((time, value) => JSON.stringify({ time, value })).join('\n');
  for (const times of [
    DIGITS.map((text) => Number(text.slice(0, 12))),
    DIGITS.map((text) => Number(text.slice(0, 14))),
    MINUTES.map((ms) => 25_569 + ms / 86_400_000),
    MINUTES.map((ms) => ms * 1e6),
    MINUTES.map((ms) => ms / 1000),
  ])
    assert.deepEqual((await read(jsonl(times))).minutes, ISO, String(times[0]));
});

test('days and hours', async () => {
  const days = ['20180430', '20180501', '20180502', '20180503'];
  const midnights = days.map((day) =>
    new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`).toISOString(),
  );
  assert.deepEqual((await read(csv(days))).minutes, midnights);
  assert.deepEqual((await read(csv([43220, 43221, 43222, 43223]))).minutes, midnights);
  assert.deepEqual((await read(csv(['2018043000', '2018043001']))).minutes, [
    '2018-04-30T00:00:00.000Z',
    '2018-04-30T01:00:00.000Z',
  ]);
});

test('a broken time among dates without separators is rejected, and no reason to read epochs', async () => {
  const times = Array.from({ length: 60 }, (_, i) =>
    i === 30 ? '0' : new Date(START_MS + i * 60_000).toISOString().replace(/\D/g, '').slice(0, 12),
  );
  const { records, rejects } = await readText(csv(times));
  assert.equal(records.length, 59);
  assert.deepEqual(
    rejects.map(({ line, reason }) => [line, reason]),
    [[32, 'bad_time']],
  );
});

test('epochs of our years stay epochs, whatever else their digits could be', async () => {
  for (const times of [MINUTES.map((ms) => ms / 1000), MINUTES]) {
    const { minutes, decision } = await read(csv(times));
    assert.deepEqual(minutes, ISO);
    assert.deepEqual([decision.source, decision.alternatives], ['default', []]);
  }
  assert.deepEqual((await read(csv([MINUTES[0]! / 1000, MINUTES[1]!]))).minutes, ISO.slice(0, 2));
});

test('numbers that give no time of our years draw a warning with a date and the likelier unit', async () => {
  const cases: readonly [times: readonly number[], date: RegExp, alternatives: readonly string[]][] = [
    [MINUTES.map((_, i) => 600e6 + i * 60e6), /1989-01-05T10:40:00Z/, ['--time-unit us']],
    [MINUTES.map((_, i) => i * 60_000), /1970-01-01T00:00:00Z/, ['--time-unit ms']],
    [MINUTES.map((_, i) => i * 60e9), /1970-01-01T00:00:00Z/, ['--time-unit ns']],
    [MINUTES.map((_, i) => 28_800 + i * 60), /1970-01-01T08:00:00Z/, ['--time-unit ms']],
    [MINUTES.map((_, i) => 58_238 + i), /2018-04-30T00:00:00Z/, ['--time-unit s']],
    [MINUTES.map((_, i) => 700e6 + i * 60e6), /1992-03-07/, ['--time-unit us']],
  ];
  for (const [times, date, alternatives] of cases) {
    const { recording } = await readText(csv(times));
    const decision = recording.decisions[0]?.decisions.find(({ about }) => about === 'time format');
    assert.match(decision?.evidence ?? '', date);
    assert.deepEqual(decision?.alternatives, alternatives);
    assert.ok(
      recording.notices.some(({ level, text }) => level === 'warning' && text.includes(alternatives[0]!)),
    );
  }
  const { minutes } = await read(csv(MINUTES.map((_, i) => 600e6 + i * 60e6)), { timeUnit: 'us' });
  assert.deepEqual(minutes.slice(0, 2), ['1970-01-01T00:10:00.000Z', '1970-01-01T00:11:00.000Z']);
});

test('the name of the column says the unit of offsets', async () => {
  for (const name of ['time_us', 'Time [us]', 'timestamp (microseconds)']) {
    const { minutes, decision } = await read(
      csv(
        MINUTES.map((_, i) => 600e6 + i * 60e6),
        name,
      ),
      { timeColumn: name },
    );
    assert.equal(minutes[0], '1970-01-01T00:10:00.000Z');
    assert.deepEqual([decision.flag, decision.alternatives], ['--time-unit us', []]);
  }
});

test('the first number over 12 tells the day from the month', async () => {
  const cases: readonly [times: readonly string[], flag: string, first: string][] = [
    [['30/04/2018 00:58', '30/04/2018 00:59'], "--time-format '%d/%m/%Y %H:%M'", '2018-04-30T00:58:00.000Z'],
    [['05/04/2018', '13/04/2018'], '--time-format %d/%m/%Y', '2018-04-05T00:00:00.000Z'],
    [
      ['4/5/2018 1:05:00 PM', '4/13/2018 1:05:00 PM'],
      "--time-format '%m/%d/%Y %I:%M:%S %p'",
      '2018-04-05T13:05:00.000Z',
    ],
    [
      ['30-04-2018 00:58Z', '30-04-2018 00:59Z'],
      "--time-format '%d-%m-%Y %H:%M%Z'",
      '2018-04-30T00:58:00.000Z',
    ],
  ];
  for (const [times, flag, first] of cases) {
    const { minutes, decision } = await read(csv(times));
    assert.deepEqual([minutes[0], decision.flag, decision.alternatives], [first, flag, []]);
    const timeFormat = flag.replace('--time-format ', '').replaceAll("'", '');
    assert.deepEqual((await read(csv(times), { timeFormat })).minutes, minutes, flag);
  }
  const { decision } = await read(csv(['30/04/2018', '04/30/2018', '01/05/2018']));
  assert.deepEqual(decision.alternatives, ['--time-format %m/%d/%Y']);
});

test('midnight tells the day from the month, with a warning', async () => {
  const { minutes, decision } = await read(csv(['05/04/2018 23:59', '06/04/2018 00:00', '06/04/2018 00:01']));
  assert.equal(minutes[1], '2018-04-06T00:00:00.000Z');
  assert.deepEqual(decision.alternatives, ["--time-format '%m/%d/%Y %H:%M'"]);
});

test('an undecidable order of day and month is refused, and the hint works', async () => {
  const text = csv(['04/05/2018 00:00', '04/05/2018 00:01']);
  const hint = /'%d\/%m\/%Y %H:%M' if it is the day, --time-format '%m\/%d\/%Y %H:%M' if/;
  await assert.rejects(
    () => readText(text),
    refusal('input_unusable', /timestamp: nothing .* 04\/05\/2018/, hint),
  );
  const [day, month] = [{ timeFormat: '%d/%m/%Y %H:%M' }, { timeFormat: '%m/%d/%Y %H:%M' }];
  assert.equal((await read(text, day)).minutes[0], '2018-05-04T00:00:00.000Z');
  assert.equal((await read(text, month)).minutes[0], '2018-04-05T00:00:00.000Z');
});

test('a few dates of the other kind do not decide how a file is read', async () => {
  const { records, rejects } = await readText(csv([...ISO, '04/05/2018 01:00']));
  assert.deepEqual([records.length, rejects.length], [6, 1]);
});

test('an invalid pattern, or one beside a unit, is a usage error', async () => {
  const text = csv(ISO);
  const usage = (hint: RegExp) => refusal('usage', /--time-format/, hint);
  await assert.rejects(() => readText(text, { timeFormat: '%H:%M' }), usage(/%d\.%m\.%Y/));
  await assert.rejects(() => readText(text, { timeFormat: '%F', timeUnit: 's' }), usage(/drop one/));
});

test('more names are those of the time if the column holds times', async () => {
  for (const name of [
    'Date',
    'date_time',
    'DateTime',
    'event-time',
    '_time',
    'Timestamp UTC',
    'unixtime',
    'ds',
  ]) {
    const { recording } = await readText(csv(ISO, name));
    assert.equal(timeColumn(recording.decisions)?.choice, `column "${name}"`);
  }
  const days = MINUTES.map((ms) => 25_569 + ms / 86_400_000);
  assert.deepEqual((await read(csv(days, 'Date/Time'))).minutes, ISO);
  await assert.rejects(
    () => readText(csv([1, 2, 3], 'epoch')),
    refusal('input_unusable', /no time column/, /./),
  );
});

test('a column is the time by its shape if no name says so', async () => {
  const { recording } = await readText(csv(ISO, 'when'));
  assert.deepEqual(timeColumn(recording.decisions), {
    about: 'time',
    choice: 'column "when"',
    evidence: 'no other column has times in all rows',
    source: 'shape',
    flag: '--time-column when',
    alternatives: [],
  });
  assert.deepEqual(
    (
      await read(
        csv(
          MINUTES.map((ms) => ms / 1000),
          'when',
        ),
      )
    ).minutes,
    ISO,
  );
  const bytes = MINUTES.map((_, i) => 1_525_046_400 + ((i * 7919) % 1000));
  await assert.rejects(() => readText(csv(bytes, 'used')), refusal('input_unusable', /no time column/, /./));
});

test('several such columns are named', async () => {
  const two = 'created,updated,v\n2018-04-30,2018-05-01,1\n2018-05-01,2018-05-02,2\n';
  await assert.rejects(
    () => readText(two),
    refusal('input_unusable', /several columns/, /--time-column created or --time-column updated/),
  );
  assert.equal((await readText(two, { timeColumn: 'updated' })).records.length, 2);
});
