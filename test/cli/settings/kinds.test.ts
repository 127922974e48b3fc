import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InvalidArgumentError } from 'commander';

import { interval } from '#build/cli/settings/grid-kinds.js';
import {
  actorCount,
  duration,
  lineSize,
  pace,
  rejectLimit,
  size,
  toggle,
  whole,
} from '#build/cli/settings/kinds.js';
import { time, timeFormat, timezone } from '#build/cli/settings/time-kinds.js';
import { names, renames } from '#build/cli/settings/lists.js';
import { batchSize } from '#build/cli/settings/model.js';

test('durations', () => {
  assert.equal(duration.parse('500ms'), 500);
  assert.equal(duration.parse('1.5s'), 1500);
  assert.equal(duration.parse('1m'), 60_000);
  assert.equal(duration.parse('2h'), 7_200_000);
  assert.equal(duration.parse('36500d'), 36_500 * 86_400_000);
  for (const text of ['', '5', '0s', '-1s', '1 m', 's', '1e3s', 'NaNs', '36501d', `${'9'.repeat(400)}s`]) {
    assert.throws(() => duration.parse(text), InvalidArgumentError, text);
  }
});

test('sizes have units of 1000 and of 1024, or none', () => {
  assert.equal(size.parse('4096'), 4096);
  assert.equal(size.parse('16MiB'), 16 * 1024 * 1024);
  assert.equal(size.parse('500KB'), 500_000);
  assert.equal(size.parse('1.5 gb'), 1_500_000_000);
  assert.equal(size.parse('7B'), 7);
  for (const text of ['', '0', '-1', '0.2', '1e3', 'MiB', '5 XB', '1k', '9999999999GiB', '1,5MB']) {
    assert.throws(() => size.parse(text), InvalidArgumentError, text);
  }
  assert.equal(lineSize.parse('64'), 64);
  for (const text of ['63', '257MiB']) assert.throws(() => lineSize.parse(text), InvalidArgumentError, text);
});

test('intervals are auto or at least a second', () => {
  assert.equal(interval.parse('auto'), 'auto');
  assert.equal(interval.parse('15s'), 15_000);
  assert.equal(interval.show(interval.parse('3mo')), '3mo');
  for (const text of ['200ms', '367d', '0mo', '13mo', '1.5mo', `${'9'.repeat(300)}d`])
    assert.throws(() => interval.parse(text), InvalidArgumentError, text);
});

test('a pace is realtime, a factor or max', () => {
  assert.equal(pace.parse('realtime'), 1);
  assert.equal(pace.parse('10x'), 10);
  assert.equal(pace.parse('0.5x'), 0.5);
  assert.equal(pace.parse('max'), Infinity);
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
    assert.throws(() => pace.parse(text), InvalidArgumentError, text);
  }
});

test('actors are a number, a share or auto, and never none', () => {
  assert.deepEqual(actorCount.parse('4'), { kind: 'count', count: 4 });
  assert.deepEqual(actorCount.parse('30%'), { kind: 'share', share: 0.3 });
  assert.deepEqual(actorCount.parse('auto'), { kind: 'auto' });
  for (const text of ['0', '0%', '-1', '1.5', '2000', 'many', '']) {
    assert.throws(() => actorCount.parse(text), InvalidArgumentError, text);
  }
});

test('reject limits are a number or a share', () => {
  assert.deepEqual(rejectLimit.parse('0'), { kind: 'count', count: 0 });
  assert.deepEqual(rejectLimit.parse('2.5%'), { kind: 'share', share: 0.025 });
  for (const text of ['101%', '-1', 'x', '1.5', '9'.repeat(20)])
    assert.throws(() => rejectLimit.parse(text), InvalidArgumentError, text);
});

test('batch sizes are a number or auto, and never 0', () => {
  assert.equal(batchSize.parse('auto'), 'auto');
  assert.equal(batchSize.parse('64'), 64);
  assert.throws(() => batchSize.parse('0'), InvalidArgumentError);
});

test('whole numbers have no other form, and a range', () => {
  assert.equal(whole(0, 9).parse('9'), 9);
  for (const text of ['1e3', '10', '-1', '9'.repeat(400)])
    assert.throws(() => whole(0, 9).parse(text), /from 0 to 9/, text);
});

test('repeated flags add to a list', () => {
  assert.deepEqual(names.parse('c', names.parse('a, b', undefined)), ['a', 'b', 'c']);
  assert.deepEqual(names.parse('"a, ""b""",c', undefined), ['a, "b"', 'c']);
  assert.deepEqual(names.parse(names.show(['a, "b"', ' c', 'd e']), undefined), ['a, "b"', ' c', 'd e']);
  for (const text of ['a,,b', 'a,', ',a', ''])
    assert.throws(() => names.parse(text, undefined), InvalidArgumentError, text);
});

test('repeated flags add to a map, in which keys and values occur once', () => {
  assert.deepEqual(renames.parse('c=d=e', renames.parse('a=b', undefined)), { a: 'b', c: 'd=e' });
  for (const text of ['a=b,a=c', 'a=c,b=c'])
    assert.throws(() => renames.parse(text, undefined), InvalidArgumentError, text);
  for (const text of ['a', '=b', 'a='])
    assert.throws(() => renames.parse(text, undefined), InvalidArgumentError, text);
});

test('a time is any text with a digit, since only other settings say what it means', () => {
  for (const text of ['2024-05-01', '2024-05-01T12:30:00Z', '1704067200', '20240501', '01/05/2024'])
    assert.equal(time.parse(text), text);
  for (const text of ['', 'noon']) assert.throws(() => time.parse(text), InvalidArgumentError, text);
});

test('time zones are fixed offsets and those the runtime knows', () => {
  assert.equal(timezone.parse('UTC'), 'UTC');
  assert.equal(timezone.parse('Europe/Vienna'), 'Europe/Vienna');
  assert.equal(timezone.parse('utc+2'), '+02:00');
  for (const text of ['Mars/Olympus', '+25:00', ''])
    assert.throws(() => timezone.parse(text), InvalidArgumentError, text);
});

test('a time format is a pattern that says a date', () => {
  assert.equal(timeFormat.parse('%d/%m/%Y %H:%M'), '%d/%m/%Y %H:%M');
  for (const text of ['', '%H:%M', '%Q', 'YYYY-MM-DD'])
    assert.throws(() => timeFormat.parse(text), InvalidArgumentError, text);
});

test('a switch in the environment is true or false', () => {
  for (const text of ['1', 'true', 'YES', 'on']) assert.equal(toggle.parse(text), true);
  for (const text of ['0', 'false', 'No', 'off', '']) assert.equal(toggle.parse(text), false);
  assert.throws(() => toggle.parse('maybe'), InvalidArgumentError);
});
