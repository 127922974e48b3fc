import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Command } from 'commander';

import { scenarioConfig } from '#build/cli/scenario-options.js';
import { BENCH_SETTINGS, type BenchValues } from '#build/cli/settings.js';
import { addOptions } from '#build/cli/sources/command-line.js';

/** The flags as if `source` had given them. */
function configOf(args: readonly string[], source: 'cli' | 'config') {
  const command = addOptions(new Command('bench'), BENCH_SETTINGS);
  command.parse([...args], { from: 'user' });
  return scenarioConfig('gather', {
    inputs: [],
    values: command.opts<BenchValues>(),
    sourceOf: (name) => (command.getOptionValueSource(name) === 'cli' ? source : 'default'),
    notices: [],
  });
}

test('a setting that a scenario does not use is refused on the command line and ignored elsewhere', () => {
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
      message: new RegExp(`--scenario does not take .*${flag}`),
    });
    const { config, notices } = configOf(args, 'config');
    assert.deepEqual([config.items, config.actors], [null, null], flag);
    assert.equal(notices.length, 1, flag);
    assert.match(
      notices[0]?.text ?? '',
      new RegExp(`${flag} from the environment or the configuration file`),
    );
  }
});

test('a setting that it uses may come from anywhere, without a notice', () => {
  for (const source of ['cli', 'config'] as const) {
    const { config, notices } = configOf(['--items', '7', '--actors', '3', '--rounds', '4'], source);
    assert.deepEqual(
      [config.items, config.actors, config.rounds, notices],
      [7, { kind: 'count', count: 3 }, 4, []],
    );
  }
});
