import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Command } from 'commander';

import { journaled, settingText, unusualSettings } from '#build/cli/journaled.js';
import { REPLAY_SETTINGS, type ReplayValues } from '#build/cli/settings.js';
import { duration, size } from '#build/cli/settings/kinds.js';
import { names, renames } from '#build/cli/settings/lists.js';
import { addOptions } from '#build/cli/sources/command-line.js';
import { resolveActors } from '#build/core/actor-count.js';
import { usableProcessors } from '#build/host/processors.js';

test('a setting reads as it is typed', () => {
  assert.equal(settingText('--interval', 60_000), '1m');
  assert.equal(settingText('--interval', 'auto'), 'auto');
  assert.equal(settingText('--max-line', 16 * 2 ** 20), '16MiB');
  assert.equal(settingText('--max-line', 500_000), '500KB');
  assert.equal(settingText('--max-line', 4097), '4097');
  assert.equal(settingText('--grace', 0), '0');
  assert.equal(settingText('--columns', ['cpu', 'mem']), 'cpu,mem');
  assert.equal(settingText('input', ['a.csv', 'b.csv']), 'a.csv b.csv');
  assert.equal(settingText('--map', { cpu: 'c', mem: 'm' }), 'cpu=c,mem=m');
  assert.equal(settingText('--param', { a: '1', b: '2' }), 'a=1 --param b=2');
  assert.equal(settingText('--full-output', true), '');
});

test('its text reads back as the same value', () => {
  for (const ms of [1000, 90_000, 60_000, 86_400_000])
    assert.equal(duration.parse(settingText('--interval', ms) ?? ''), ms);
  for (const bytes of [64, 1000, 1024, 65_536, 2 ** 28])
    assert.equal(size.parse(settingText('--max-line', bytes) ?? ''), bytes);
  assert.deepEqual(renames.parse(settingText('--map', { a: 'b', c: 'd' }) ?? ''), { a: 'b', c: 'd' });
  assert.deepEqual(names.parse(settingText('--columns', ['a', 'b']) ?? ''), ['a', 'b']);
});

test('an empty value counts as not given', () => {
  for (const value of [null, undefined, false, []]) assert.equal(settingText('--columns', value), null);
  assert.equal(settingText('--map', {}), null);
});

function valuesOf(...args: readonly string[]): ReplayValues {
  const command = addOptions(new Command('replay'), REPLAY_SETTINGS);
  return command.parse([...args], { from: 'user' }).opts<ReplayValues>();
}

const journaledOf = (...args: readonly string[]): ReturnType<typeof journaled> =>
  journaled(['a.csv'], valuesOf(...args), { fromMs: null, toMs: null });

test('the journal keeps the number of actors that a setting amounts to', () => {
  const auto = resolveActors({ kind: 'auto' }, usableProcessors());
  const { serving } = journaledOf();
  assert.deepEqual(serving, { '--mode': 'parallel', '--actors': auto, '--block': 'auto' });
  assert.deepEqual(journaledOf('--actors', String(auto)).serving, serving);
  assert.notDeepEqual(journaledOf('--actors', String(auto + 1)).serving, serving);
  assert.deepEqual(
    journaledOf('--mode', 'sequential', '--actors', '9').serving,
    journaledOf('--mode', 'sequential').serving,
  );
});

test('status shows the settings that differ from their defaults', () => {
  assert.equal(unusualSettings(journaledOf().results), '');
  const asked = ['--grace', '2', '--shard', '1/2', '--full-output', '--map', 'a=b', '--interval', '5m'];
  const shown = unusualSettings(journaledOf(...asked).results).split(' ');
  assert.deepEqual([...shown].sort(), [...asked].sort());
});
