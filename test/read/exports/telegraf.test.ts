import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { type AiopsError } from '#build/core/errors.js';
import { TELEGRAF } from '#build/read/exports/telegraf.js';

import { translateExport } from '../../support/exports.js';
import { folderWith } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

const HAS_JQ = spawnSync('jq', ['--version']).status === 0;

interface Metric {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

const metric = (
  name: string,
  tags: Metric['tags'],
  fields: Metric['fields'],
  timestamp = 1_458_229_140,
): Metric => ({
  ...{ fields, name, tags, timestamp },
});
const linesOf = (metrics: readonly unknown[]): string =>
  metrics.map((one) => `${JSON.stringify(one)}\n`).join('');
const parsed = (lines: readonly string[]): unknown[] => lines.map((line) => JSON.parse(line) as unknown);

const MEMORY = metric('mem', { host: 'a' }, { used: 40, free: 1.5 });
const SYSTEM = metric('system', { host: 'a' }, { load1: 0.5, uptime_format: '1 day', up: true });
const DISK = metric('disk', { host: 'a', path: '/' }, { free: 7 });

test('a metric becomes a record with its tags, and its fields under its name', () => {
  const text = linesOf([MEMORY, SYSTEM]);
  for (const pieceBytes of [1, 33, Infinity]) {
    const { lines, defaults, notices, found } = translateExport(TELEGRAF, text, {}, pieceBytes);
    assert.deepEqual(parsed(lines), [
      { timestamp: 1_458_229_140, host: 'a', mem_used: 40, mem_free: 1.5 },
      { timestamp: 1_458_229_140, host: 'a', system_load1: 0.5 },
    ]);
    assert.deepEqual(defaults, { timeColumn: 'timestamp', targetColumns: ['host'], labelColumn: 'none' });
    assert.deepEqual(notices, [
      'ignored in export.txt: system_uptime_format, system_up (text, or true and false)',
    ]);
    assert.equal(found, 'mem, system; tags host');
  }
});

test('a batch becomes the records of its metrics', () => {
  const { lines } = translateExport(TELEGRAF, `${JSON.stringify({ metrics: [MEMORY, SYSTEM] })}\n`);
  assert.deepEqual(lines, translateExport(TELEGRAF, linesOf([MEMORY, SYSTEM])).lines);
});

test(
  'metrics of which some have other tags are refused, with a command that takes one kind',
  { skip: HAS_JQ ? false : 'no jq here' },
  async (t) => {
    const cwd = await folderWith(t, {});
    for (const [name, text, other] of [
      ['lines.jsonl', linesOf([MEMORY, DISK, SYSTEM]), 'disk'],
      ['batch.json', `${JSON.stringify({ metrics: [MEMORY, DISK] })}\n`, 'disk'],
      ['optional.jsonl', linesOf([MEMORY, { ...MEMORY, tags: { host: 'a', rack: 'r1' } }]), 'rack'],
    ] as const) {
      writeFileSync(join(cwd, 'export.txt'), text);
      const error = await Promise.resolve()
        .then(() => translateExport(TELEGRAF, text))
        .then(
          () => assert.fail(name),
          (thrown: unknown) => thrown,
        );
      refusal('input_unusable', [/mem has host/, new RegExp(other)], /--target-column host/)(error);
      const [command] = /jq .*one\.jsonl/.exec((error as AiopsError).hint ?? '') ?? assert.fail();
      assert.equal(
        spawnSync('sh', ['-c', `${command} && cat one.jsonl`], { cwd, encoding: 'utf8' }).stdout,
        linesOf([MEMORY]),
      );
    }
  },
);

test('only the tags that name the target are read if it is named', () => {
  const { lines, defaults } = translateExport(TELEGRAF, linesOf([MEMORY, DISK]), { targetColumns: ['host'] });
  assert.deepEqual(parsed(lines), [
    { timestamp: 1_458_229_140, host: 'a', mem_used: 40, mem_free: 1.5 },
    { timestamp: 1_458_229_140, host: 'a', disk_free: 7 },
  ]);
  assert.deepEqual(defaults.targetColumns, ['host']);
});

test('a tag named like the time or a metric hides neither', () => {
  const odd = metric('mem', { timestamp: 'x', mem_used: 'y' }, { used: 1 });
  const { lines, defaults } = translateExport(TELEGRAF, linesOf([odd]));
  assert.deepEqual(parsed(lines), [
    { timestamp_: 1_458_229_140, mem_used: 'y', timestamp: 'x', mem_used_: 1 },
  ]);
  assert.equal(defaults.timeColumn, 'timestamp_');
});

test('a line that is no metric becomes none', () => {
  const { lines } = translateExport(
    TELEGRAF,
    `${linesOf([MEMORY])}{"timestamp":1,"host":"a","x":1}\n{"fields":{"a\n\n`,
  );
  assert.deepEqual(lines.slice(1), [JSON.stringify('{"timestamp":1,"host":"a","x":1}'), '{"fields":{"a', '']);
});

test('a last line without an end is a record only if it is whole', () => {
  const text = linesOf([MEMORY, SYSTEM]);
  const { lines } = translateExport(TELEGRAF, text);
  assert.deepEqual(translateExport(TELEGRAF, text.trimEnd()).lines, lines);
  const cut = translateExport(TELEGRAF, text.slice(0, -9)).lines;
  assert.equal(cut[1], JSON.stringify(SYSTEM).slice(0, -8));
});

test('it is recognized by its first record', () => {
  for (const text of [
    JSON.stringify(MEMORY),
    JSON.stringify({ metrics: [MEMORY] }),
    `{"metrics": [${JSON.stringify(MEMORY)}, {"na`,
    JSON.stringify({ metrics: [{ name: 'm', tags: {}, timestamp: 1, fields: { a: '}' } }] }),
    `{"metrics": [{"fields": {${'x'.repeat(100)}`,
    `\uFEFF${JSON.stringify(DISK)}`,
  ])
    assert.ok(TELEGRAF.begins(text), text);
  for (const text of [
    '{"timestamp":1,"host":"a","x":1}',
    JSON.stringify({ ...MEMORY, extra: 1 }),
    JSON.stringify({ ...MEMORY, fields: 1 }),
    '{"metrics":[{"name":"cpu"}]}',
    'cpu,host=a load=1 1458229140000000000',
  ])
    assert.ok(!TELEGRAF.begins(text), text);
});

test('batches with blanks between their parts are read, also on one line', () => {
  const { lines } = translateExport(TELEGRAF, linesOf([MEMORY, SYSTEM]));
  const batches = [MEMORY, SYSTEM].map((one) => `{"metrics": [${JSON.stringify(one)}]}`);
  for (const between of ['\n', '', ' '])
    assert.deepEqual(translateExport(TELEGRAF, `${batches.join(between)}\n`).lines, lines);
});
