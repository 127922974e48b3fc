import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { PROMETHEUS } from '#build/read/exports/prometheus.js';

import { translateExport } from '../../support/exports.js';
import { folderWith, readInputs, readText, READ_DEFAULTS, type ReadOutcome } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';
import { checkResume, committable, readWhole } from '../../support/resumed.js';

const START_S = 1_700_000_040;

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

const series = (metric: Series['metric'], base: number, minutes = 4, jitterS = 0): Series => ({
  metric,
  values: Array.from({ length: minutes }, (_, i) => [START_S + 60 * i + jitterS, String(base + i + 0.5)]),
});
const answer = (result: readonly unknown[], more: object = {}): object => ({
  status: 'success',
  data: { resultType: 'matrix', result },
  ...more,
});
const HOSTS = [
  series({ __name__: 'load', instance: 'b:9100', job: 'node' }, 10),
  series({ __name__: 'load', instance: 'a:9100', job: 'node' }, 0, 4, 0.123),
];
const rows = ({ records }: ReadOutcome): string[] =>
  records.map(({ minute, target, values }) => `${minute.slice(11, 16)} ${target} ${values.join(' ')}`);
const EXPECTED = [0, 1, 2, 3].flatMap((i) => [
  `22:${14 + i} a:9100/node ${i + 0.5}`,
  `22:${14 + i} b:9100/node ${i + 10.5}`,
]);
const format = ({ recording }: ReadOutcome): string =>
  recording.decisions[0]?.decisions.find(({ about }) => about === 'format')?.choice ?? '';

test('the series of a range query are read in order of time, however the answer is written', async (t) => {
  const whole = answer(HOSTS);
  const sorted = { data: { result: HOSTS, resultType: 'matrix' }, status: 'success' };
  const texts = [
    JSON.stringify(whole),
    `${JSON.stringify(whole, null, 2)}\n`,
    `\u{feff}${JSON.stringify(whole)}`,
    JSON.stringify(sorted),
    JSON.stringify(HOSTS), // promtool query range -o json
    HOSTS.map((one) => JSON.stringify(answer([one]))).join('\n'),
  ];
  for (const text of texts) {
    const outcome = await readText(text);
    assert.deepEqual(rows(outcome), EXPECTED, text);
    assert.deepEqual(outcome.rejects, []);
    assert.deepEqual(outcome.recording.columns, ['load']);
    assert.equal(format(outcome), 'an answer of Prometheus, range query (2 series, labels instance, job)');
  }
  const [text = ''] = texts;
  const bytes = Buffer.from(text);
  for (const size of [1, 7, 64]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    assert.deepEqual(rows(await readText(chunks)), EXPECTED);
  }
  const folder = await folderWith(t, { 'answer.json': text, 'answer.json.gz': gzipSync(text) });
  for (const name of ['answer.json', 'answer.json.gz']) {
    assert.deepEqual(rows(await readInputs([join(folder, name)])), EXPECTED);
  }
});

test('without a name the column is called value, and without labels there is one series', async () => {
  const named = await readText(
    JSON.stringify(answer([series({ instance: 'a' }, 0), series({ instance: 'b' }, 5)])),
  );
  assert.deepEqual(named.recording.columns, ['value']);
  assert.deepEqual([...new Set(named.records.map(({ target }) => target))], ['a', 'b']);
  const sum = await readText(JSON.stringify(answer([series({}, 0)])));
  assert.deepEqual(rows(sum).slice(0, 1), ['22:14 stdin 0.5']);
});

test('several metrics are columns, also of series that have more times', async () => {
  const both = [
    series({ __name__: 'mem', instance: 'a' }, 100, 3),
    series({ __name__: 'cpu', instance: 'a' }, 0, 4),
  ];
  const { recording, records } = await readText(JSON.stringify(answer(both)));
  assert.deepEqual(recording.columns, ['mem', 'cpu']);
  assert.deepEqual(
    records.map(({ values }) => values),
    [
      [100.5, 0.5],
      [101.5, 1.5],
      [102.5, 2.5],
      [NaN, 3.5],
    ],
  );
});

test('NaN is missing, infinities are rejected, exponents are numbers', async () => {
  const values = ['1e3', 'NaN', '+Inf', '-Inf', '-2.5E-2', '4'].map((value, i) => [START_S + 60 * i, value]);
  const { records, rejects } = await readText(
    JSON.stringify(answer([{ metric: { instance: 'a' }, values }])),
  );
  assert.deepEqual(
    records.map(({ values: [value] }) => value),
    [1000, NaN, -0.025, 4],
  );
  assert.deepEqual(
    rejects.map(({ reason, raw }) => `${reason} ${raw.text}`),
    [`bad_value ${START_S + 120},a,+Inf`, `bad_value ${START_S + 180},a,-Inf`],
  );
});

test('labels with any text are targets of their own', async () => {
  const texts = ['a,b', 'a"b', 'a/b', 'ü', ' a', '#', 'null', '007'];
  const all = texts.map((mountpoint, i) => series({ instance: 'x', mountpoint }, 10 * i));
  const { records, rejects } = await readText(JSON.stringify(answer(all)));
  assert.deepEqual(rejects, []);
  const targets = [...new Set(records.map(({ target }) => target))].sort();
  assert.equal(targets.length, texts.length, targets.join(' | '));
  assert.ok(targets.includes('x/a%2Fb') && targets.includes('x/a"b') && targets.includes('x/007'));
});

test('--target-column chooses among the labels, and refuses those that leave two series the same', async () => {
  const modes = ['idle', 'user'].flatMap((mode, i) => [
    series({ instance: 'a', mode, cpu: '0' }, 10 * i),
    series({ instance: 'b', mode, cpu: '0' }, 10 * i + 5),
  ]);
  const text = JSON.stringify(answer(modes));
  const two = await readText(text, { targetColumns: ['mode', 'instance'] });
  assert.deepEqual(
    [...new Set(two.records.map(({ target }) => target))],
    ['idle/a', 'idle/b', 'user/a', 'user/b'],
  );
  assert.deepEqual(two.recording.columns, ['value']);
  await assert.rejects(
    readText(text, { targetColumns: ['instance'] }),
    refusal('input_unusable', /only mode distinguishes them.*mode="idle".*mode="user"/, [
      /--target-column instance,mode/,
      /sum by \(instance\)/,
    ]),
  );
  const mean = await readText(text, { targetColumns: ['instance'], duplicates: 'mean' });
  assert.deepEqual(rows(mean)[0], '22:14 a 5.5');
  await assert.rejects(
    readText(text, { targetColumns: ['host'] }),
    refusal('input_unusable', /no label host/, /cpu, instance, mode/),
  );
  const none = { targetColumns: ['none'] };
  await assert.rejects(
    readText(text, none),
    refusal('input_unusable', /only instance distinguishes/, /one series per target \(sum\(…\)\)/),
  );
  // A pod that was replaced: the same target, at other times.
  const pods = [series({ app: 'x', pod: 'x-1' }, 0), series({ app: 'x', pod: 'x-2' }, 0, 4, 240)];
  const joined = await readText(JSON.stringify(answer(pods)), { targetColumns: ['app'] });
  assert.equal(joined.records.length, 8);
});

test('the name of the metric cannot name the target', async () => {
  const text = JSON.stringify(answer(HOSTS));
  const message = /__name__ of .* names the metric, so --target-column cannot name it$/;
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['__name__'], /--target-column instance,job$/],
    [['__name__', 'instance'], /--target-column instance$/],
  ];
  for (const [targetColumns, hint] of cases)
    await assert.rejects(readText(text, { targetColumns }), refusal('input_unusable', message, hint));
});

test('what is no matrix is refused with what to query', async () => {
  const metric = { __name__: 'up', instance: 'a' };
  const vector = {
    status: 'success',
    data: { resultType: 'vector', result: [{ metric, value: [START_S, '1'] }] },
  };
  const scalar = { status: 'success', data: { resultType: 'scalar', result: [START_S, '1'] } };
  const failed = { status: 'error', errorType: 'bad_data', error: 'parse error: unexpected end of input' };
  const bucket = { __name__: 'latency_bucket', instance: 'a', le: '0.5' };
  const native = [{ metric, histograms: [[START_S, { count: '1' }]] }];
  const cases: readonly (readonly [unknown, RegExp, RegExp])[] = [
    [vector, /a vector, not a matrix/, /query_range/],
    [[{ metric, value: [START_S, '1'] }], /a vector, one sample per series/, /query_range/],
    [scalar, /a scalar, not a matrix/, /query_range/],
    [failed, /error of Prometheus: bad_data: parse error: unexpected end of input/, /query/],
    [answer([]), /without a sample/, /start, end and step/],
    [
      answer([series(bucket, 0)]),
      /buckets of a histogram, latency_bucket/,
      /histogram_quantile\(0\.9, sum by \(le, instance\) \(rate\(latency_bucket\[5m\]\)\)\)/,
    ],
    [answer([series({ instance: 'a', le: '0.5' }, 0)]), /buckets of a histogram/, /histogram_quantile/],
    [
      answer([series({ __name__: 'job:x_bucket:rate5m', instance: 'a', le: '0.5' }, 0)]),
      /buckets of a histogram, job:x_bucket:rate5m/,
      /sum by \(le, instance\) \(job:x_bucket:rate5m\).*--target-column le,instance$/,
    ],
    [answer(native), /native histograms/, /histogram_quantile/],
    [
      answer([series({ instance: 'a', job: 'n' }, 0), series({ instance: 'b', mode: 'x' }, 0)]),
      /different labels: only later ones have mode, and only earlier ones have job$/,
      /query sum by \(instance\) .* name them alone: --target-column instance$/,
    ],
    [
      answer([series({ __name__: 'up' }, 0), series({ __name__: 'up', device: 'x', instance: 'b' }, 0)]),
      /different labels: only later ones have device, instance$/,
      /^all series need the same labels: query one metric at a time$/,
    ],
  ];
  for (const [value, message, hint] of cases) {
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 1)])
      await assert.rejects(readText(text), refusal('input_unusable', message, hint), text);
  }
  const { recording } = await readText(
    JSON.stringify(answer([series({ instance: 'a', quantile: '0.5' }, 0)])),
  );
  assert.deepEqual(recording.columns, ['value']);
});

test('an answer that is cut off is refused wherever it ends, never read as a shorter recording', async () => {
  const text = JSON.stringify(answer(HOSTS));
  for (let end = 60; end < text.length; end++) {
    await assert.rejects(readText(text.slice(0, end)), refusal('input_unusable'), text.slice(end - 20, end));
  }
  await assert.rejects(
    readText(`${text}<html>`),
    refusal('input_unusable', /something else after an answer of Prometheus, at byte \d+: <html>/),
  );
});

test('warnings in an answer are shown', async () => {
  const { recording } = await readText(
    JSON.stringify(answer(HOSTS, { warnings: ['could not reach store-1'] })),
  );
  assert.ok(
    recording.notices.some(
      ({ level, text }) => level === 'warning' && text.endsWith('could not reach store-1'),
    ),
  );
});

test('--format decides what JSON is', async () => {
  const text = JSON.stringify(answer(HOSTS));
  assert.deepEqual(rows(await readText(text, { format: 'prometheus' })), EXPECTED);
  await assert.rejects(readText(text, { format: 'jsonl' }), refusal('input_unusable'));
  await assert.rejects(readText('time,v\n0,1\n', { format: 'prometheus' }), refusal('input_unusable'));
  const records = ['a', 'b'].map((data, i) =>
    JSON.stringify({ status: 'success', data, time: START_S + 60 * i, v: i }),
  );
  assert.equal((await readText(records.join('\n'))).records.length, 2);
});

test('a run resumes within an answer, of a file and of standard input', async (t) => {
  const text = JSON.stringify(answer([0, 1, 2].map((i) => series({ instance: `i${i}` }, 100 * i, 30))));
  const folder = await folderWith(t, { 'answer.json': text });
  for (const inputs of [
    { paths: [join(folder, 'answer.json')], stdin: Buffer.alloc(0) },
    { paths: ['-'], stdin: Buffer.from(text) },
  ]) {
    const whole = await readWhole(inputs, READ_DEFAULTS);
    const places = committable(whole.steps);
    assert.ok(places.length > 10);
    for (const at of [2, 10, places.length - 3]) {
      await checkResume(inputs, READ_DEFAULTS, whole, places[at]!, places[at + 1]!);
    }
  }
});

test('--target-column reads the buckets of a histogram as targets', () => {
  const text = JSON.stringify(answer([series({ __name__: 'l', instance: 'a', le: '0.5' }, 0)]));
  const { defaults, lines } = translateExport(PROMETHEUS, text, { targetColumns: ['le', 'instance'] });
  assert.deepEqual(defaults.targetColumns, ['le', 'instance']);
  assert.ok(lines.length > 1);
});

test('a message about a damaged sample names its place', () => {
  const text = JSON.stringify(answer([series({ __name__: 'up' }, 0)]));
  const at = text.lastIndexOf(',"') + 1;
  const broken = `${text.slice(0, at)}{${text.slice(at)}`;
  for (const pieceBytes of [7, Infinity])
    assert.throws(
      () => translateExport(PROMETHEUS, broken, {}, pieceBytes),
      refusal('input_unusable', new RegExp(`damaged near byte ${at},`)),
    );
});
