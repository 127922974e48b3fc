import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InvalidArgumentError } from 'commander';

import {
  parseActors,
  parseBatchSize,
  parseDuration,
  parseInterval,
  parseLineSize,
  parseList,
  parseMap,
  parsePace,
  parseRejectLimit,
  parseSize,
  parseSwitch,
  parseTime,
  parseTimezone,
  parseWhole,
} from '#dist/cli/values.js';

test('durations', () => {
  assert.equal(parseDuration('500ms'), 500);
  assert.equal(parseDuration('1.5s'), 1500);
  assert.equal(parseDuration('1m'), 60_000);
  assert.equal(parseDuration('2h'), 7_200_000);
  assert.equal(parseDuration('36500d'), 36_500 * 86_400_000);
  for (const text of ['', '5', '0s', '-1s', '1 m', 's', '1e3s', 'NaNs', '36501d', `${'9'.repeat(400)}s`]) {
    assert.throws(() => parseDuration(text), InvalidArgumentError, text);
  }
});

test('sizes have units of 1000 and of 1024, or none', () => {
  assert.equal(parseSize('4096'), 4096);
  assert.equal(parseSize('16MiB'), 16 * 1024 * 1024);
  assert.equal(parseSize('500KB'), 500_000);
  assert.equal(parseSize('1.5 gb'), 1_500_000_000);
  assert.equal(parseSize('7B'), 7);
  for (const text of ['', '0', '-1', '0.2', '1e3', 'MiB', '5 XB', '1k', '9999999999GiB', '1,5MB']) {
    assert.throws(() => parseSize(text), InvalidArgumentError, text);
  }
  assert.equal(parseLineSize('64'), 64);
  for (const text of ['63', '257MiB']) assert.throws(() => parseLineSize(text), InvalidArgumentError, text);
});

test('intervals are auto or at least a second', () => {
  assert.equal(parseInterval('auto'), 'auto');
  assert.equal(parseInterval('15s'), 15_000);
  for (const text of ['200ms', '367d', `${'9'.repeat(300)}d`])
    assert.throws(() => parseInterval(text), InvalidArgumentError, text);
});

test('a pace is realtime, a factor or max', () => {
  assert.equal(parsePace('realtime'), 1);
  assert.equal(parsePace('10x'), 10);
  assert.equal(parsePace('0.5x'), 0.5);
  assert.equal(parsePace('max'), Infinity);
  for (const text of [
    '',
    '0x',
    '0.0x',
    '-1x',
    '10',
    'x',
    'fast',
    '1e3x',
    '0.0000001x',
    '1000000001x',
    `${'9'.repeat(400)}x`,
  ]) {
    assert.throws(() => parsePace(text), InvalidArgumentError, text);
  }
});

test('actors are a number, a share or auto, and never none', () => {
  assert.deepEqual(parseActors('4'), { kind: 'count', count: 4 });
  assert.deepEqual(parseActors('30%'), { kind: 'share', share: 0.3 });
  assert.deepEqual(parseActors('auto'), { kind: 'auto' });
  for (const text of ['0', '0%', '-1', '1.5', '2000', 'many', '']) {
    assert.throws(() => parseActors(text), InvalidArgumentError, text);
  }
});

test('reject limits are a number or a share', () => {
  assert.deepEqual(parseRejectLimit('0'), { kind: 'count', count: 0 });
  assert.deepEqual(parseRejectLimit('2.5%'), { kind: 'share', share: 0.025 });
  for (const text of ['101%', '-1', 'x', '1.5', '9'.repeat(20)])
    assert.throws(() => parseRejectLimit(text), InvalidArgumentError, text);
});

test('batch sizes and whole numbers', () => {
  assert.equal(parseBatchSize('auto'), 'auto');
  assert.equal(parseBatchSize('64'), 64);
  assert.throws(() => parseBatchSize('0'), InvalidArgumentError);
  assert.equal(parseWhole(0, 9)('9'), 9);
  for (const text of ['1e3', '10', '-1', '9'.repeat(400)])
    assert.throws(() => parseWhole(0, 9)(text), /from 0 to 9/, text);
});

test('lists and maps add up over repeated flags', () => {
  assert.deepEqual(parseList('c', parseList('a, b', undefined)), ['a', 'b', 'c']);
  assert.throws(() => parseList('a,,b', undefined), InvalidArgumentError);
  assert.deepEqual(parseMap('c=d=e', parseMap('a=b', undefined)), { a: 'b', c: 'd=e' });
  for (const text of ['a=b,a=c', 'a=c,b=c'])
    assert.throws(() => parseMap(text, undefined), InvalidArgumentError, text);
  for (const text of ['a', '=b', 'a='])
    assert.throws(() => parseMap(text, undefined), InvalidArgumentError, text);
});

test('a time is any that a recording may have, and stays text', () => {
  for (const text of [
    '2024-05-01',
    '2024-05-01 12:30',
    '2024-05-01T12:30:00Z',
    '1704067200',
    '1704067200000',
  ])
    assert.equal(parseTime(text), text);
  for (const text of ['', 'noon', '2024-13-01', '1e300', '9'.repeat(30)])
    assert.throws(() => parseTime(text), InvalidArgumentError, text);
});

test('time zones are those the runtime knows', () => {
  assert.equal(parseTimezone('UTC'), 'UTC');
  assert.equal(parseTimezone('Europe/Vienna'), 'Europe/Vienna');
  assert.throws(() => parseTimezone('Mars/Olympus'), InvalidArgumentError);
});

test('switches from the environment are true or false, not just there', () => {
  for (const text of ['1', 'true', 'YES', 'on']) assert.equal(parseSwitch(text), true);
  for (const text of ['0', 'false', 'No', 'off', '']) assert.equal(parseSwitch(text), false);
  assert.throws(() => parseSwitch('maybe'), InvalidArgumentError);
});
