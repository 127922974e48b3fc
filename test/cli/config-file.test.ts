import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { Command } from 'commander';

import { applyConfigFile } from '#dist/cli/config-file.js';
import { addOptions } from '#dist/cli/add-options.js';
import { REPLAY_FLAGS } from '#dist/cli/replay-options.js';
import { AiopsError } from '#dist/core/errors.js';
import { temporaryFolder } from '../support/cli.js';

function settings(t: TestContext, config: object | string): Readonly<Record<string, unknown>> {
  const path = join(temporaryFolder(t), 'settings.json');
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
  const command = addOptions(new Command('replay'), REPLAY_FLAGS);
  applyConfigFile(command, path);
  return command.opts();
}

suite('the configuration file', () => {
  test('lists and objects are for flags that may be given several times', (t) => {
    const { columns, map, param } = settings(t, {
      columns: ['cpu', 'mem'],
      map: { target: 'host' },
      param: { list: '1,2', 'a b': 'c=d' },
    });
    assert.deepEqual(columns, ['cpu', 'mem']);
    assert.deepEqual(map, { target: 'host' });
    assert.deepEqual(param, { list: '1,2', 'a b': 'c=d' });
  });

  for (const [what, config, message] of [
    ['an empty list', { actors: [] }, /"actors": \[\] is invalid\. Expected one value/],
    ['a list for one value', { actors: [2, 3] }, /Expected one value/],
    ['an object for one value', { window: { a: 1 } }, /Expected one value/],
    ['a list for a choice', { backend: ['wasm'] }, /Expected one value/],
    ['an empty list of names', { columns: [] }, /Expected at least one value/],
    ['a word that is no choice', { backend: 'gpu' }, /Allowed choices are auto, node, wasm/],
    ['an unknown setting', { actor: 2 }, /unknown setting "actor"/],
    ['a key with an equals sign', { map: { 'a=b': 'c' } }, /"a=b" and its value cannot be given as --map/],
    ['two columns in one text', { map: { a: 'b,c=d' } }, /"a" and its value cannot be given as --map/],
    ['a key that is given twice', '{"quiet":false,"qu\\u0069et":true}', /"quiet" is given twice/],
    ['a nested key that is given twice', '{"map":{"a":"b","a":"c"}}', /"a" is given twice/],
    ['a list', '[]', /\[\] is no object/],
    ['null', 'null', /null is no object/],
    ['what is no JSON', '{"actors": NaN}', /settings\.json is no configuration/],
  ] as const) {
    test(`refuses ${what}`, (t) => {
      assert.throws(
        () => settings(t, config),
        (error) => error instanceof AiopsError && error.code === 'config' && message.test(error.message),
      );
    });
  }
});
