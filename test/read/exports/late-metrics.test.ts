import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readText } from '../../support/reading.js';

const MINUTES = 1200;
const LATE_FROM = 1100;
const START_MS = Date.UTC(2018, 3, 30);

const secondsAt = (minute: number): number => START_MS / 1000 + 60 * minute;
const minutesFrom = (first: number): number[] => Array.from({ length: MINUTES - first }, (_, i) => first + i);

function influx(): string {
  const table = (field: string, first: number): string =>
    `${[
      '#datatype,string,long,dateTime:RFC3339,double,string,string,string',
      '#group,false,false,false,false,true,true,true',
      '#default,_result,,,,,,',
      ',result,table,_time,_value,_field,_measurement,host',
      ...minutesFrom(first).map(
        (minute) => `,,0,${new Date(secondsAt(minute) * 1000).toISOString()},${minute},${field},m,a`,
      ),
      '',
    ].join('\r\n')}\r\n`;
  return table('early', 0) + table('late', LATE_FROM);
}

function prometheus(): string {
  const series = (name: string, first: number, valueOf: (minute: number) => string = String): object => ({
    metric: { __name__: name, host: 'a' },
    values: minutesFrom(first).map((minute) => [secondsAt(minute), valueOf(minute)]),
  });
  // As long a time as the sample of such a table takes has one metric only.
  const result = [
    series('m_early', 0),
    series('m_late', LATE_FROM),
    series('m_none', LATE_FROM, () => 'NaN'),
  ];
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
}

for (const [what, text] of [
  ['InfluxDB', influx()],
  ['Prometheus', prometheus()],
] as const) {
  test(`a metric that first comes after the sample of an export of ${what} is a column`, async () => {
    const { recording, records, rejects, late } = await readText(text);
    assert.deepEqual(recording.columns, ['m_early', 'm_late']);
    assert.deepEqual(
      records.map(({ values }) => values),
      minutesFrom(0).map((minute) => [minute, minute < LATE_FROM ? NaN : minute]),
    );
    assert.deepEqual(
      rejects.filter(({ message }) => !message.includes('m_none')),
      [],
    );
    assert.deepEqual(late, []);
    const { records: chosen } = await readText(text, { columns: ['m_late'] });
    assert.deepEqual(chosen.at(-1)?.values, [MINUTES - 1]);
  });
}
