import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Command } from 'commander';

import { addOptions } from '#dist/cli/add-options.js';
import { BENCH_FLAGS, type BenchFlags } from '#dist/cli/bench-options.js';
import { scenarioConfig } from '#dist/cli/scenario-options.js';

/** The flags as if `source` had given them. */
function configOf(args: readonly string[], source: 'cli' | 'config') {
  const command = addOptions(new Command('bench'), BENCH_FLAGS);
  command.parse([...args], { from: 'user' });
  const sourceOf = (flag: string): string | undefined => {
    const found = command.getOptionValueSource(flag);
    return found === 'cli' ? source : found;
  };
  return scenarioConfig('gather', [], command.opts<BenchFlags>(), sourceOf);
}

test('what a scenario has no use for is refused on the command line and passed over elsewhere', () => {
  for (const args of [
    ['--baseline', 'b.json'],
    ['--fail-if', 'p99>1s'],
    ['--trace'],
    ['--deadline', '1m'],
    ['--columns', 'cpu'],
    ['--max-rejects', '5'],
    ['--items', '5,6'],
    ['--actors', '1,2'],
  ]) {
    const [flag = ''] = args;
    assert.throws(() => configOf(args, 'cli'), {
      code: 'usage',
      message: new RegExp(`--scenario takes no .*${flag}`),
    });
    const { config, notices } = configOf(args, 'config');
    assert.deepEqual([config.items, config.actors], [null, null], flag);
    assert.equal(notices.length, 1, flag);
    assert.match(notices[0]?.text ?? '', new RegExp(`${flag} of the environment or the settings file`));
  }
});

test('what it has use for is taken from anywhere, without a word', () => {
  for (const source of ['cli', 'config'] as const) {
    const { config, notices } = configOf(['--items', '7', '--actors', '3', '--rounds', '4'], source);
    assert.deepEqual(
      [config.items, config.actors, config.rounds, notices],
      [7, { kind: 'count', count: 3 }, 4, []],
    );
  }
});
