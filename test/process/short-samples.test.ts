import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { type Finished, LIGHT, runCli, temporaryFolder } from '../support/cli.js';

/* A run that began with a few records, which did not show what later ones show. */

const HEADER = 'timestamp,target,value\n';
const rows = (from: number, count: number, seconds: number): string =>
  Array.from({ length: count }, (_, i) => {
    const second = from + i * seconds;
    return `${new Date(Date.UTC(2024, 0, 1) + second * 1000).toISOString()},a,${i}\n`;
  }).join('');

const argumentsOf = (input: string, out: string): string[] => [
  ...['replay', input, '--out', out, '--actors', '1', '--compare', 'none', '--duplicates', 'mean'],
  ...LIGHT,
];

for (const input of ['m.csv', '-']) {
  test(`${input}: a resumed run says what a new one would decide, and --restart does so`, async (t) => {
    const cwd = temporaryFolder(t);
    const replay = (text: string, out: string, more: readonly string[] = []): Promise<Finished> => {
      if (input !== '-') writeFileSync(join(cwd, input), text);
      return runCli([...argumentsOf(input, out), ...more], {
        cwd,
        ...(input === '-' ? { input: text } : {}),
      });
    };
    const results = (out: string): string => readFileSync(join(cwd, out, 'results.jsonl'), 'utf8');
    const first = HEADER + rows(0, 4, 60);
    const grown = first + rows(240, 24, 10);
    assert.doesNotMatch((await replay(first, 'out')).stderr, /decided when/);
    const again = await replay(first, 'out');
    assert.doesNotMatch(again.stderr, /decided when/);
    for (const text of [grown, grown + rows(480, 24, 10)]) {
      const { status, stderr } = await replay(text, 'out');
      assert.equal(status, 0, stderr);
      const name = input === '-' ? 'standard input' : input;
      const said = `^warning: interval: 1m, decided when ${name} had 4 records; by now it would be 10s: use --restart`;
      assert.match(stderr, new RegExp(said, 'm'));
      assert.match(stderr, /^resuming after 2024/m);
    }
    const whole = grown + rows(480, 24, 10);
    const restarted = await replay(whole, 'out', ['--restart']);
    assert.doesNotMatch(restarted.stderr, /decided when/);
    assert.equal((await replay(whole, 'fresh')).status, 0);
    assert.equal(results('out'), results('fresh'));
    assert.equal(results('out').split('\n').length, 52 + 1);
  });

  test(`${input}: where no minute is kept, a run decides again`, async (t) => {
    const cwd = temporaryFolder(t);
    const replay = (text: string, out: string): Promise<Finished> => {
      if (input !== '-') writeFileSync(join(cwd, input), text);
      return runCli(argumentsOf(input, out), { cwd, ...(input === '-' ? { input: text } : {}) });
    };
    const first = HEADER + rows(0, 1, 60);
    assert.equal((await replay(first, 'out')).status, 0);
    const grown = first + rows(10, 23, 10);
    const { status, stderr } = await replay(grown, 'out');
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /decided when/);
    assert.equal((await replay(grown, 'fresh')).status, 0);
    const [out, fresh] = ['out', 'fresh'].map((name) =>
      readFileSync(join(cwd, name, 'results.jsonl'), 'utf8'),
    );
    assert.equal(out, fresh);
    assert.equal(out?.split('\n').length, 24 + 1);
  });
}
