import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText, type ReadOutcome } from '../../support/reading.js';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
/** 12 minutes of rows, one per name, `apart` seconds after the one before. */
const table = (header: string, names: readonly string[], apart: number): string =>
  [
    header,
    ...Array.from({ length: 12 }, (_, minute) =>
      names.map((name, k) => `${at(60 * minute + apart * k)},${name},${900 * k + minute}`),
    ).flat(),
  ].join('\n');
const targets = ({ records }: ReadOutcome): string[] => [...new Set(records.map(({ target }) => target))];

const DOTTED = [
  ['10.0.0.1', '10.0.0.2'],
  ['192.168.100.101', '192.168.100.102'],
  ['1.2.3', '1.2.4'],
  ['49 30 100', '49 30 101'],
];

test('addresses, versions and numbers with odd blanks name targets', async () => {
  for (const names of DOTTED) {
    for (const apart of [0, 30]) {
      for (const column of ['ip', 'server', 'Hostname', 'source', 'client_ip']) {
        const outcome = await readText(table(`timestamp,${column},cpu`, names, apart));
        assert.deepEqual(targets(outcome), names, `${column}, ${apart} s apart`);
        assert.deepEqual([outcome.recording.intervalMs, outcome.rejects], [60_000, []]);
      }
    }
  }
});

test('a dotted column beside the host is part of the target', async () => {
  const names = ['h1,1.3.6.1.2.0', 'h1,1.3.6.1.2.1'];
  const outcome = await readText(table('timestamp,host,oid,load', names, 0));
  assert.deepEqual(targets(outcome), ['h1/1.3.6.1.2.0', 'h1/1.3.6.1.2.1']);
  assert.deepEqual(outcome.rejects, []);
});

test('numbers with their thousands apart, and dates, name no target', async () => {
  const first = (k: number): number => [1, 2, 2, 1, 3, 1][k % 6] ?? 0;
  const notations: readonly ((k: number) => string)[] = [
    (k) => `${first(k)}.234.567`,
    (k) => `${first(k)} 234`,
    (k) => `"${first(k)}2,34,567"`,
    (k) => `0${first(k)}.02.2026`,
  ];
  for (const notation of notations) {
    const names = Array.from({ length: 6 }, (_, k) => notation(k));
    const outcome = await readText(table('timestamp,total,cpu', names, 10));
    assert.deepEqual(targets(outcome), ['stdin'], names.join(' '));
    assert.equal(outcome.recording.intervalMs, 10_000);
  }
});
