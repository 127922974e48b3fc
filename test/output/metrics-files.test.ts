import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import { inspectFiles } from '#build/output/check-committed.js';
import { journalLine, readJournal } from '#build/output/journal.js';
import { pathsOf } from '#build/output/output-paths.js';
import type { RunOutput } from '#build/output/run-output.js';
import { nodeFiles } from '#build/output/files.js';

import { temporaryFolder } from '../support/cli.js';
import { openForTest, resultLine } from '../support/outputs.js';

const FACTS = { name: 'facts' };
const [SCORES, ANOMALIES, VM] = ['aiops_score.om', 'aiops_anomaly.om', 'aiops_metrics.vm.jsonl'] as const;
const OPENMETRICS = { metrics: 'openmetrics' } as const;
const EOF = '# EOF\n';

const sample = (minute: number): Uint8Array => Buffer.from(`aiops_score{} 1 ${60 * minute}\n`);
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');
/** Without what is around the samples. */
const samples = (out: string): string[] => read(out, SCORES).match(/^aiops.*$/gm) ?? [];

async function writeMinutes(output: RunOutput, minutes: readonly number[]): Promise<void> {
  for (const minute of minutes) {
    await output.writeLines(resultLine(minute));
    await output.writeMetrics([sample(minute), new Uint8Array()]);
    await output.commit({ minute });
  }
}

const finish = (output: RunOutput): Promise<void> =>
  output.finish({ summary: '{}', page: null }, { done: true });

async function begun(t: TestContext, out: string, minutes: readonly number[]): Promise<RunOutput> {
  const output = await openForTest(t, out, OPENMETRICS);
  await output.begin(FACTS, { replace: false });
  await writeMinutes(output, minutes);
  return output;
}

describe('the end of OpenMetrics files', () => {
  test('is written once everything is committed', async (t) => {
    const out = temporaryFolder(t);
    const output = await begun(t, out, [1, 2]);
    assert.match(read(out, SCORES), /^# TYPE aiops_score gauge\n# HELP aiops_score .+\naiops/);
    for (const name of [SCORES, ANOMALIES]) assert.doesNotMatch(read(out, name), /EOF/);
    await finish(output);
    for (const name of [SCORES, ANOMALIES]) assert.ok(read(out, name).endsWith(`\n${EOF}`), name);
    const journal = await readJournal(out);
    assert.deepEqual(journal?.metrics, [SCORES, ANOMALIES]);
    const length = journal.commits.at(-1)?.lengths[SCORES];
    assert.equal(length, read(out, SCORES).length - EOF.length);
  });

  test('is cut off when the run grows, and written again', async (t) => {
    const out = temporaryFolder(t);
    await finish(await begun(t, out, [1, 2]));
    const output = await openForTest(t, out, OPENMETRICS);
    await output.resume(0, FACTS);
    assert.deepEqual(samples(out), ['aiops_score{} 1 60']);
    for (const name of [SCORES, ANOMALIES]) assert.doesNotMatch(read(out, name), /EOF/);
    await writeMinutes(output, [2, 3]);
    await finish(output);
    assert.deepEqual(
      samples(out),
      [60, 120, 180].map((second) => `aiops_score{} 1 ${second}`),
    );
    assert.equal(read(out, SCORES).split(EOF).length, 2);
  });

  test('is not written by a part of a run', async (t) => {
    const out = temporaryFolder(t);
    const output = await openForTest(t, out, { ...OPENMETRICS, isPart: true });
    await output.begin(FACTS, { replace: false });
    await writeMinutes(output, [1]);
    await finish(output);
    assert.doesNotMatch(read(out, SCORES), /EOF/);
  });
});

const damages: [string, (path: string) => void, string][] = [
  ['lost its end', (path) => truncateSync(path, read(path).length - EOF.length), 'short'],
  ['has another end', (path) => writeFileSync(path, read(path).replace(EOF, '# eof\n')), 'changed'],
  ['has another sample', (path) => writeFileSync(path, read(path).replace(' 120\n', ' 121\n')), 'changed'],
  ['was appended to', (path) => appendFileSync(path, EOF), 'long'],
];
for (const [what, damage, problem] of damages) {
  test(`a complete run whose metrics file ${what} is damaged`, async (t) => {
    const out = temporaryFolder(t);
    await finish(await begun(t, out, [1, 2]));
    const journal = await readJournal(out);
    const last = journal?.commits.at(-1);
    assert.ok(journal !== null && last !== undefined);
    const inspect = async (): Promise<unknown> =>
      (await inspectFiles(pathsOf(out, journal), last, { state: 'complete', files: nodeFiles })).damaged;
    assert.deepEqual(await inspect(), []);
    damage(join(out, SCORES));
    const [found, ...others] = (await inspect()) as { path: string; problem: string }[];
    assert.equal(found?.path, join(out, SCORES));
    assert.equal(found.problem, problem);
    assert.deepEqual(others, []);
    const again = await openForTest(t, out, OPENMETRICS);
    await assert.rejects(again.checkCommitted(), { code: 'output_io' });
  });
}

test('committed samples that are missing keep a run from resuming', async (t) => {
  const out = temporaryFolder(t);
  await (await begun(t, out, [1, 2])).close();
  truncateSync(join(out, SCORES), read(out, SCORES).length - 1);
  const output = await openForTest(t, out, OPENMETRICS);
  await assert.rejects(output.resume(1, FACTS), { code: 'output_io' });
});

test('metrics of a run in this folder are replaced by one with another format', async (t) => {
  const out = temporaryFolder(t);
  await finish(await begun(t, out, [1]));
  const output = await openForTest(t, out, { metrics: 'victoriametrics' });
  await output.begin(FACTS, { replace: true });
  await output.writeMetrics([sample(1)]);
  await output.commit({});
  await finish(output);
  assert.deepEqual(
    readdirSync(out).filter((name) => name.startsWith('aiops')),
    [VM],
  );
  assert.equal(read(out, VM), Buffer.from(sample(1)).toString());
});

test('metrics that no run wrote are not overwritten', async (t) => {
  const out = temporaryFolder(t);
  writeFileSync(join(out, SCORES), 'mine');
  const output = await openForTest(t, out, OPENMETRICS);
  await assert.rejects(output.begin(FACTS, { replace: false }), { code: 'config' });
  assert.equal(read(out, SCORES), 'mine');
});

test('a block without its metrics is an error', async (t) => {
  const output = await begun(t, temporaryFolder(t), []);
  await assert.rejects(output.writeMetrics([]), RangeError);
});

test('a commit without the length of a metrics file ends the reading of a journal', async (t) => {
  const out = temporaryFolder(t);
  const output = await begun(t, out, [1, 2]);
  await output.close();
  const lengths = { results: 1, rejects: 0, timings: 0 };
  const tails = { results: '', rejects: '', timings: '' };
  appendFileSync(join(out, 'journal.jsonl'), journalLine({ type: 'commit', lengths, tails, state: {} }));
  assert.equal((await readJournal(out))?.commits.length, 2);
});
