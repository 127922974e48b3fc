import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText, type ReadOutcome } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const csv = (header: string, rows: readonly (readonly unknown[])[]): string =>
  [header, ...rows.map((row) => row.join(','))].join('\n');
/** A row per minute and name, `apart` seconds after the one before. */
const rows = (
  minutes: number,
  names: readonly unknown[],
  apart: number,
  more: (minute: number, k: number) => readonly unknown[] = (minute, k) => [100 * k + minute],
): unknown[][] =>
  Array.from({ length: minutes }, (_, minute) =>
    names.map((name, k) => [at(60 * minute + apart * k), name, ...more(minute, k)]),
  ).flat();
const targets = ({ records }: ReadOutcome): string[] => [...new Set(records.map(({ target }) => target))];
const warnings = ({ recording }: ReadOutcome): string[] =>
  recording.notices.filter(({ level }) => level === 'warning').map(({ text }) => text);
const HOSTS = ['web-1', 'web-2', 'web-3'];

test('a column of names is the target whatever it is called, at one time or in turn', async () => {
  for (const name of ['hostname', 'Machine ID', 'node', 'pod', 'sensor_name', 'whatever']) {
    for (const apart of [0, 20]) {
      const outcome = await readText(csv(`timestamp,${name},cpu`, rows(5, HOSTS, apart)));
      assert.deepEqual(targets(outcome), HOSTS, `${name}, ${apart} s apart`);
      assert.equal(outcome.recording.intervalMs, 60_000);
      assert.deepEqual(outcome.recording.columns, ['cpu']);
      assert.deepEqual(outcome.rejects, []);
    }
  }
});

test('without a usual name, a column whose names come in turn draws a warning with the flag to give', async () => {
  const outcome = await readText(csv('timestamp,whatever,cpu', rows(5, HOSTS, 20)));
  assert.match(warnings(outcome)[0] ?? '', /"whatever".*--target-column none/);
  assert.deepEqual(warnings(await readText(csv('timestamp,hostname,cpu', rows(5, HOSTS, 20)))), []);
});

test('numbers are targets only if rows show it', async () => {
  const ids = [4820100, 4820101, 4820102];
  for (const apart of [0, 20]) {
    const outcome = await readText(csv('timestamp,machine_id,cpu', rows(5, ids, apart)));
    assert.deepEqual(targets(outcome), ids.map(String));
    assert.deepEqual(outcome.recording.columns, ['cpu']);
  }
  const cycling = await readText(csv('timestamp,x,cpu', rows(5, [7, 8, 9], 0)));
  assert.deepEqual(targets(cycling), ['7', '8', '9']);
  const counts = (minute: number): unknown[] => [
    at(60 * minute),
    20 + (minute ** 3 % 11),
    [3, 2, 3, 3, 2, 4][minute % 6],
    minute,
  ];
  const measured = await readText(csv('timestamp,sensor,node,cpu', [...Array(20).keys()].map(counts)));
  assert.deepEqual(targets(measured), ['stdin']);
  assert.deepEqual(measured.recording.columns, ['sensor', 'node', 'cpu']);
});

test('a new value in every row names no target, and is no metric', async () => {
  const numbered = (id: (row: number) => unknown): string =>
    csv(
      'id,timestamp,value',
      Array.from({ length: 8 }, (_, row) => [id(row), at(60 * row), row / 4]),
    );
  const ids: readonly ((row: number) => unknown)[] = [
    (row) => row + 1,
    (row) => 900 - 3 * row,
    (row) => `0d5c2f3a-7b1e-4c57-9a0e-00000000000${row}`,
    (row) => `evt-${row}`,
  ];
  for (const id of ids) {
    const outcome = await readText(numbered(id));
    assert.deepEqual(targets(outcome), ['stdin']);
    assert.deepEqual(outcome.recording.columns, ['value']);
  }
  const beside = rows(5, ['web-0', 'web-1'], 0).map((row, i) => [i, ...row]);
  const outcome = await readText(csv('id,timestamp,server,cpu', beside));
  assert.deepEqual(targets(outcome), ['web-0', 'web-1']);
  assert.deepEqual(outcome.recording.columns, ['cpu']);
});

test('many targets at one time are targets', async () => {
  const fleet = Array.from({ length: 40 }, (_, i) => [at(0), i, i / 2]);
  assert.equal(targets(await readText(csv('timestamp,id,v', fleet))).length, 40);
});

test('columns that name a target only together are joined', async () => {
  const pairs = rows(4, ['h1', 'h1', 'h2', 'h2'], 0, (_, k) => [`sd${'ab'[k % 2]}`, k]);
  for (const header of [
    'timestamp,host,device,used',
    'timestamp,host,part,used',
    'timestamp,one,other,used',
  ]) {
    const outcome = await readText(csv(header, pairs));
    assert.deepEqual(targets(outcome), ['h1/sda', 'h1/sdb', 'h2/sda', 'h2/sdb'], header);
    assert.equal(outcome.records.length, 16);
  }
  const given = await readText(csv('timestamp,a,b,used', pairs), { targetColumns: ['b', 'a'] });
  assert.deepEqual(targets(given), ['sda/h1', 'sda/h2', 'sdb/h1', 'sdb/h2']);
  const json = '{"time":0,"b":"y","a":"x","v":1}\n{"time":0,"a":"z","v":2}\n{"time":0,"v":3}';
  const parts = await readText(json, { targetColumns: ['a', 'b'] });
  assert.deepEqual(targets(parts), ['x/y', 'z/']);
  assert.deepEqual(
    parts.rejects.map(({ reason }) => reason),
    ['no_target'],
  );
});

test('a slash within a part never makes two targets one', async () => {
  const text = csv('timestamp,host,mount,used', [
    [at(0), 'a', 'b/c', 1],
    [at(0), 'a/b', 'c', 2],
    [at(0), 'a', 'b%2Fc', 3],
  ]);
  const outcome = await readText(text, { targetColumns: ['host', 'mount'] });
  assert.deepEqual(targets(outcome), ['a%2Fb/c', 'a/b%252Fc', 'a/b%2Fc']);
  const one = await readText(text, { targetColumns: ['mount'] });
  assert.deepEqual(targets(one), ['b%2Fc', 'b/c', 'c']);
});

test('states, weekdays and columns that never change name no target', async () => {
  const states = Array.from({ length: 30 }, (_, i) => [at(60 * i), i % 7 === 3 ? 'warn' : 'ok', 'eu', i]);
  const outcome = await readText(csv('timestamp,state,region,cpu', states));
  assert.deepEqual(targets(outcome), ['stdin']);
  assert.match(warnings(outcome).join('\n'), /"region".*--target-column region/);
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const weeks = Array.from({ length: 28 }, (_, i) => [at(86_400 * i), days[i % 7], i]);
  assert.deepEqual(targets(await readText(csv('timestamp,weekday,users', weeks))), ['stdin']);
});

test('rows that share their times and that nothing distinguishes are refused, with the ways out', async () => {
  const mixed = csv(
    'timestamp,cpu',
    rows(5, [1, 2, 3], 0).map(([time, , cpu]) => [time, cpu]),
  );
  await assert.rejects(
    () => readText(mixed),
    refusal('input_unusable', /10 of the first 15 records/, /--target-column.*--duplicates mean/),
  );
  const { records } = await readText(mixed, { duplicates: 'mean' });
  assert.deepEqual(records[0]?.values, [100]);
  const few = Array.from({ length: 20 }, (_, i) => [at(60 * (i === 19 ? 18 : i)), i]);
  const { rejects } = await readText(csv('timestamp,cpu', few));
  assert.deepEqual(
    rejects.map(({ reason }) => reason),
    ['duplicate'],
  );
});

test('--target-column none makes one series', async () => {
  const text = csv('timestamp,host,cpu', rows(3, ['a'], 0));
  assert.deepEqual(targets(await readText(text, { targetColumns: ['none'] })), ['stdin']);
});

test('with --wide, every column is a target', async () => {
  const text = csv('timestamp,web-1,web-2,label', [
    [at(0), 1, 10, 0],
    [at(60), 2, 'x', 1],
    [at(120), '', 30, 0],
  ]);
  const outcome = await readText(text, { wide: true });
  assert.deepEqual(outcome.recording.columns, ['value']);
  assert.deepEqual(
    outcome.records.map(({ target, values, label }) => [target, values[0], label]),
    [
      ['web-1', 1, 0],
      ['web-2', 10, 0],
      ['web-1', 2, 1],
      ['web-1', NaN, 0],
      ['web-2', 30, 0],
    ],
  );
  assert.deepEqual(
    outcome.rejects.map(({ line, item, reason, raw }) => [line, item, reason, raw.text]),
    [[3, 1, 'bad_value', 'x']],
  );
  const one = await readText(text, { wide: true, targets: ['web-2'] });
  assert.deepEqual([one.records.length, one.rejects.length, one.filtered], [2, 1, 3]);
});

test('a host and a number name the target together', async () => {
  for (const [header, names] of [
    ['host,core', ['a,0', 'a,1', 'b,0', 'b,1']],
    ['server,disk_no', ['a,0', 'a,1', 'a,2', 'b,0']],
    ['rack,slot', ['1,0', '1,1', '2,0', '2,1']],
    ['site,meter_id', ['x,1', 'x,2', 'y,1', 'y,2']],
  ] as const) {
    const outcome = await readText(csv(`timestamp,${header},load`, rows(6, names, 0)));
    const expected = names.map((name) => name.replace(',', '/'));
    assert.deepEqual([targets(outcome), outcome.rejects.length], [expected, 0], header);
    assert.deepEqual(outcome.recording.columns, ['load'], header);
  }
  const counts = rows(6, ['a', 'a', 'b', 'b'], 0, (minute, k) => [(minute * 7 + k * 3) % 5, minute]);
  assert.deepEqual(targets(await readText(csv('timestamp,host,busy,load', counts))), ['a', 'b']);
});

test('numbers of a fleet larger than half the sample are targets', async () => {
  const ids = Array.from({ length: 1000 }, (_, i) => 500 + i);
  const outcome = await readText(csv('timestamp,uid,load', rows(3, ids, 0)));
  assert.deepEqual([targets(outcome).length, outcome.records.length], [1000, 3000]);
  assert.deepEqual(outcome.recording.columns, ['load']);
  const more = await readText(
    csv(
      'timestamp,uid,load',
      rows(
        2,
        [...ids, 1, 2, 3, ...Array(30).keys()].map(String).map((id, i) => `${id}${i}`),
        0,
      ),
    ),
  );
  assert.equal(targets(more).length, 1033);
});

test('ids that start again, or that a few rows share, are of rows', async () => {
  const withId = (name: string, id: (row: number) => unknown): string =>
    csv(
      `${name},timestamp,value`,
      Array.from({ length: 180 }, (_, row) => [id(row), at(60 * row), (row ** 3 % 17) / 4]),
    );
  const cases: readonly (readonly [string, (row: number) => unknown])[] = [
    ['id', (row) => 1 + (row % 60)],
    ['id', (row) => `evt-${Math.floor(row / 2)}`],
    ['id', (row) => `evt-${row % 150}`],
  ];
  for (const [name, id] of cases) {
    const outcome = await readText(withId(name, id));
    assert.deepEqual([targets(outcome), outcome.recording.intervalMs], [['stdin'], 60_000]);
    assert.deepEqual(outcome.recording.columns, ['value']);
    assert.match(warnings(outcome).join('\n'), /--target-column id/);
  }
  const polled = Array.from({ length: 360 }, (_, row) => [at(5 * row), 1 + (row % 12), row]);
  const hosts = await readText(csv('timestamp,id,value', polled));
  assert.deepEqual([targets(hosts).length, hosts.recording.intervalMs], [12, 60_000]);
});

test('row numbers are no metrics, up, down, with gaps, again for each target', async () => {
  for (const name of ['row', 'idx', 'index', 'nr', 'seq', 'no', 'num', 'line', 'event_id']) {
    for (const number of [
      (row: number) => row,
      (row: number) => 900 - row,
      (row: number) => 3 * row + (row % 2),
    ]) {
      const numbered = Array.from({ length: 20 }, (_, row) => [number(row), at(60 * row), row / 4]);
      const outcome = await readText(csv(`${name},timestamp,value`, numbered));
      assert.deepEqual([outcome.recording.columns, targets(outcome)], [['value'], ['stdin']], name);
    }
  }
  const perPod = rows(8, ['a', 'b'], 0, (minute, k) => [minute, k + minute / 4]);
  const outcome = await readText(csv('timestamp,pod,id,value', perPod));
  assert.deepEqual([outcome.recording.columns, targets(outcome)], [['value'], ['a', 'b']]);
  const level = Array.from({ length: 20 }, (_, row) => [row ** 3 % 7, at(60 * row), row / 4]);
  const measured = await readText(csv('index,timestamp,value', level));
  assert.deepEqual(measured.recording.columns, ['index', 'value']);
});

test('numbers in a strict cycle within a minute are targets, others draw a warning', async () => {
  for (const names of [
    [1, 2, 3],
    [10, 20, 30, 40],
  ]) {
    const apart = 60 / names.length;
    const outcome = await readText(csv('time,plc,temp', rows(6, names, apart)));
    assert.deepEqual(targets(outcome), names.map(String));
    assert.deepEqual([outcome.recording.intervalMs, outcome.recording.columns], [60_000, ['temp']]);
    assert.match(warnings(outcome).join('\n'), /"plc".*--target-column none/);
  }
  const cycle = (name: string, minutes: number): string =>
    csv(
      `time,${name},temp`,
      Array.from({ length: 30 }, (_, row) => [at(60 * minutes * row), row % 3, (row ** 3 % 11) / 4]),
    );
  const slow = await readText(cycle('plc', 1));
  assert.deepEqual(targets(slow), ['stdin']);
  assert.match(warnings(slow).join('\n'), /--target-column plc/);
  const given = await readText(cycle('plc', 1), { targetColumns: ['plc'] });
  assert.deepEqual(targets(given), ['0', '1', '2']);
  assert.deepEqual(warnings(await readText(cycle('weekday', 1440))), []);
});

test('names that change from row to row without an order draw a warning', async () => {
  const order = [0, 1, 2, 1, 0, 2, 0, 1, 2, 2, 0, 1, 2, 0, 1, 1, 0, 2];
  const text = (name: string): string =>
    csv(
      `time,${name},temp`,
      order.map((k, row) => [at(20 * row), `g${k}`, k + row / 4]),
    );
  const outcome = await readText(text('wer'));
  assert.match(warnings(outcome).join('\n'), /--target-column wer/);
  assert.doesNotMatch(warnings(await readText(text('status'))).join('\n'), /--target-column/);
});

test('of nested tags, all that distinguish rows of one time are the target, and a notice says so', async () => {
  const rows = [0, 1, 2].flatMap((minute) =>
    ['a', 'b'].flatMap((host) =>
      ['cpu0', 'cpu1'].map((cpu) => ({
        tags: { host, cpu, region: 'eu' },
        usage_user: minute,
        timestamp: 1_700_000_040 + 60 * minute,
      })),
    ),
  );
  const { recording, records } = await readText(rows.map((row) => JSON.stringify(row)).join('\n'));
  assert.deepEqual(
    records.slice(0, 4).map(({ target }) => target),
    ['a/cpu0', 'a/cpu1', 'b/cpu0', 'b/cpu1'],
  );
  const notice = recording.notices.find(({ text }) => text.startsWith('target: '));
  assert.match(notice?.text ?? '', /--target-column tags\.host,tags\.cpu\), since only together/);
});
