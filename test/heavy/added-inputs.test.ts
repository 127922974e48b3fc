import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { csv, one, rows, runsIn, time } from '../support/added-inputs.js';

test('added files that would change earlier results are refused, and --restart replays all', async (t) => {
  const { cwd, replay, checkWhole } = runsIn(t, {
    'x/1.csv': csv(10, 30),
    'early.csv': csv(28, 40),
    'other.csv': csv(30, 40).replace('host,v', 'host,w'),
    'rejected.csv': `time,host,v\n${'never,a,1\n'.repeat(5000)}${rows(32, 34)}`,
    'text.csv': `time,host,v\n${`${time(31)},a,much\n`.repeat(200)}`,
    'empty.csv': 'time,host,v\n',
    'later.csv': csv(30, 40),
    'x/m.csv': one(0, 10),
    'y/m.csv': one(10, 20),
  });
  const refused = async (inputs: readonly string[], why: RegExp): Promise<void> => {
    const files = (): string[] =>
      ['journal.jsonl', 'results.jsonl'].map((name) => readFileSync(join(cwd, 'out', name), 'utf8'));
    const before = files();
    const { status, stderr } = await replay(inputs);
    assert.equal(status, 78, stderr);
    assert.match(stderr, why);
    assert.match(stderr, /--restart/);
    assert.deepEqual(files(), before);
  };
  assert.equal((await replay(['x/1.csv'])).status, 0);
  await refused(['x/1.csv', 'early.csv'], /early\.csv begins at 2018-04-30T00:28:00Z, .*00:29:00Z/);
  await refused(['x/1.csv', 'other.csv'], /has the columns v, all inputs have v, w/);
  await refused(['x/1.csv', 'later.csv', 'early.csv'], /early\.csv begins/);
  await refused(['x/1.csv', 'rejected.csv'], /rejected\.csv begins with too many rejects/);
  await refused(['later.csv', 'x/1.csv'], /input was x\/1\.csv, now later\.csv x\/1\.csv/);
  await refused(['x/1.csv', 'empty.csv'], /empty\.csv holds no record yet/);
  await refused(['x/1.csv', 'text.csv'], /no numeric column/);
  await refused(['x/1.csv', '-'], /standard input/);
  assert.equal((await replay(['x/1.csv', 'early.csv'], '--restart')).status, 0);
  await checkWhole(['x/1.csv', 'early.csv']);
  await refused(['early.csv', 'x/1.csv', 'later.csv'], /input was x\/1\.csv early\.csv/);
  assert.equal((await replay(['x/m.csv'], '--restart')).status, 0);
  await refused(['x/m.csv', 'y/m.csv'], /x\/m\.csv would be the series x\/m rather than m/);
  assert.equal((await replay(['x/m.csv'], '--restart', '--series', 'm')).status, 0);
  assert.equal((await replay(['x/m.csv', 'y/m.csv'], '--series', 'm')).status, 0);
  await checkWhole(['x/m.csv', 'y/m.csv'], '--series', 'm');
});
