import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { z } from 'zod';

import { BENCH_SETTINGS, REPLAY_SETTINGS } from '#build/cli/settings.js';
import { configSchema } from '#build/cli/sources/config-schema.js';
import { jsonValue } from '#build/cli/sources/json-value.js';
import { flagName, type SettingGroups } from '#build/cli/settings/setting.js';
import { ROOT } from '../../support/cli.js';

const TABLES: readonly SettingGroups[] = [REPLAY_SETTINGS, BENCH_SETTINGS];
const SCHEMA = configSchema(TABLES);

suite('the JSON Schema of the configuration file', () => {
  test('is shipped in its current form (scripts/write-schema.mjs)', () => {
    const shipped: unknown = JSON.parse(
      readFileSync(join(ROOT, 'schema/aiops-serve.config.schema.json'), 'utf8'),
    );
    assert.deepEqual(shipped, SCHEMA);
  });

  test('takes every value that the program takes, and no unknown setting', () => {
    const schema = z.fromJSONSchema(SCHEMA);
    const rows = TABLES.flatMap((groups) =>
      Object.values(groups).flatMap((settings) => Object.values(settings)),
    );
    let taken = 0;
    for (const row of rows.filter((one) => flagName(one) !== 'config'))
      for (const value of SAMPLES) {
        if (!isTaken(() => jsonValue(row, value))) continue;
        taken++;
        const file = { [flagName(row)]: value };
        assert.ok(schema.safeParse(file).success, JSON.stringify(file));
      }
    assert.ok(taken > rows.length);
    assert.ok(!schema.safeParse({ actor: 2 }).success);
  });

  test('takes no JSON of a form that the program never takes', () => {
    const schema = z.fromJSONSchema(SCHEMA);
    for (const file of [
      { quiet: 'true' },
      { quiet: 0 },
      { window: [3] },
      { backend: true },
      { map: { a: {} } },
    ])
      assert.ok(!schema.safeParse(file).success, JSON.stringify(file));
  });
});

const SAMPLES: readonly unknown[] = [
  ...[
    true,
    false,
    1,
    7,
    64,
    2.5,
    '1',
    'auto',
    '1m',
    '10%',
    '16MiB',
    '1/2',
    'UTC',
    'max',
    '2024-05-01',
    'a=b',
  ],
  ...['sample', 'csv', 'wasm', 'hold', 'each', 'all', 'none', 'fixed', 'parallel', 'reject', 'raw', 'p99>5s'],
  ...[['a', 'b'], ['1', 2], ['a=b'], ['p99>5s'], { a: 'b' }, { a: 1 }, [], {}, null],
];

function isTaken(value: () => unknown): boolean {
  try {
    value();
    return true;
  } catch {
    return false;
  }
}
