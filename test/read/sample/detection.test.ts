import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Readable } from 'node:stream';
import { openRecording } from '#build/read/recording.js';
import { READ_DEFAULTS, readText } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
const csv = (header: string, ...rows: readonly (readonly unknown[])[]): string =>
  [header, ...rows.map((row) => row.join(','))].join('\n');
const facts = async (...args: Parameters<typeof readText>): Promise<unknown> => {
  const { recording, records } = await readText(...args);
  const [first] = records;
  return [recording.columns, first?.target, first?.label, first?.values];
};

const refused = (text: string, pattern: RegExp, hint: RegExp, options = {}): Promise<void> =>
  assert.rejects(() => readText(text, options), refusal('input_unusable', pattern, hint));

test('time, target and label are found by their usual names, in any case', async () => {
  assert.deepEqual(await facts(csv('TimeStamp,Host,CPU,Label', [at(0), 'a', 1, 0])), [['CPU'], 'a', 0, [1]]);
  assert.deepEqual(await facts(csv('value,ID,@timestamp,IS_ANOMALY', [1, 'a', at(0), 1])), [
    ['value'],
    'a',
    1,
    [1],
  ]);
  // The better habit wins; the other is a column like any.
  assert.deepEqual(await facts(csv('id,host,time,timestamp,cpu', [7, 'a', 5, at(0), 1])), [
    ['id', 'time', 'cpu'],
    'a',
    null,
    [7, 5, 1],
  ]);
  assert.deepEqual(await facts('{"minute":1767225600,"service":"a","v":1}'), [['v'], 'a', null, [1]]);
});

test('flags and --map name them', async () => {
  const text = csv('when,who,a,b,odd', [at(0), 'x', 1, 2, 1]);
  const flags = { timeColumn: 'when', targetColumns: ['WHO'], labelColumn: 'odd' };
  assert.deepEqual(await facts(text, flags), [['a', 'b'], 'x', 1, [1, 2]]);
  assert.deepEqual(await facts(text, { ...flags, columns: ['b'] }), [['b'], 'x', 1, [2]]);
  assert.deepEqual(await facts(text, { ...flags, columns: ['b', 'a'] }), [['b', 'a'], 'x', 1, [2, 1]]);
  const map = { time: 'when', host: 'who', cpu: 'a', label: 'odd' };
  assert.deepEqual(await facts(text, { map }), [['cpu', 'b'], 'x', 1, [1, 2]]);
  assert.deepEqual(await facts(text, { map, columns: ['b', 'cpu'] }), [['b', 'cpu'], 'x', 1, [2, 1]]);
  assert.deepEqual(
    await facts('{"when":0,"who":"x","a":1}', { map: { time: 'when', host: 'who', cpu: 'a' } }),
    [['cpu'], 'x', null, [1]],
  );
  // A name that a flag uses otherwise is no target by habit.
  assert.deepEqual(await facts(csv('time,id,v', [at(0), 3, 4]), { columns: ['id', 'v'] }), [
    ['id', 'v'],
    'stdin',
    null,
    [3, 4],
  ]);
});

test('columns are fields that hold mostly numbers; ignored ones are named', async () => {
  const { recording, rejects } = await readText(
    csv(
      'time,target,cpu,region,empty,mixed,,host',
      [at(0), 'a', 1, 'eu', '', 1, 9, 'x'],
      [at(1), 'a', 2, 'eu', 'nan', 'ERR', 9, 'x'],
      [at(2), 'a', 3, 7, '', 2, 9, 'x'],
    ),
  );
  assert.deepEqual(recording.columns, ['cpu', 'mixed']);
  assert.deepEqual(
    rejects.map(({ line, reason }) => [line, reason]),
    [[3, 'bad_value']],
  );
  const texts = recording.notices.map(({ text }) => text);
  assert.match(texts[0] ?? '', /^time from "time", target from "target", no label, 2 metrics: cpu, mixed$/);
  assert.match(texts[1] ?? '', /: host \(text\)$/);
  assert.match(texts[2] ?? '', /: region \(mostly text; add it with --columns/);
  assert.match(texts[3] ?? '', /: empty \(no value/);
});

test('--targets filters, * standing for any text, and counts what it excludes', async () => {
  const rows = ['web-1', 'web-2', 'db.1', 'dbx1', 'web'].map((target) => [at(0), target, 1]);
  const select = async (...targets: string[]): Promise<unknown> => {
    const { records, filtered } = await readText(csv('time,target,v', ...rows), { targets });
    return [records.map(({ target }) => target), filtered];
  };
  assert.deepEqual(await select('web-*'), [['web-1', 'web-2'], 3]);
  assert.deepEqual(await select('db.1', 'web'), [['db.1', 'web'], 3]);
  assert.deepEqual(await select('*1', 'web'), [['db.1', 'dbx1', 'web', 'web-1'], 1]);
  assert.deepEqual(await select('nothing'), [[], 5]);
  assert.deepEqual(await select('*'), [['db.1', 'dbx1', 'web', 'web-1', 'web-2'], 0]);
});

const interval = async (times: readonly (string | number)[], target = 'a'): Promise<unknown> => {
  const { recording } = await readText(csv('time,target,v', ...times.map((time) => [time, target, 1])), {
    duplicates: 'first',
  });
  return [recording.intervalMs, recording.intervalSource];
};

test('the interval is the commonest step of a target', async () => {
  assert.deepEqual(await interval([0, 1, 2, 5, 6].map(at)), [60_000, 'detected']);
  assert.deepEqual(await interval([0, 5, 10, 60, 65, 600].map(at)), [300_000, 'detected']);
  assert.deepEqual(await interval([0, 60, 120].map(at)), [3_600_000, 'detected']);
  assert.deepEqual(await interval([100, 130, 160, 190]), [30_000, 'detected']);
  assert.deepEqual(await interval([0, 3, 10].map(at)), [180_000, 'detected']);
  assert.deepEqual(await interval([0].map(at)), [60_000, 'default']);
  // Gaps beyond count do not fool it, nor does jitter.
  const gaps = [0, 1, 5, 6, 12, 13, 22, 23, 34, 35].map(at);
  assert.deepEqual(await interval(gaps), [60_000, 'detected']);
  const jitter = Array.from({ length: 50 }, (_, i) => 1767225600 + i * 60 + ((i * 7) % 11) + i / 1000);
  assert.deepEqual(await interval(jitter), [60_000, 'detected']);
  assert.deepEqual(await interval(Array.from({ length: 9 }, (_, i) => 1767225600000 + i * 100)), [
    100,
    'detected',
  ]);
  assert.deepEqual(await interval(Array.from({ length: 9 }, (_, i) => 1767225600000 + i)), [1, 'detected']);
});

test('targets in turn do not hide the interval, however many there are', async () => {
  const rows = Array.from({ length: 3 }, (_, minute) =>
    Array.from({ length: 3000 }, (_, i) => [at(minute), `host-${i}`, 1]),
  );
  const { recording, records } = await readText(csv('time,target,v', ...rows.flat()));
  assert.deepEqual([recording.intervalMs, recording.intervalSource], [60_000, 'detected']);
  assert.equal(records.length, 9000);
});

test('--interval is used, and times are floored to it', async () => {
  const text = csv('time,target,v', ['2026-01-01T00:07:59.9Z', 'a', 1], ['2026-01-01T00:12:00Z', 'a', 2]);
  const { recording, records } = await readText(text, { interval: 300_000 });
  assert.deepEqual([recording.intervalMs, recording.intervalSource], [300_000, 'given']);
  assert.deepEqual(
    records.map(({ minute }) => minute),
    ['2026-01-01T00:05:00.000Z', '2026-01-01T00:10:00.000Z'],
  );
});

test('irregular times within seconds are not an interval', async () => {
  const times = Array.from({ length: 40 }, (_, i) => 1767225600000 + i * 250 + ((i * i) % 97));
  await assert.rejects(
    () => interval(times),
    refusal('input_unusable', /irregular times/, /--interval 1m --duplicates mean/),
  );
});

test('times without a zone are in --timezone', async () => {
  const { records } = await readText(csv('time,v', ['2026-07-01 12:00', 1]), { timezone: 'Asia/Tokyo' });
  assert.equal(records[0]?.minute, '2026-07-01T03:00:00.000Z');
});

test('the message for a missing time, number or named column lists what was seen', async () => {
  await refused('a,b,c\n1,2,3', /stdin has no time column: saw a, b, c/, /--time-column/);
  await refused(`${at(0)},web,1\n${at(1)},web,2`, /no time column/, /first line must name the columns/);
  await refused('{"a":1}', /no time column: saw a$/, /--time-column/);
  await refused('time,v\n1,2', /no column when: saw time, v/, /--time-column/, { timeColumn: 'when' });
  await refused('time,v\n1,2', /no column host: saw time, v/, /--target-column/, { targetColumns: ['host'] });
  await refused('time,v\n1,2', /no column odd: saw time, v/, /--label-column/, { labelColumn: 'odd' });
  await refused('time,v\n1,2', /no columns cpu, V: saw/, /--columns .*case counts/, {
    columns: ['cpu', 'v', 'V'],
  });
  await refused('time,v\n1,2', /no column w: saw/, /--map/, { map: { cpu: 'w' } });
  await refused('time,v,a\n1,2,3', /two columns called a, with the names that --map gives$/, /--map/, {
    map: { a: 'v' },
  });
  await refused('time,v,v,w,w\n1,2,3,4,5', /two columns each called v, w$/, /header/);
  await refused(
    'time,host,zone\n1,a,b',
    /no numeric column: saw time, host, zone; text in zone/,
    /--decimal/,
  );
  await refused('time,host\n1,a', /no numeric column: saw time, host$/, /--decimal/);
  await refused('time;host;v\n1;a;1,5x', /no numeric column/, /--decimal/);
});

test('if every record of the sample is rejected, the message is the first reason', async () => {
  await refused(
    csv('time,v', ['noon', 1], ['1pm', 2]),
    /each of its first 2 records .* stdin:2: time: "noon" is not a time/,
    /ISO 8601/,
  );
  await refused(csv('time,target,v', [1, '', 1]), /its only record .* target is empty/, /--target-column/);
  await refused(
    csv('time,v', [1, 1, 1], [1, 2, 3]),
    /no row of stdin fits its header: rows have 3 fields, the header has 2/,
    /R: col/,
  );
  await refused(csv('time,v', [1, 'x']), /"x" is not a number/, /--columns/, { columns: ['v'] });
  await refused('[\n{"time":1,"v":2}\n]', /stdin: none of its first 3 lines|JSON list|\[/, /jq -c|CSV|./, {
    format: 'csv',
  });
  await refused(
    '[{"time":1,"v":2},{"time":2,"v":2}]',
    /^stdin holds no record; it begins \[\{/,
    /jq -c '\.\[\]'/,
  );
  await refused(
    'time,v\n1,2',
    /none of its first 2 lines holds a record; the first one begins time,v/,
    /--format csv/,
    { format: 'jsonl' },
  );
});

test('an input without records is empty, and an invalid option is a usage error', async () => {
  await assert.rejects(() => readText(''), refusal('input_empty', /stdin: empty/, /./));
  await assert.rejects(() => readText('\n\r\n  \n'), refusal('input_empty', /stdin: empty/, /./));
  await assert.rejects(
    () => readText('time,v\n'),
    refusal('input_empty', /a header \(time, v\), but no record/, /./),
  );
  await assert.rejects(
    () => readText('time,v\n1,2', { timezone: 'Mars/Olympus' }),
    refusal('usage', /Mars\/Olympus/, /Europe/),
  );
  await assert.rejects(
    () => readText('time,v\n1,2', { columns: ['v', 'v'] }),
    refusal('usage', /names v twice/, /once/),
  );
  const latin1 = [Buffer.from('time,caf\xe9\n1,2\n', 'latin1')];
  await assert.rejects(
    () => readText(latin1),
    refusal('input_unusable', /stdin:1: the header cannot be read: not UTF-8/, /LATIN1/),
  );
  await assert.rejects(
    () => readText('time,v\n1,2', { interval: 0 }),
    refusal('usage', /interval of 0/, /1m/),
  );
});

test('a live input is read as it arrives: a minute is emitted when the next one begins', async () => {
  const stdin = new Readable({ read: () => undefined });
  const row = (minute: number): void => {
    stdin.push(`${at(minute)},a,${minute}\n${at(minute)},b,${minute}\n`);
  };
  stdin.push('time,target,v\n');
  for (const minute of [0, 1, 2]) row(minute);
  const recording = await openRecording(['-'], READ_DEFAULTS, stdin);
  const steps = recording.steps()[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value } = (await steps.next()) as IteratorYieldResult<{ batch: { minuteMs: number } | null }>;
    return value.batch === null ? null : new Date(value.batch.minuteMs).toISOString();
  };
  assert.equal(recording.intervalMs, 60_000);
  assert.equal(await next(), at(0));
  assert.equal(await next(), at(1));
  row(3);
  assert.equal(await next(), at(2));
  row(4);
  assert.equal(await next(), at(3));
  await recording.close();
});

test('fields that only rejected records have are not metrics, and text in a metric still rejects its record', async () => {
  const good = { time: at(0), target: 'a', v: 1 };
  const cases: readonly (readonly [what: string, other: unknown, rejects: number])[] = [
    ['no time', { foo: 3 }, 1],
    ['no time, but a target', { target: 'b', foo: 3 }, 1],
    ['a time that is none', { ...good, time: 'x', foo: 3 }, 1],
    ['no target', { time: at(1), foo: 3 }, 1],
    ['text in a metric', { ...good, target: 'b', v: 'high', foo: 3 }, 1],
    ['a duplicate', { ...good, v: 2, foo: 3 }, 1],
  ];
  for (const [what, other, rejects] of cases) {
    for (const rows of [
      [good, other],
      [good, { ...good, target: 'c' }, other, other],
    ]) {
      const text = rows.map((row) => JSON.stringify(row)).join('\n');
      const outcome = await readText(text, { interval: 60_000 });
      assert.deepEqual(outcome.recording.columns, ['v'], what);
      assert.ok(outcome.rejects.length >= rejects, what);
      // A duplicate is only found where minutes are put together, after its fields were counted.
      if (what !== 'a duplicate') assert.deepEqual(outcome.late, [], what);
      const notice = outcome.recording.notices.find(({ text }) => text.includes('foo'));
      assert.match(notice?.text ?? '', /^ignored: foo \(values in rejected records only/, what);
    }
  }
  const merged = await readText(`${JSON.stringify(good)}\n${JSON.stringify({ ...good, foo: 3 })}`, {
    duplicates: 'mean',
  });
  assert.deepEqual(merged.recording.columns, ['v', 'foo']);
});

test('numbers in a column without a name draw a warning, unless they count the rows', async () => {
  const ignored = async (header: string, ...row: readonly unknown[]): Promise<(string | undefined)[]> => {
    const { recording } = await readText(csv(header, [at(0), ...row]), { interval: 60_000 });
    assert.deepEqual(recording.columns, ['cpu']);
    return recording.notices.filter(({ level }) => level === 'warning').map(({ text }) => text);
  };
  const text = 'ignored: (nameless) (numbers without a name; name each such column in the header)';
  assert.deepEqual(await ignored('timestamp,host,,cpu', 'a', 0.5, 7), [text]);
  assert.deepEqual(await ignored('timestamp,host,cpu,', 'a', 7, ''), []);
  assert.deepEqual(await ignored('timestamp,host,cpu,', 'a', 7, 'x'), []);
  const { recording } = await readText(csv(',timestamp,cpu', [0, at(0), 7]), { interval: 60_000 });
  assert.deepEqual(
    recording.notices.filter(({ level }) => level === 'warning'),
    [],
  );
});

test('a first line that is not a record names neither target nor label', async () => {
  const head = '{"name":"export","version":2,"label":"x","ts":"none"}';
  const rows = [0, 1].map((minute) => JSON.stringify({ minute: at(minute), v: minute, is_anomaly: 0 }));
  const { recording, records, rejects } = await readText([head, ...rows].join('\n'));
  assert.deepEqual(recording.columns, ['v']);
  assert.deepEqual(
    records.map(({ target, label }) => [target, label]),
    [
      ['stdin', 0],
      ['stdin', 0],
    ],
  );
  assert.deepEqual(
    rejects.map(({ line, reason }) => [line, reason]),
    [[1, 'no_time']],
  );
});

test('lists of an unusual length are rejected and add no column', async () => {
  const item = (target: string, values: unknown): unknown => ({ target, values });
  const line = (minute: number, ...items: readonly unknown[]): string =>
    JSON.stringify({ minute: at(minute), items });
  const { recording, records, rejects } = await readText(
    [line(0, item('a', [1, 2, 3]), item('b', [1, 2])), line(1, item('a', [1, 2]), item('b', [3, 4]))].join(
      '\n',
    ),
  );
  assert.deepEqual(recording.columns, ['column_1', 'column_2']);
  assert.equal(records.length, 3);
  assert.deepEqual(
    rejects.map(({ line: at, item: i, reason }) => [at, i, reason]),
    [[1, 0, 'bad_shape']],
  );
});

test('a field that first appears after the sample counts in accepted records only', async () => {
  const rows = Array.from({ length: 1100 }, (_, i) => ({
    time: at(Math.floor(i / 100)),
    target: i % 100,
    v: 1,
  }));
  const after = [
    { time: at(12), target: 1, v: 'x', foo: 1 },
    { time: 'x', target: 2, v: 1, foo: 1 },
    { time: at(12), target: 3, v: 1, bar: 1 },
  ];
  const { late } = await readText([...rows, ...after].map((row) => JSON.stringify(row)).join('\n'));
  assert.equal(late.length, 1);
  assert.match(late[0]?.text ?? '', /bar: .* in 1 record;/);
});
