import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readText, type ReadOutcome } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

const time = (minute: number): string => new Date(Date.UTC(2018, 5, 18, 18, minute)).toISOString();
/** Newest first, as get-metric-data answers by default. */
const result = (
  Id: string,
  Label: string,
  values: readonly number[],
  StatusCode = 'Complete',
  from = 0,
): object => ({
  Id,
  Label,
  Timestamps: values.map((_, i) => time(from + i)).reverse(),
  Values: [...values].reverse(),
  StatusCode,
});
const page = (results: readonly object[], more: object = {}): object => ({
  MetricDataResults: results,
  ...more,
});
const rows = ({ records }: ReadOutcome): string[] =>
  records.map(({ minute, target, values }) => `${minute.slice(14, 16)} ${target} ${values.join()}`);

/** As in https://docs.aws.amazon.com/cli/latest/reference/cloudwatch/get-metric-data.html */
const WHOLE = page([result('m1', 'web-1', [1, 2, 3]), result('m2', 'web-2', [4, 5, 6])], { Messages: [] });
const EXPECTED = [
  '00 m1/web-1 1',
  '00 m2/web-2 4',
  '01 m1/web-1 2',
  '01 m2/web-2 5',
  '02 m1/web-1 3',
  '02 m2/web-2 6',
];

test('results are read in order of time, of one page or several', async () => {
  const first = page([result('m1', 'web-1', [2, 3], 'PartialData', 1)], { NextToken: 'abc' });
  const last = page([result('m1', 'web-1', [1]), result('m2', 'web-2', [4, 5, 6])]);
  const texts = [
    JSON.stringify(WHOLE),
    JSON.stringify(WHOLE, null, 4),
    [first, last].map((each) => JSON.stringify(each)).join('\n'),
    JSON.stringify([first, last]),
    JSON.stringify({ Messages: [], ...WHOLE }),
  ];
  for (const text of texts) {
    const outcome = await readText(text);
    assert.deepEqual(rows(outcome), EXPECTED, text);
    const [choice] = outcome.recording.decisions[0]?.decisions ?? [];
    assert.equal(choice?.choice, 'an answer of CloudWatch, get-metric-data (2 series, labels Id, Label)');
  }
  const labels = await readText(JSON.stringify(WHOLE), { targetColumns: ['Label'] });
  assert.deepEqual([...new Set(labels.records.map(({ target }) => target))], ['web-1', 'web-2']);
});

test('times may be numbers of seconds', async () => {
  const text = JSON.stringify(WHOLE).replaceAll(/"(2018-[^"]*)"/g, (_, iso: string) =>
    String(Date.parse(iso) / 1000),
  );
  assert.deepEqual(rows(await readText(text)), EXPECTED);
});

test('an answer that holds only a part is refused', async () => {
  const cases = [
    [
      page([result('m1', 'web-1', [1, 2], 'PartialData')]),
      /only a part of m1 web-1 \(StatusCode PartialData\)/,
    ],
    [page([result('m1', 'web-1', [1, 2], 'InternalError')]), /InternalError/, /query it again/],
    [page([result('m1', 'web-1', [], 'Forbidden')]), /lacks .* m1 web-1 .*Forbidden/, /credentials/],
    [page([result('m1', 'web-1', [1, 2])], { NextToken: 'abc' }), /further pages are missing/],
    [[page([result('m1', 'web-1', [1, 2])], { NextToken: 'abc' })], /further pages are missing/],
    [page([]), /without a sample|no columns|is not/],
    [
      page([{ Id: 'm1', Label: 'x', Timestamps: [time(0)], Values: [], StatusCode: 'Complete' }]),
      /as many Values/,
    ],
  ] as const;
  for (const [value, message, hint = /./] of cases)
    await assert.rejects(readText(JSON.stringify(value)), refusal('input_unusable', message, hint));
  const text = JSON.stringify(WHOLE);
  for (let end = 30; end < text.length; end++)
    await assert.rejects(readText(text.slice(0, end)), refusal('input_unusable'));
});

test('what CloudWatch says is shown', async () => {
  const { recording } = await readText(
    JSON.stringify({ ...WHOLE, Messages: [{ Code: 'Arithmetic', Value: 'x' }] }),
  );
  assert.ok(recording.notices.some(({ level, text }) => level === 'warning' && text.includes('Arithmetic')));
});
