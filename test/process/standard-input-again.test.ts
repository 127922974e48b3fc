import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { finished, type Finished, LIGHT, ROOT, runShell, startCli, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

/* A run of standard input changes nothing before it has compared what comes with all that it had read. */

const ARGS = ['replay', '-', '--out', 'out', '--actors', '1', '--compare', 'none', ...LIGHT];
const NOBODY = 65534;

const csv = (minutes: number, target = 'a'): string =>
  `timestamp,target,value\n${Array.from(
    { length: minutes },
    (_, i) => `${new Date(Date.UTC(2024, 0, 1) + i * 60_000).toISOString()},${target},${i}\n`,
  ).join('')}`;

const text = (cwd: string, name: string): string => readFileSync(join(cwd, 'out', name), 'utf8');

function sumsOf(cwd: string): Readonly<Record<string, string>> {
  const sum = (name: string): string => createHash('sha256').update(text(cwd, name)).digest('hex');
  return Object.fromEntries(readdirSync(join(cwd, 'out')).map((name) => [name, sum(name)]));
}

/** What is not the input of a run of the first `minutes` minutes. */
const others = (minutes: number): Readonly<Record<string, string>> => ({
  empty: '',
  'an error': '{"error":"not found"}\n',
  shorter: csv(minutes - 1),
  'shorter by a byte': csv(minutes).slice(0, -1),
  'of another target': csv(minutes, 'x'),
  'longer, of another target': csv(minutes + 4, 'x'),
  'longer, with another last value': `${csv(minutes).slice(0, -2)}9\n${csv(minutes + 4).slice(csv(minutes).length)}`,
});

async function resultsOf(t: TestContext, input: string): Promise<string> {
  const cwd = temporaryFolder(t);
  const { status, stderr } = await callCli(ARGS, { cwd, input });
  assert.equal(status, 0, stderr);
  return text(cwd, 'results.jsonl');
}

/** Replays in a folder that cannot be written to: as root, for another user, if that one can run the program. */
async function replayReadOnly(cwd: string, input: string): Promise<Finished | null> {
  const asRoot = process.getuid?.() === 0 ? { uid: NOBODY } : {};
  writeFileSync(join(cwd, 'input'), input);
  const out = join(cwd, 'out');
  for (const folder of [cwd, out]) chmodSync(folder, 0o555);
  const reachable = await runShell(`test -r '${ROOT}/bin/aiops-serve.js'`, { cwd, ...asRoot });
  const line = `aiops-serve ${ARGS.map((each) => `'${each}'`).join(' ')} < input`;
  const run = reachable.status === 0 ? await runShell(line, { cwd, ...asRoot }) : null;
  for (const folder of [cwd, out]) chmodSync(folder, 0o755);
  return run;
}

for (const minutes of [1, 8]) {
  test(`a complete run of ${minutes} minutes is changed only by input that continues its own`, async (t) => {
    const cwd = temporaryFolder(t);
    const replay = (input: string): Promise<Finished> => callCli(ARGS, { cwd, input });
    assert.equal((await replay(csv(minutes))).status, 0);
    const before = sumsOf(cwd);
    for (const [name, input] of Object.entries(others(minutes))) {
      const { status, stderr } = await replay(input);
      assert.equal(status, 78, `${name}: ${stderr}`);
      assert.deepEqual(sumsOf(cwd), before, name);
    }
    const again = await replay(csv(minutes));
    assert.equal(again.status, 0, again.stderr);
    const dry = await callCli([...ARGS, '--dry-run'], { cwd, input: csv(minutes) });
    assert.match(dry.stdout, /the run there is complete/);
    const readOnly = await replayReadOnly(cwd, csv(minutes));
    if (readOnly !== null) assert.equal(readOnly.status, 0, readOnly.stderr);
    const longerReadOnly = await replayReadOnly(cwd, csv(minutes + 4));
    if (longerReadOnly !== null) assert.equal(longerReadOnly.status, 73, longerReadOnly.stderr);
    assert.deepEqual(sumsOf(cwd), before);
    const longer = await replay(csv(minutes + 4));
    assert.equal(longer.status, 0, longer.stderr);
    assert.equal(text(cwd, 'results.jsonl'), await resultsOf(t, csv(minutes + 4)));
  });
}

test('an interrupted run is changed only by input that continues its own', async (t) => {
  const cwd = temporaryFolder(t);
  const child = startCli([...ARGS, '--commit-interval', '0s'], { cwd });
  t.after(() => child.kill('SIGKILL'));
  const ended = finished(child);
  child.stdin?.write(csv(9));
  const hasEight = (): boolean => text(cwd, 'timing.jsonl').includes('00:07:00');
  while (!existsSync(join(cwd, 'out/timing.jsonl')) || !hasEight()) await sleep(20);
  child.kill('SIGTERM');
  assert.equal((await ended).status, 143);
  const before = sumsOf(cwd);
  const replay = (input: string): Promise<Finished> => callCli(ARGS, { cwd, input });
  for (const [name, input] of Object.entries(others(8))) {
    const { status, stderr } = await replay(input);
    assert.equal(status, 78, `${name}: ${stderr}`);
    assert.deepEqual(sumsOf(cwd), before, name);
  }
  const longer = await replay(csv(12));
  assert.equal(longer.status, 0, longer.stderr);
  assert.match(longer.stderr, /^resuming after 2024-01-01T00:07:00Z/m);
  assert.equal(text(cwd, 'results.jsonl'), await resultsOf(t, csv(12)));
});

test('of several inputs, standard input is compared while the others are unchanged', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'b.csv'), csv(6, 'b'));
  const args = ['replay', 'b.csv', ...ARGS.slice(1)];
  const replay = (input: string): Promise<Finished> => callCli(args, { cwd, input });
  assert.equal((await replay(csv(3))).status, 0);
  const before = sumsOf(cwd);
  assert.equal((await replay(csv(2))).status, 78);
  assert.equal((await replay(csv(3))).status, 0);
  assert.deepEqual(sumsOf(cwd), before);
  assert.equal((await replay(csv(8))).status, 0);
  const rows = text(cwd, 'results.jsonl').trimEnd().split('\n');
  assert.equal(rows.length, 14);
});

for (const [what, first] of [
  ['nothing', ''],
  ['a header', 'timestamp,target,value\n'],
] as const) {
  test(`standard input that had ${what} beside a file is read once it has records`, async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'b.csv'), csv(6, 'b'));
    const args = ['replay', 'b.csv', ...ARGS.slice(1)];
    const replay = (input: string): Promise<Finished> => callCli(args, { cwd, input });
    assert.equal((await replay(first)).status, 0);
    const before = sumsOf(cwd);
    assert.equal((await replay(first)).status, 0);
    assert.deepEqual(sumsOf(cwd), before);
    if (first !== '') assert.equal((await replay(csv(3).slice(1))).status, 78);
    assert.deepEqual(sumsOf(cwd), before);
    const grown = await replay(csv(3));
    assert.equal(grown.status, 0, grown.stderr);
    const rows = text(cwd, 'results.jsonl').trimEnd().split('\n');
    assert.deepEqual(
      ['a', 'b'].map((target) => rows.filter((row) => row.includes(`"target":"${target}"`)).length),
      [3, 6],
    );
  });
}
