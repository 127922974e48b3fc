import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { READ_DEFAULTS, folderWith } from '../../support/reading.js';
import { checkEveryResume } from '../../support/resumed.js';

const MINUTES = Array.from({ length: 12 }, (_, minute) => minute);
const CLOCKS = MINUTES.map((minute) => `00:${String(minute).padStart(2, '0')}`);

test('resuming reads a date and a time of day in two fields as one time', async (t) => {
  const folder = await folderWith(t, {
    'a.csv': `date,time,v\n${CLOCKS.map((clock, i) => `2026-01-01,${clock},${i}\n`).join('')}`,
    'a.jsonl': CLOCKS.map((time, i) => `${JSON.stringify({ date: '2026-01-01', time, v: i })}\n`).join(''),
  });
  for (const name of ['a.csv', 'a.jsonl']) {
    const steps = await checkEveryResume({ paths: [join(folder, name)], stdin: null }, READ_DEFAULTS);
    assert.equal(steps.at(-1)?.minuteMs, Date.UTC(2026, 0, 1, 0, 11));
  }
});

test('resuming keeps the names of metrics that come from files', async (t) => {
  const rows = (first: number): string =>
    `time,host,value\n${CLOCKS.map((clock, i) => `2026-01-01 ${clock},a,${first + i}\n`).join('')}`;
  const folder = await folderWith(t, { 'cpu.csv': rows(50), 'mem.csv': rows(9000) });
  const paths = ['cpu.csv', 'mem.csv'].map((name) => join(folder, name));
  const steps = await checkEveryResume({ paths, stdin: null }, READ_DEFAULTS);
  assert.deepEqual(
    steps.map(({ records }) => records.map(([, values]) => values)),
    MINUTES.map((i) => [`${50 + i},${9000 + i}`]),
  );
});
