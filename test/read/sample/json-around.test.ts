import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import fc from 'fast-check';

import { AiopsError } from '#build/core/errors.js';
import { recordsPath } from '#build/read/sample/foreign/json-around.js';

import { folderWith, readInputs, readText } from '../../support/reading.js';

const RECORDS = Array.from({ length: 5 }, (_, minute) => ({
  time: `2024-05-01T00:0${minute}:00Z`,
  target: 'a"]}',
  tags: [{ zone: 1 }],
  cpu: minute,
}));
const LINES = RECORDS.map((record) => JSON.stringify(record));

test('a list inside of other JSON is read if its elements have lines of their own', async () => {
  const plain = await readText(LINES.join('\n'));
  for (const text of [
    `{"data":[\n${LINES.join(',\n')}\n]}\n`,
    `{\n  "status": "ok",\n  "data": {\n    "result": [\n      ${LINES.join(',\n      ')}\n    ]\n  }\n}`,
    `\n{"status": "ok", "data": [\r\n${LINES.join(',\r\n')}\r\n]\r\n}\r\n`,
  ]) {
    const { records, rejects } = await readText(text);
    assert.deepEqual(rejects, []);
    assert.deepEqual(
      records.map(({ minute, target, values }) => ({ minute, target, values })),
      plain.records.map(({ minute, target, values }) => ({ minute, target, values })),
    );
  }
});

test('what follows such a list is rejected', async () => {
  const { records, rejects } = await readText(`{"data":[\n${LINES.join(',\n')}\n],\n"total": 5\n}\n`);
  assert.equal(records.length, 5);
  assert.deepEqual(
    rejects.map(({ line, reason }) => [line, reason]),
    [[8, 'bad_line']],
  );
});

const HAS_JQ = spawnSync('jq', ['--version']).status === 0;

test(
  'the jq command of an error makes lines of other JSON',
  { skip: HAS_JQ ? false : 'no jq here' },
  async (t) => {
    const wrapped = { took: 3, data: { 'my list': RECORDS } };
    const texts = {
      'on one line.json': JSON.stringify(wrapped),
      'dated.json': JSON.stringify({ data: wrapped.data, generated_at: '2024-05-01T00:00:00Z' }),
      'indented.json': JSON.stringify(wrapped, null, 2),
      'list.json': JSON.stringify(RECORDS, null, 2),
      'objects.json': RECORDS.map((record) => JSON.stringify(record, null, 2)).join('\n'),
      'batches.json': JSON.stringify(
        { minute: RECORDS[0]?.time, items: [{ target: 'a', values: [1] }] },
        null,
        2,
      ),
      'shared lines.json': `{"data":[${LINES.join(',\n')}]}`,
    };
    const cwd = await folderWith(t, {});
    for (const [name, text] of Object.entries(texts)) {
      const path = join(cwd, name);
      writeFileSync(path, text);
      const { hint = '' } = await readInputs([path]).then(
        () => assert.fail(`${name} is read`),
        (error: unknown) => (error instanceof AiopsError ? error : assert.fail(String(error))),
      );
      const [command] = /jq -c .*$/.exec(hint) ?? assert.fail(`${name}: ${hint}`);
      const { status, stderr } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      const { records } = await readText(readFileSync(join(cwd, 'lines.jsonl'), 'utf8'));
      assert.equal(records.length, name === 'batches.json' ? 1 : RECORDS.length, name);
    }
  },
);

test('a filter names what the records are in', () => {
  const filters = {
    '{"a": {"b": [[{"c"': '.a.b[][]',
    '{"x": [], "y z": [{': '."y z"[]',
    '{"time": 1, "cpu": 2': '.',
    '{"minute": 1, "items": [{': '.',
    'time,cpu': null,
    '{"a": [{{"b": 1}, {"c': '.a[]',
    '{{"b": [{"c': '.',
    '{:1, "b": [{"c': '.b[]',
    '{"\\x": [{"c': '.',
    '{[{"c': '.',
  };
  for (const [text, filter] of Object.entries(filters))
    assert.equal(recordsPath(text)?.filter ?? null, filter, text);
});

test('broken JSON is read or refused, wherever it breaks', async () => {
  const token = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"a"',
    '"\\x"',
    '"',
    '1',
    'null',
    ' ',
    '\n',
    'time',
  );
  const text = fc.array(token, { maxLength: 30 }).map((tokens) => `{${tokens.join('')}\n`);
  await fc.assert(
    fc.asyncProperty(text, async (json) => {
      recordsPath(json);
      await readText(json).catch((error: unknown) => assert(error instanceof AiopsError, String(error)));
    }),
  );
});
