import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { Command } from 'commander';

import { REPLAY_SETTINGS } from '#build/cli/settings.js';
import { addOptions } from '#build/cli/sources/command-line.js';
import { applyConfigFile } from '#build/cli/sources/config-file.js';
import { temporaryFolder } from '../../support/cli.js';
import { refusal } from '../../support/refusals.js';

function settings(t: TestContext, config: object | string): Readonly<Record<string, unknown>> {
  const path = join(temporaryFolder(t), 'settings.json');
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
  const command = addOptions(new Command('replay'), REPLAY_SETTINGS);
  applyConfigFile(command, path, new Set());
  return command.opts();
}

suite('the configuration file', () => {
  test('lists and objects are for flags that may be given several times', (t) => {
    const { columns, map, params } = settings(t, {
      columns: ['cpu', 'mem (a, b)'],
      map: { target: 'host' },
      param: { list: '1,2', 'a b': 'c=d' },
    });
    assert.deepEqual(columns, ['cpu', 'mem (a, b)']);
    assert.deepEqual(map, { target: 'host' });
    assert.deepEqual(params, { list: '1,2', 'a b': 'c=d' });
  });

  test('a $schema for the editor is no setting', (t) => {
    assert.equal(settings(t, { $schema: './x.json', window: 3 })['window'], 3);
  });

  test('the byte order mark of some editors is skipped', (t) => {
    assert.equal(settings(t, '\uFEFF{"window": 3}')['window'], 3);
  });

  for (const [what, config, message] of [
    ['an empty list', { actors: [] }, /"actors": \[\] is invalid\. Expected one value/],
    ['a list for one value', { actors: [2, 3] }, /Expected one value/],
    ['an object for one value', { window: { a: 1 } }, /Expected one value/],
    ['a list for a choice', { backend: ['wasm'] }, /Expected one value/],
    ['an interval without its unit', { interval: 60 }, /Write it as text with its unit, such as "60s"/],
    ['an empty list of names', { columns: [] }, /Expected at least one value/],
    ['a word that is no choice', { backend: 'gpu' }, /Expected auto, node or wasm/],
    ['an unknown setting', { actor: 2 }, /unknown setting "actor"/],
    ['a key with an equals sign', { map: { 'a=b': 'c' } }, /"a=b" and its value cannot be given as --map/],
    ['two columns in one text', { map: { a: 'b,c=d' } }, /"a" and its value cannot be given as --map/],
    ['a key that is given twice', '{"quiet":false,"qu\\u0069et":true}', /"quiet" is given twice/],
    ['a nested key that is given twice', '{"map":{"a":"b","a":"c"}}', /"a" is given twice/],
    ['a list', '[]', /\[\] is not an object/],
    ['null', 'null', /null is not an object/],
    ['what is no JSON', '{"actors": NaN}', /settings\.json is not a configuration file/],
  ] as const) {
    test(`refuses ${what}`, (t) => {
      assert.throws(() => settings(t, config), refusal('config', message));
    });
  }
});
