import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText } from '../../support/reading.js';

const HEAD = 'timestamp,target,cpu,mem';
const at = (minute: number): string => `2026-01-01T00:0${minute}:00Z`;
const rejected = (outcome: Awaited<ReturnType<typeof readText>>): unknown =>
  outcome.rejects.map(({ line, reason }) => [line, reason]);

test('rows become records, in the order of minutes and targets', async () => {
  const { records, recording } = await readText(
    `${HEAD}\n${at(0)},b,1,2\n${at(0)},a,3,4.5\n${at(1)},a,-5,6e-1\n${at(1)},b,,nan\n`,
  );
  assert.deepEqual(
    records.map(({ minute, target, values, label, line }) => [
      minute.slice(14, 16),
      target,
      values,
      label,
      line,
    ]),
    [
      ['00', 'a', [3, 4.5], null, 3],
      ['00', 'b', [1, 2], null, 2],
      ['01', 'a', [-5, 0.6], null, 4],
      ['01', 'b', [NaN, NaN], null, 5],
    ],
  );
  assert.deepEqual(recording.columns, ['cpu', 'mem']);
  assert.equal(recording.layout, 'rows');
  assert.equal(recording.hasLabels, false);
});

test('a broken line is rejected with its place, reason and text, and no other line is', async () => {
  const lines = [
    HEAD,
    `${at(0)},a,1,2`,
    `${at(0)},b,1`,
    `${at(0)},c,1,2,3`,
    `${at(0)},"d,1,2`,
    `${at(0)},"e"x,1,2`,
    `,f,1,2`,
    `2026-02-30 00:00,g,1,2`,
    `${at(0)},,1,2`,
    `${at(0)},h,0x10,2`,
    `${at(0)},i,1,Infinity`,
    `${at(0)},j,1_000,2`,
    `${at(0)},z,1,2`,
  ];
  const outcome = await readText(lines.join('\n'));
  assert.deepEqual(rejected(outcome), [
    [3, 'column_count'],
    [4, 'column_count'],
    [5, 'bad_line'],
    [6, 'bad_line'],
    [7, 'no_time'],
    [8, 'bad_time'],
    [9, 'no_target'],
    [10, 'bad_value'],
    [11, 'bad_value'],
    [12, 'bad_value'],
  ]);
  assert.deepEqual(
    outcome.records.map(({ target }) => target),
    ['a', 'z'],
  );
  for (const { line, byteOffset, raw } of outcome.rejects) {
    assert.deepEqual(raw, { text: lines[line - 1], encoding: 'utf8' });
    assert.equal(byteOffset, lines.slice(0, line - 1).join('\n').length + 1);
  }
  assert.equal(outcome.rejects[7]?.message, 'cpu: "0x10" is not a number');
  assert.equal(outcome.rejects[0]?.message, '3 fields, but the header has 4');
});

test('a stray quote rejects only its own line', async () => {
  const rows = Array.from({ length: 200 }, (_, i) => `${at(0)},host-${i},${i},0`);
  rows[3] = `${at(0)},"host-3,3,0`;
  rows[90] = `${at(0)},host-90",90,0`;
  rows[91] = `${at(0)},"host-91,91,0`;
  const outcome = await readText([HEAD, ...rows].join('\n'));
  assert.deepEqual(rejected(outcome), [
    [5, 'bad_line'],
    [92, 'bad_line'],
    [93, 'bad_line'],
  ]);
  assert.equal(outcome.records.length, 197);
});

test('quoted fields, also with quotes, delimiters and line ends in them', async () => {
  const { records, rejects } = await readText(
    `timestamp,target,cpu,note,mem\n"${at(0)}","a, ""b""","1",x,2\n${at(0)},"c,d",3,"4,5",4\n` +
      `${at(0)},e,5,"one\r\ntwo, ""2""\n\nthree",6\n${at(0)}, "f" ,7,"",8\n`,
  );
  assert.deepEqual(rejects, []);
  assert.deepEqual(
    records.map(({ target, values, line }) => [target, values, line]),
    [
      ['a, "b"', [1, 2], 2],
      ['c,d', [3, 4], 3],
      ['e', [5, 6], 4],
      ['f', [7, 8], 8],
    ],
  );
});

test('a field does not continue across a complete record, nor beyond --max-line', async () => {
  const stray = `${at(0)},"a,1,2`;
  const good = `${at(0)},b,1,2`;
  const between = await readText([HEAD, stray, good, `${at(0)},c",1,2`, `${at(0)},d,1,2`].join('\n'));
  assert.deepEqual(rejected(between), [
    [2, 'bad_line'],
    [4, 'bad_line'],
  ]);
  const rows = [HEAD, good, `${at(0)},"a`, ...Array<string>(40).fill('text'), 'end",1,2'];
  const size = rows.slice(2).join('\n').length;
  const far = await readText(rows.join('\n'), { maxLineBytes: size - 1 });
  assert.equal(far.rejects.length, 42);
  assert.deepEqual(far.rejects[0]?.raw.text, `${at(0)},"a`);
  const near = await readText(rows.join('\n'), { maxLineBytes: size });
  assert.deepEqual(near.rejects, []);
  assert.equal(near.records[0]?.target, `a\n${'text\n'.repeat(40)}end`);
});

test('line ends of all kinds, blank lines and a last line without a newline', async () => {
  const { records, rejects } = await readText(
    `\r\n${HEAD}\r\n${at(0)},a,1,2\r\n\n  \n${at(0)},b,1,2\n\t\r\n${at(0)},c,1,2`,
  );
  assert.deepEqual(rejects, []);
  assert.deepEqual(
    records.map(({ target, values, line }) => [target, values, line]),
    [
      ['a', [1, 2], 3],
      ['b', [1, 2], 6],
      ['c', [1, 2], 8],
    ],
  );
});

test('semicolons and tabs, blanks around fields, a byte-order mark', async () => {
  for (const delimiter of [';', '\t', ',']) {
    const row = (...fields: string[]): string => fields.join(delimiter);
    const text = `\uFEFF${row('timestamp', ' target', 'cpu')}\n${row(at(0), ' a b ', ' 1 ')}\n`;
    const { records, rejects } = await readText(text);
    assert.deepEqual(rejects, []);
    assert.deepEqual(
      records.map(({ target, values }) => [target, values]),
      [['a b', [1]]],
    );
  }
});

test('bytes that are not UTF-8, and NUL bytes, reject their line; the bytes are kept', async () => {
  const outcome = await readText([
    Buffer.from(`${HEAD}\n${at(0)},é,1,2\n${at(0)},`),
    Buffer.from([0xe9]),
    Buffer.from(`,1,2\n${at(0)},n\0ul,1,2\n${at(0)},z,1,2\n`),
  ]);
  assert.deepEqual(rejected(outcome), [
    [3, 'bad_encoding'],
    [4, 'bad_line'],
  ]);
  const [first] = outcome.rejects;
  assert.equal(first?.raw.encoding, 'base64');
  const bytes = Buffer.concat([Buffer.from(`${at(0)},`), Buffer.from([0xe9]), Buffer.from(',1,2')]);
  assert.deepEqual(Buffer.from(first.raw.text, 'base64'), bytes);
  assert.deepEqual(
    outcome.records.map(({ target }) => target),
    ['z', 'é'],
  );
});

test('a line that is too long is rejected without its end, wherever chunks are cut', async () => {
  const text = `${HEAD}\n${at(0)},a,1,2\n${'é'.repeat(30_000)}\n${at(0)},b,1,2\n${'x'.repeat(5000)}`;
  const whole = await readText(text, { maxLineBytes: 1000 });
  assert.deepEqual(rejected(whole), [
    [3, 'line_too_long'],
    [5, 'line_too_long'],
  ]);
  assert.equal(whole.rejects[0]?.raw.text, 'é'.repeat(2048));
  assert.match(whole.rejects[0].message, /^60000 bytes.*\b1000\b.*\b4096$/);
  assert.equal(whole.records.length, 2);
  const bytes = Buffer.from(text);
  for (const size of [37, 999, 1001, 4096, 30_000]) {
    const cuts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    assert.deepEqual(await readText(cuts, { maxLineBytes: 1000 }), whole, `cut every ${size} bytes`);
  }
});

test('a long line above the header is skipped, wherever chunks are cut', async () => {
  const row = (i: number): string => `${at(i)},a,1,2`;
  const text = Buffer.from(['x'.repeat(300), HEAD, row(0), row(1), row(2)].join('\n'));
  for (const sort of [false, true])
    for (const size of [37, 101, 1000]) {
      const cuts = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.subarray(i * size, (i + 1) * size),
      );
      const { records, rejects } = await readText(cuts, { maxLineBytes: 100, skipLines: 1, sort });
      assert.deepEqual(
        [records.map(({ line }) => line), rejects],
        [[3, 4, 5], []],
        `cut every ${size} bytes`,
      );
    }
});

test('labels: truth values and numbers become numbers, text stays text', async () => {
  const labels = ['0', '1', 'true', 'FALSE', '', 'null', '1.0', 'disk full', '"a,b"'];
  const rows = labels.map((label, i) => `${at(0)},${i},1,${label}`);
  const { records, recording } = await readText(['time,id,cpu,Is_Anomaly', ...rows].join('\n'));
  assert.equal(recording.hasLabels, true);
  assert.deepEqual(
    records.map(({ label }) => label),
    [0, 1, 1, 0, null, null, 1, 'disk full', 'a,b'],
  );
});
