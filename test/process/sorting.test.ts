import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { RandomStream } from '#build/core/random.js';

import { finished, LIGHT, startCli, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const HEADER = 'timestamp,target,value\n';
const DONE_WITH_REJECTS = 3;
const RUN = [...LIGHT, '--actors', '1', '--compare', 'none'];

/** A minute each; every seventh one is rejected if asked for. */
function rows(minutes: number, hasRejects = false): string[] {
  return Array.from({ length: minutes }, (_, minute) => {
    const time = new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString();
    return `${time},a,${hasRejects && minute % 7 === 3 ? 'much' : minute}\n`;
  });
}

function shuffled(lines: readonly string[]): string[] {
  const random = new RandomStream(7);
  return lines
    .map((line) => ({ line, key: random.nextInteger(0, 1e9) }))
    .sort((a, b) => a.key - b.key)
    .map(({ line }) => line);
}

const outputOf = (cwd: string, out: string, name: string): string =>
  readFileSync(join(cwd, out, name), 'utf8');

test('the ways that a message about records out of order names work', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'in-order.csv'), HEADER + rows(30).join(''));
  writeFileSync(join(cwd, 'mixed.csv'), HEADER + shuffled(rows(30)).join(''));
  const args = ['--series', 'one', '--interval', '1m', ...RUN];
  assert.equal((await callCli(['replay', 'in-order.csv', '--out', 'right', ...args], { cwd })).status, 0);
  const refused = await callCli(['replay', 'mixed.csv', '--out', 'out', ...args], { cwd });
  assert.equal(refused.status, 65);
  const ways = [...refused.stderr.matchAll(/--sort|--grace \d+/g)].map(([way]) => way.split(' '));
  assert.deepEqual(
    ways.map(([flag]) => flag),
    ['--sort', '--grace'],
  );
  for (const way of ways) {
    const again = await callCli(['replay', 'mixed.csv', '--out', 'out', ...args, ...way, '--restart'], {
      cwd,
    });
    assert.equal(again.status, 0, again.stderr);
    assert.equal(outputOf(cwd, 'out', 'results.jsonl'), outputOf(cwd, 'right', 'results.jsonl'));
  }
});

test('a sorted run that is killed resumes, and rejects keep their places', async (t) => {
  const cwd = temporaryFolder(t);
  const lines = shuffled(rows(400, true));
  writeFileSync(join(cwd, 'mixed.csv'), HEADER + lines.join(''));
  const args = ['replay', 'mixed.csv', '--sort', '--interval', '1m', '--commit-interval', '20ms', ...RUN];
  assert.equal((await callCli([...args, '--out', 'whole'], { cwd })).status, DONE_WITH_REJECTS);
  const child = startCli([...args, '--out', 'out', '--pace', '10000x'], { cwd });
  const journal = join(cwd, 'out/journal.jsonl');
  const commits = (): number =>
    existsSync(journal) ? readFileSync(journal, 'utf8').split('"type":"commit"').length - 1 : 0;
  while (commits() < 3 && child.exitCode === null) await sleep(20);
  child.kill('SIGKILL');
  await finished(child);
  const { status, stderr } = await callCli([...args, '--out', 'out'], { cwd });
  assert.equal(status, DONE_WITH_REJECTS, stderr);
  assert.match(stderr, /^resuming after \d/m);
  for (const name of ['results.jsonl', 'rejects.jsonl'])
    assert.equal(outputOf(cwd, 'out', name), outputOf(cwd, 'whole', name));
  const rejects = outputOf(cwd, 'out', 'rejects.jsonl').trimEnd().split('\n');
  for (const text of rejects) {
    const { line, raw } = JSON.parse(text) as { line: number; raw: string };
    assert.equal(`${raw}\n`, lines[line - 2]);
  }
  assert.deepEqual(
    readdirSync(join(cwd, 'out')).filter((name) => name.startsWith('.')),
    [],
  );
});

test('a file that is added to a sorted run is sorted, too', async (t) => {
  const cwd = temporaryFolder(t);
  const lines = rows(40);
  const days = { 'm-1.csv': lines.slice(0, 20), 'm-2.csv': lines.slice(20) };
  for (const [name, day] of Object.entries(days))
    writeFileSync(join(cwd, name), HEADER + shuffled(day).join(''));
  const replay = async (out: string, ...inputs: string[]): Promise<void> => {
    const args = ['replay', ...inputs, '--sort', '--series', 'm', '--out', out, ...RUN];
    const { status, stderr } = await callCli(args, { cwd });
    assert.equal(status, 0, stderr);
  };
  await replay('out', 'm-1.csv');
  await replay('out', 'm-1.csv', 'm-2.csv');
  await replay('whole', 'm-1.csv', 'm-2.csv');
  assert.equal(outputOf(cwd, 'out', 'results.jsonl'), outputOf(cwd, 'whole', 'results.jsonl'));
});
