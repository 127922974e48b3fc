import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { Command } from 'commander';

import { BENCH_SETTINGS, REPLAY_SETTINGS } from '#build/cli/settings.js';
import { addOptions, settingsOf, type SettingOption } from '#build/cli/sources/command-line.js';
import { applyConfigFile } from '#build/cli/sources/config-file.js';
import { applyEnvironment } from '#build/cli/sources/environment.js';
import { parseTexts, takesList } from '#build/cli/sources/json-value.js';
import { AiopsError } from '#build/core/errors.js';
import { temporaryFolder } from '../../support/cli.js';

/* Laws for every row of the tables of settings, so that a new setting is under them without another test. */

const COMMANDS = { replay: REPLAY_SETTINGS, bench: BENCH_SETTINGS } as const;
type Name = keyof typeof COMMANDS;

const commandOf = (name: Name): Command => addOptions(new Command(name), COMMANDS[name]);

function eachSetting(check: (name: Name, flag: string, option: SettingOption) => void): void {
  for (const name of ['replay', 'bench'] as const)
    for (const [flag, option] of settingsOf(commandOf(name)))
      if (flag !== 'config') check(name, flag, option);
}

/** Takes the value of a setting from a file with this JSON. */
function fromFile(t: TestContext): (name: Name, flag: string, json: string) => unknown {
  const path = join(temporaryFolder(t), 'settings.json');
  return (name, flag, json) => {
    writeFileSync(path, `{ "${flag}": ${json} }`);
    const command = commandOf(name);
    applyConfigFile(command, path, new Set());
    return command.getOptionValue(attribute(command, flag)) as unknown;
  };
}

function fromEnvironment(name: Name, flag: string, text: string): unknown {
  const command = commandOf(name);
  applyEnvironment(command, { [`AIOPS_SERVE_${flag.replaceAll('-', '_').toUpperCase()}`]: text });
  return command.getOptionValue(attribute(command, flag)) as unknown;
}

function attribute(command: Command, flag: string): string {
  return settingsOf(command).get(flag)?.attributeName() ?? assert.fail(`no ${flag}`);
}

function assertRefused(value: () => unknown, ...said: readonly string[]): void {
  assert.throws(
    value,
    (error) =>
      error instanceof AiopsError &&
      error.code === 'config' &&
      said.every((text) => error.message.includes(text)),
    said.join(' '),
  );
}

const isSwitch = (option: SettingOption): boolean => option.isBoolean();
const mayStandAlone = (option: SettingOption): boolean =>
  isSwitch(option) || option.row.kind.json === 'optional-word';
const readsJsonNumbers = ({ row }: SettingOption): boolean => ['number', 'numbers'].includes(row.kind.json);

/** Whether a flag reads digits as a number, and not as a name made of digits. */
function readsNumbers(option: SettingOption): boolean {
  return ['0', '1'].some((text) => {
    try {
      return !JSON.stringify(parseTexts(option.row, [text])).includes(`"${text}"`);
    } catch {
      return false;
    }
  });
}

suite('every setting', () => {
  test('a switch takes true and false in the file, and nothing else', (t) => {
    const value = fromFile(t);
    let switches = 0;
    eachSetting((name, flag, option) => {
      if (!isSwitch(option)) return;
      switches++;
      for (const wanted of [true, false]) assert.equal(value(name, flag, String(wanted)), wanted, flag);
      for (const json of ['"false"', '"true"', '"no"', '""', '0', '1', '"0"', 'null', '[]', '{}', '[true]'])
        assertRefused(
          () => value(name, flag, json),
          `settings.json: "${flag}": ${json} is invalid`,
          'Expected true or false',
        );
    });
    assert.ok(switches > 10);
  });

  test('a switch takes the usual words in the environment, and an empty variable turns it off', () => {
    eachSetting((name, flag, option) => {
      if (!isSwitch(option)) return;
      for (const [text, wanted] of [
        ['true', true],
        ['YES', true],
        ['on', true],
        ['1', true],
        ['False', false],
        ['no', false],
        ['OFF', false],
        ['0', false],
        ['', false],
      ] as const)
        assert.equal(fromEnvironment(name, flag, text), wanted, `${flag} ${text}`);
      for (const text of ['maybe', ' ', '2', 'null', 'tru'])
        assertRefused(
          () => fromEnvironment(name, flag, text),
          `'${text}' is invalid`,
          'Expected true or false',
        );
    });
  });

  test('a setting with a value takes no boolean, null, nested list, infinite number or foreign object', (t) => {
    const value = fromFile(t);
    eachSetting((name, flag, option) => {
      if (mayStandAlone(option)) return;
      for (const [json, shown = json] of [
        ['true'],
        ['false'],
        ['null'],
        ['[]'],
        ['[["a"]]'],
        ['[null]'],
        ['[{"a":"b"}]'],
        ['{}'],
        ['{"a":{"b":"c"}}'],
        ['{"a":true}'],
        ['1e999', 'Infinity'],
        ['""'],
      ] as const)
        assertRefused(() => value(name, flag, json), `settings.json: "${flag}": ${shown} is invalid`);
      if (option.row.kind.json !== 'pairs') assertRefused(() => value(name, flag, '{"a":"b"}'), `"${flag}"`);
      if (!takesList(option.row)) assertRefused(() => value(name, flag, '["1"]'), 'Expected one value');
    });
  });

  test('a switch with an optional word takes true and false as well, and nothing else', (t) => {
    const value = fromFile(t);
    assert.equal(value('replay', 'verify-input', 'true'), 'all');
    assert.equal(value('replay', 'verify-input', 'false'), 'changed');
    assert.equal(value('replay', 'verify-input', '"sample"'), 'sample');
    for (const json of ['1', 'null', '[]', '{}', '["sample"]', '"data.csv"'])
      assertRefused(() => value('replay', 'verify-input', json), 'Expected true, false or');
  });

  test('a setting takes a JSON number exactly where its flag reads a number', (t) => {
    const value = fromFile(t);
    eachSetting((name, flag, option) => {
      if (mayStandAlone(option)) return;
      if (readsNumbers(option)) assert.ok(readsJsonNumbers(option), flag);
      if (!readsJsonNumbers(option)) assertRefused(() => value(name, flag, '1'), `"${flag}": 1 is invalid`);
    });
    assert.equal(value('replay', 'grace', '3'), 3);
    assert.deepEqual(value('bench', 'items', '[100, 500]'), [100, 500]);
  });

  test('a number too large to mean anything is refused on the command line and in the file', (t) => {
    const value = fromFile(t);
    eachSetting((name, flag, option) => {
      if (!readsNumbers(option) || flag === 'threshold') return;
      const huge = '9'.repeat(400);
      assert.throws(() => parseTexts(option.row, [huge]), /Expected/, flag);
      assertRefused(() => value(name, flag, '1e300'), `"${flag}": 1e+300 is invalid`);
    });
  });

  test('an empty variable is no value', () => {
    eachSetting((name, flag, option) => {
      if (!mayStandAlone(option)) assertRefused(() => fromEnvironment(name, flag, ''), "='' is invalid");
    });
  });
});
