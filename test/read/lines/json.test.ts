import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { strongerLabel } from '#build/core/label.js';
import type { Label } from '#build/core/types.js';
import { openRecording } from '#build/read/recording.js';
import { READ_DEFAULTS, readText } from '../../support/reading.js';

const at = (minute: number): string => `2026-01-01T00:0${minute}:00Z`;
const lines = (...rows: readonly unknown[]): string =>
  rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');
const rejected = (outcome: Awaited<ReturnType<typeof readText>>): unknown =>
  outcome.rejects.map(({ line, item, reason }) =>
    item === undefined ? [line, reason] : [line, item, reason],
  );
const kept = (outcome: Awaited<ReturnType<typeof readText>>): unknown =>
  outcome.records.map(({ target, values, label }) => [target, values, label]);

test('rows may have their fields in any order, and lack some', async () => {
  const outcome = await readText(
    lines(
      { ts: at(0), host: 'a', cpu: 1, mem: 2, anomaly: false },
      { mem: 4, anomaly: true, cpu: 3, host: 'b', ts: at(0) },
      { ts: at(0), host: 'c', mem: 6, cpu: null },
      { ts: at(0), host: 'd', cpu: '7.5', mem: 'NaN', anomaly: 'maybe' },
      { ts: 1767225600, host: 5, cpu: 8 },
      '{"ts":"2026-01-01 00:00","host":"f","cpu":NaN,"mem":-1.5e1}',
    ),
  );
  assert.deepEqual(outcome.rejects, []);
  assert.deepEqual(kept(outcome), [
    ['5', [8, NaN], null],
    ['a', [1, 2], 0],
    ['b', [3, 4], 1],
    ['c', [NaN, 6], null],
    ['d', [7.5, NaN], 'maybe'],
    ['f', [NaN, -15], null],
  ]);
});

test('what is not a record is rejected with a reason', async () => {
  const good = { time: at(0), target: 'a', cpu: 1 };
  const outcome = await readText(
    lines(
      good,
      '{"time":"x"',
      '[1,2]',
      'null',
      '"text"',
      { target: 'b', cpu: 1 },
      { ...good, time: null },
      { ...good, time: '2026-13-01' },
      { ...good, time: {} },
      { time: at(0), cpu: 1 },
      { ...good, target: '' },
      { ...good, target: ['b'] },
      '{"time":"2026-01-01","target":12345678901234567890,"cpu":1}',
      { ...good, cpu: 'high' },
      { ...good, cpu: true },
      { ...good, cpu: [1] },
      '{"time":"2026-01-01","target":"b","cpu":1e400}',
      '{"time":"2026-01-01","target":"b","cpu":-Infinity}',
      '{"time":"2026-01-01","target":"b","cpu":01}',
      '{"time":"2026-01-01","target":"b","cpu":1.}',
      '{"time":"2026-01-01","target":"b","cpu":1}}',
      '{"time":"2026-01-01","target":"b\tc","cpu":1}',
    ),
  );
  assert.deepEqual(rejected(outcome), [
    [2, 'bad_line'],
    [3, 'not_a_record'],
    [4, 'not_a_record'],
    [5, 'not_a_record'],
    [6, 'no_time'],
    [7, 'no_time'],
    [8, 'bad_time'],
    [9, 'bad_time'],
    [10, 'no_target'],
    [11, 'no_target'],
    [12, 'no_target'],
    [13, 'no_target'],
    [14, 'bad_value'],
    [15, 'bad_value'],
    [16, 'bad_value'],
    [17, 'bad_value'],
    [18, 'bad_value'],
    [19, 'bad_line'],
    [20, 'bad_line'],
    [21, 'bad_line'],
    [22, 'bad_line'],
  ]);
  assert.equal(outcome.records.length, 1);
});

test('names that every object inherits are ordinary fields', async () => {
  const outcome = await readText(
    lines(
      '{"time":"2026-01-01","target":"a","__proto__":1,"constructor":2,"cpu":3}',
      '{"time":"2026-01-01","target":"b","cpu":4}',
      '{"time":"2026-01-01","target":"c","cpu":5,"__proto__":{"cpu":9}}',
    ),
  );
  assert.deepEqual(outcome.recording.columns, ['__proto__', 'constructor', 'cpu']);
  assert.deepEqual(kept(outcome), [
    ['a', [1, 2, 3], null],
    ['b', [NaN, NaN, 4], null],
  ]);
  assert.deepEqual(rejected(outcome), [[3, 'bad_value']]);
  assert.equal(({} as Record<string, unknown>)['cpu'], undefined);
});

test('metrics may be in an object called values', async () => {
  const outcome = await readText(
    lines(
      { time: at(0), target: 'a', values: { cpu: 1, mem: 2 } },
      { time: at(0), target: 'b', values: { mem: 3 } },
    ),
  );
  assert.deepEqual(outcome.recording.columns, ['cpu', 'mem']);
  assert.deepEqual(kept(outcome), [
    ['a', [1, 2], null],
    ['b', [NaN, 3], null],
  ]);
});

test('a field that first appears after the sample is counted, not silently dropped', async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => ({
    time: at(i % 2 === 0 ? 0 : 1),
    target: i,
    cpu: 1,
    late: null,
  }));
  rows.sort((a, b) => (a.time < b.time ? -1 : 1));
  const more = [
    { time: at(2), target: 'x', cpu: 1, late: 5 },
    { time: at(2), target: 'y', cpu: 1, later: 5 },
    { time: at(2), target: 'z', cpu: 1, later: 6 },
  ];
  const outcome = await readText(lines(...rows, ...more), { interval: 60_000 });
  assert.equal(outcome.records.length, 3003);
  assert.deepEqual(
    outcome.late.map(({ text }) => text),
    [
      'ignored column late: it was empty in the sample and has a value in 1 record; add it with --columns',
      'ignored column later: it was not in the sample and has a value in 2 records; add it with --columns',
    ],
  );
});

test('a field that first appears after the sample is reported once, and at most a hundred are', async () => {
  const minute = (i: number): string => new Date(i * 60_000).toISOString();
  const sample = Array.from({ length: 1100 }, (_, i) => ({ time: minute(i), cpu: 1 }));
  const fields = Array.from({ length: 150 }, (_, i) => [`late-${i}`, 5] as const);
  const more = [0, 1].map((i) => ({ time: minute(1100 + i), cpu: 1, ...Object.fromEntries(fields) }));
  const stdin = Readable.from([Buffer.from(lines(...sample, ...more))]);
  const recording = await openRecording(['-'], READ_DEFAULTS, stdin);
  const told: string[] = [];
  for await (const { batch } of recording.steps(({ text }) => told.push(text))) assert.ok(batch !== null);
  assert.equal(told.length, 101);
  assert.equal(
    told[0],
    'ignored column late-0: it was not in the sample and has a value now; add it with --columns',
  );
  assert.match(told[100] ?? '', /^ignored any further column like these: /);
  assert.equal(recording.lateNotices().length, 101);
});

interface Row {
  readonly values: readonly number[];
  readonly label: Label;
}

/** What whole rows of one target in one minute become: the last one, unless they fill each other's empty cells. */
function lastOf(rows: readonly Row[]): Row {
  let known = rows[0]!;
  let isJoined = false;
  for (const row of rows.slice(1)) {
    const fills = (other: Row): boolean[] => other.values.map((value) => !Number.isNaN(value));
    const [filled, had] = [fills(row), fills(known)];
    const adds = filled.some((isFilled, i) => isFilled && had[i] === false);
    const repeats = filled.some((isFilled, i) => isFilled && had[i] === true);
    if (!isJoined && !(adds && had.includes(true) && !repeats)) known = row;
    else {
      isJoined = true;
      const values = known.values.map((value, i) => (filled[i] === true ? row.values[i]! : value));
      known = { values, label: repeats ? row.label : strongerLabel(known.label, row.label) };
    }
  }
  return known;
}

test('rows that look alike are read as by JSON.parse', async () => {
  const scalar = fc.oneof(
    fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => JSON.stringify(value)),
    fc.integer().map(String),
    fc.constantFrom(
      'null',
      '"nan"',
      '"7"',
      '""',
      '"x"',
      'true',
      '1e400',
      '01',
      '1.',
      '.5',
      '-',
      '1e5',
      '-0',
      '{}',
      '"a\\"b"',
    ),
  );
  const target = fc.constantFrom('"a"', '"b"', '"é"', '" c "', '"\u00a0d"', '"\\u0064"', '5', 'null');
  const gap = fc.constantFrom('', ' ', '\t');
  const end = fc.constantFrom('', ',"extra":1', ',"cpu":2', ' ');
  const label = fc.constantFrom('true', 'false', '0', '1', 'null', '"full"', 'tru', '[]');
  const row = fc.tuple(target, scalar, scalar, gap, end, label);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (rows) => {
      const first = `{"time":"${at(0)}","target":"first","cpu":1,"mem":2,"label":true}`;
      const texts = rows.map(
        ([name, cpu, mem, blank, close, anomaly], i) =>
          `{"time":${blank}"${at(0)}","target":${name},"cpu":${cpu},${blank}"mem":${mem},"label":${anomaly}${close}}${i % 2 === 0 ? '' : ' '}`,
      );
      const options = { interval: 60_000, columns: ['cpu', 'mem'], duplicates: 'last' } as const;
      // Each by itself cannot look like the one before it: a fresh reader has nothing to compare with.
      const together = await readText([Buffer.from([first, first, ...texts].join('\n'))], options);
      const alone = await Promise.all(texts.map((text) => readText(`${first}\n${text}`, options)));
      const rowsOf = new Map<string, Row[]>([['first', [{ values: [1, 2], label: 1 }]]]);
      for (const { target: name, values, label } of alone.flatMap(({ records }) => records)) {
        if (name !== 'first') rowsOf.set(name, [...(rowsOf.get(name) ?? []), { values, label }]);
      }
      assert.deepEqual(
        new Map(together.records.map(({ target: name, values, label }) => [name, { values, label }])),
        new Map([...rowsOf].map(([name, each]) => [name, lastOf(each)])),
      );
      assert.deepEqual(
        together.rejects.map(({ reason, message }) => [reason, message]),
        alone.flatMap(({ rejects }) => rejects.map(({ reason, message }) => [reason, message])),
      );
    }),
    { numRuns: 150 },
  );
});

test('rows that fill different cells are one record, also with --duplicates last', async () => {
  const row = (cpu: number | null, mem: number | null): unknown => ({ time: at(0), target: 'a', cpu, mem });
  const read = async (...rows: readonly unknown[]): Promise<unknown> =>
    kept(await readText(lines(...rows), { interval: 60_000, columns: ['cpu', 'mem'], duplicates: 'last' }));
  assert.deepEqual(await read(row(null, 0), row(0, null)), [['a', [0, 0], null]]);
  assert.deepEqual(await read(row(1, null), row(null, 2), row(3, null)), [['a', [3, 2], null]]);
  assert.deepEqual(await read(row(1, 2), row(3, null)), [['a', [3, NaN], null]]);
});

test('minute-batches: values by name, in a list, or with their own window', async () => {
  const outcome = await readText(
    lines(
      {
        minute: at(0),
        items: [
          { target: 'c', values: { mem: 1, cpu: 2 }, label: 1 },
          { target: 'a', values: { cpu: 3 } },
          { target: 'b', values: [4, null], label: 'odd' },
        ],
      },
      {
        minute: at(1),
        items: [
          {
            target: 'a',
            values: [
              [1, 2],
              [3, 4],
              [5, 'nan'],
            ],
          },
        ],
      },
      { minute: at(2), items: [] },
    ),
    { ownWindow: { window: 3 } },
  );
  assert.equal(outcome.recording.layout, 'batches');
  assert.deepEqual(outcome.recording.columns, ['mem', 'cpu']);
  assert.equal(outcome.recording.hasLabels, true);
  assert.deepEqual(outcome.rejects, []);
  assert.deepEqual(kept(outcome), [
    ['a', [NaN, 3], null],
    ['b', [4, NaN], 'odd'],
    ['c', [1, 2], 1],
    ['a', [1, 2, 3, 4, 5, NaN], null],
  ]);
});

test('bad items are rejected one by one, a bad line as a whole', async () => {
  const items = [
    { target: 'a', values: [1, 2] },
    { target: 'b', values: [1] },
    { target: 'c' },
    { values: [1, 2] },
    { target: 'e', values: { cpu: 'x' } },
    7,
    { target: 'f', values: [[1, 2]] },
    { target: 'g', values: [[1, 2], [3]] },
    {
      target: 'h',
      values: [
        [1, 2],
        [3, 'x'],
      ],
    },
    {
      target: 'i',
      values: [
        [1, 2],
        [3, 4],
      ],
    },
    { target: 'j', values: 5 },
    { target: 'k', values: [1, { cpu: 1 }] },
  ];
  const text = lines(
    { minute: at(0), items },
    { minute: 'x', items },
    { items },
    { minute: at(1) },
    { minute: at(1), items: {} },
  );
  const options = { columns: ['cpu', 'mem'], interval: 60_000 };
  const outcome = await readText(text, { ...options, ownWindow: { window: 2 } });
  assert.deepEqual(rejected(outcome), [
    [1, 1, 'bad_shape'],
    [1, 2, 'bad_shape'],
    [1, 3, 'no_target'],
    [1, 4, 'bad_value'],
    [1, 5, 'not_a_record'],
    [1, 6, 'bad_shape'],
    [1, 7, 'bad_shape'],
    [1, 8, 'bad_value'],
    [1, 10, 'bad_shape'],
    [1, 11, 'bad_value'],
    [2, 'bad_time'],
    [3, 'no_time'],
    [4, 'not_a_record'],
    [5, 'not_a_record'],
  ]);
  assert.deepEqual(kept(outcome), [
    ['a', [1, 2], null],
    ['i', [1, 2, 3, 4], null],
  ]);
  const withoutWindow = await readText(text, options);
  assert.equal(withoutWindow.records.length, 1);
});

test('the text of a rejected item is its own, exactly as on the line', async () => {
  const items = [
    '{"target":"a","values":{"cpu":"x", "n": 1.0}}',
    '{"target":"b","values":{"cpu":1e400}}',
    '{"target":"c","values":{"cpu":2}}',
    '{"target":"c","values":{"cpu":3.50}}',
    '7',
  ];
  const line = `{"minute":"${at(0)}","items":[${items.join(', ')}]}`;
  const outcome = await readText(`${line}\n${line.replace(at(0), 'x')}\n`, {
    interval: 60_000,
    columns: ['cpu'],
  });
  assert.deepEqual(
    outcome.rejects.map(({ raw }) => raw.text).sort(),
    [items[0], items[1], items[3], items[4], line.replace(at(0), 'x')].sort(),
  );
});

test("all rejects of a line's items together are as long as the line, however many there are", async () => {
  const items = Array.from({ length: 500 }, (_, i) => ({
    target: `t${i}`,
    values: { cpu: i === 0 ? 1 : 'much' },
  }));
  const line = lines({ minute: at(0), items });
  const { rejects } = await readText(line, { interval: 60_000, columns: ['cpu'] });
  assert.equal(rejects.length, 499);
  const keptChars = rejects.reduce((sum, { raw }) => sum + raw.text.length, 0);
  assert.ok(keptChars <= line.length, `${keptChars} characters of a line of ${line.length}`);
});

test('values that only come in lists get numbered columns, or those of --columns', async () => {
  const text = lines({ minute: at(0), items: [{ target: 'a', values: [1, 2] }] });
  assert.deepEqual((await readText(text)).recording.columns, ['column_1', 'column_2']);
  assert.deepEqual((await readText(text, { columns: ['x', 'y'] })).recording.columns, ['x', 'y']);
});

test('fields of objects are named by their path, on any line', async () => {
  const rows = [
    '{"time":"2018-04-30T00:00:00Z","host":{"name":"web-1"},"system":{"cpu":{"pct":0.5},"load":1},"tags":["a"]}',
    '{"time":"2018-04-30T00:01:00Z","host":{"name":"web-1"},"system":{"cpu":{"pct":0.25},"load":2},"tags":["b"]}',
    '{"time":"2018-04-30T00:02:00Z","system":{"load":3,"cpu":{"pct":"0.125"}},"host":{"name":"web-2"}}',
    '{"time":"2018-04-30T00:03:00Z","system":{"load":4,"cpu":{}},"host":{"name":"web-2"}}',
    '{"time":"2018-04-30T00:04:00Z","system":null,"host":{"name":"web-2"}}',
  ];
  const { recording, records, rejects } = await readText(rows.join('\n'), { targetColumns: ['host.name'] });
  assert.deepEqual(recording.columns, ['system.cpu.pct', 'system.load']);
  assert.deepEqual(
    records.map(({ target, values }) => [target, ...values]),
    [
      ['web-1', 0.5, 1],
      ['web-1', 0.25, 2],
      ['web-2', 0.125, 3],
      ['web-2', NaN, 4],
      ['web-2', NaN, NaN],
    ],
  );
  assert.deepEqual(rejects, []);
});

test('rows of one shape with objects are read the same however many there are', async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => {
    const time = new Date(Date.UTC(2018, 3, 30, 0, i)).toISOString();
    return JSON.stringify({ time, metrics: { cpu: i / 8, mem: { used: i } }, load: i % 7 });
  });
  const { recording, records } = await readText(rows.join('\n'));
  assert.deepEqual(recording.columns, ['metrics.cpu', 'metrics.mem.used', 'load']);
  assert.deepEqual(
    records.map(({ values }) => [...values]),
    rows.map((_, i) => [i / 8, i, i % 7]),
  );
});

test('--map and --columns take paths, and a later field of an object is noticed', async () => {
  const row = (i: number, more: string): string => `{"time":${i * 60},"m":{"cpu":${i}${more}},"x":1}`;
  const rows = [...Array.from({ length: 1100 }, (_, i) => row(i, '')), row(1100, ',"new":5')];
  const chosen = await readText(rows.join('\n'), { columns: ['cpu'], map: { cpu: 'm.cpu' } });
  assert.deepEqual([chosen.recording.columns, chosen.records.at(-1)?.values], [['cpu'], [1100]]);
  const { late } = await readText(rows.join('\n'));
  assert.match(late.map(({ text }) => text).join(), /m\.new.*1 record/);
});

const attribute = (key: string, value: unknown): unknown => ({ key, value });

test('lists of keys and values are fields, as OpenTelemetry writes them', async () => {
  const rows = [0, 1, 2].flatMap((minute) =>
    ['a', 'b'].map((host, i) => ({
      timeUnixNano: `${1_700_000_040 + 60 * minute}000000000`,
      attributes: [
        attribute('host', { stringValue: host }),
        attribute('load', { doubleValue: minute + 0.5 }),
        attribute('cores', { intValue: '4' }),
        attribute('k8s', { kvlistValue: { values: [attribute('pods', { intValue: 7 + i })] } }),
        attribute('plain', 3),
      ],
      asDouble: 10 * i + minute,
    })),
  );
  const { recording, records, rejects } = await readText(rows.map((row) => JSON.stringify(row)).join('\n'));
  assert.deepEqual(rejects, []);
  assert.deepEqual(recording.columns, [
    ...['attributes.load', 'attributes.cores', 'attributes.k8s.pods', 'attributes.plain', 'asDouble'],
  ]);
  assert.deepEqual(
    records.map(({ target, values }) => [target, ...values]),
    [0, 1, 2].flatMap((minute) => [
      ['a', minute + 0.5, 4, 7, 3, minute],
      ['b', minute + 0.5, 4, 8, 3, 10 + minute],
    ]),
  );
});

test('a list that says more than fields can is none', async () => {
  for (const list of [
    [attribute('cpu', 1), attribute('cpu', 2)],
    [{ key: 'cpu', value: 1, core: 'c0' }],
    [attribute('cpu', 1), 'x'],
    [{ key: 1, value: 1 }],
    [{ key: 'cpu' }],
    [],
  ]) {
    const rows = [0, 1].map((minute) => ({ time: `2024-01-01T00:0${minute}:00Z`, list, v: 1 }));
    const { recording } = await readText(rows.map((row) => JSON.stringify(row)).join('\n'));
    assert.deepEqual(recording.columns, ['v'], JSON.stringify(list));
  }
});

test('lists of names and values, and of tags, are fields as well', async () => {
  const lists: readonly ((host: string) => unknown)[] = [
    (host) => [{ Name: 'InstanceId', Value: host }],
    (host) => [{ name: 'host', value: host }],
    (host) => [`host:${host}`, 'env:prod'],
  ];
  for (const listOf of lists) {
    const rows = [0, 1, 2].flatMap((minute) =>
      ['i-1', 'i-2'].map((host) => ({ time: `2024-01-01T00:0${minute}:00Z`, dims: listOf(host), v: minute })),
    );
    const { records, rejects } = await readText(rows.map((row) => JSON.stringify(row)).join('\n'));
    assert.deepEqual(rejects, []);
    assert.deepEqual(new Set(records.map(({ target }) => target)), new Set(['i-1', 'i-2']));
  }
});

test('texts with colons that are no tags stay a list', async () => {
  for (const list of [['http://a', 'b:1'], ['C:\\a'], ['12:30'], ['a:1', 'plain'], ['env:1', 'env:2']]) {
    const rows = [0, 1].map((minute) => ({ time: `2024-01-01T00:0${minute}:00Z`, list, v: 1 }));
    const { recording } = await readText(rows.map((row) => JSON.stringify(row)).join('\n'));
    assert.deepEqual(recording.columns, ['v'], JSON.stringify(list));
  }
});
