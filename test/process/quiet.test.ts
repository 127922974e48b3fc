import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { LIGHT, runCli, temporaryFolder, type Finished } from '../support/cli.js';

const SERVING = ['--compare', 'none', '--actors', '1'];

/** An analyzer that answers an error for every value above the limit. */
const refusing = (limit: number): string => `export function createAnalyzer() {
  const answer = ({ values }) => values[0] > ${limit}
    ? { errno: 'bad_mem', errmsg: 'the value is ' + values[0] }
    : { score: 0, anomaly: false, output: [] };
  return { window: 1, predict: (items) => items.map(answer) };
}
`;

/** Two targets for half an hour; a broken number in line 4, and two values that an analyzer may refuse. */
function recording(): string {
  const lines = Array.from({ length: 30 }, (_, minute) => {
    const time = `2024-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
    const a = minute === 1 ? 'oops' : '1';
    return `${time},a,${a}\n${time},b,${minute === 7 || minute === 9 ? 500 + minute : 2}\n`;
  });
  return `timestamp,target,cpu\n${lines.join('')}`;
}

describe('--quiet', () => {
  test('says why the status is 3: rejects by reason, and failed items', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), recording());
    writeFileSync(join(cwd, 'fine.mjs'), refusing(1000));
    writeFileSync(join(cwd, 'refusing.mjs'), refusing(100));
    const fine = ['--analyzer', './fine.mjs'];
    const run = async (...args: string[]): Promise<Finished> => {
      const result = await runCli([...args, '--quiet'], { cwd });
      assert.equal(result.stdout, '');
      return result;
    };
    const replay = ['replay', 'data.csv', ...SERVING];

    const first = await run(...replay, ...fine, '--out', 'out');
    assert.equal(first.status, 3);
    assert.match(first.stderr, /^warning: 1 record rejected: bad_value, the first at data\.csv:4: .*; .+\n$/);
    assert.equal((await run(...replay, ...fine, '--out', 'out')).stderr, first.stderr, 'each time');
    const allowed = await run(...replay, ...fine, '--out', 'out', '--max-rejects', '1');
    assert.deepEqual([allowed.status, allowed.stderr], [0, '']);

    const dry = await run(...replay, ...fine, '--out', 'new', '--dry-run');
    assert.deepEqual([dry.status, dry.stderr], [3, first.stderr]);
    const dryAgain = await run(...replay, ...fine, '--out', 'out', '--dry-run');
    assert.equal(dryAgain.status, 3);
    assert.match(
      dryAgain.stderr,
      /^warning: out holds 1 record rejected; aiops-serve status out says why\n$/,
    );

    const failing = [...replay, '--analyzer', './refusing.mjs', '--out', 'failing', '--max-rejects', '1'];
    const failed = await run(...failing);
    assert.equal(failed.status, 3);
    assert.match(failed.stderr, /^warning: 2 items failed.*\n$/);
  });

  test('says so for a merge, too', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), recording());
    const run = async (...args: string[]): Promise<Finished> => runCli([...args, '--quiet'], { cwd });
    await run('plan', 'data.csv', '--out', 'run', '--slices', '1', ...SERVING, ...LIGHT);
    assert.deepEqual(
      await run('slice', 'run/plan.json', '1').then(({ status, stderr }) => [status, stderr]),
      [0, ''],
    );
    const merged = await run('merge', 'run');
    assert.equal(merged.status, 3);
    assert.match(merged.stderr, /^warning: 1 record rejected: bad_value, the first at data\.csv:4: /m);
  });
});
