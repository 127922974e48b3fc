import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';

import type { MergeStep } from '#build/cluster/merge/merge.js';
import { writePlan } from '#build/cluster/plan/plan-file.js';
import { slicedStatus } from '#build/cluster/sliced-status.js';
import { partsFolder, planPath, startPath } from '#build/cluster/run-layout.js';
import { AiopsError } from '#build/core/errors.js';
import { nodeFiles, type Files } from '#build/output/files.js';
import { statusText } from '#build/replay/resume/status-report.js';
import type { ReplayConfig } from '#build/replay/replay-config.js';
import { runStatus } from '#build/replay/resume/read-status.js';

import { temporaryFolder } from '../../support/cli.js';
import { cutRun, runLocally, writePart, type CutRun } from '../../support/cut-run.js';
import { assertLocalBytes, CUT, FLIPPED, LONGER, merged, writeParts } from '../../support/merging.js';
import { readSummary } from '../../support/run-files.js';
import { configFor } from '../../support/slicing.js';

const MINUTES = 70;

function csv(): string {
  const rows = Array.from({ length: MINUTES }, (_, minute) => {
    const at = new Date(minute * 60_000).toISOString();
    const bad = minute % 9 === 4 ? `${at},b,1${'x'.repeat(minute)},\n` : '';
    return `${at},a,${Math.sin(minute)},${minute % 5 === 2 ? 1 : 0}\n${bad}${at},c,${minute % 7},\n`;
  });
  return `timestamp,target,value,label\n${rows.join('')}`;
}

const FORMATS = ['jsonl', 'csv', 'openmetrics'] as const;
type Format = (typeof FORMATS)[number];
const local: Partial<Record<Format, ReplayConfig>> = {};
const folder = mkdtempSync(join(tmpdir(), 'aiops-serve-'));
after(() => rmSync(folder, { recursive: true, force: true }));

before(async () => {
  const input = join(folder, 'data.csv');
  writeFileSync(input, csv());
  for (const format of FORMATS) {
    const config = configFor([input], join(folder, format), { resultsFormat: format });
    local[format] = await runLocally(config);
    assert.equal(readSummary(config.output.out).counts.rejected, 8);
  }
});

function cut(t: TestContext, slices: number, format: Format = 'jsonl'): Promise<CutRun> {
  return cutRun(local[format]!, slices, join(temporaryFolder(t), 'merged'));
}

for (const format of FORMATS) {
  test(`parts are merged to the ${format} of a local run, with its counts and report`, async (t) => {
    const run = await cut(t, 4, format);
    await writeParts(run, [3, 1, 4, 2]);
    const { outcome, steps, notices } = await merged(run);
    assert.equal(outcome.kind, 'complete');
    assertLocalBytes(run);
    assert.deepEqual(
      steps.map((step) => step.merged),
      [0, 1, 2, 3, 4],
    );
    const summary = readSummary(run.config.output.out);
    const whole = readSummary(join(folder, format));
    for (const key of ['counts', 'rejects', 'input', 'model', 'anomalies', 'threshold', 'labels'] as const)
      assert.deepEqual(summary[key], whole[key], key);
    assert.equal(summary.blocks?.minutes, whole.blocks?.minutes);
    assert.ok(notices.some((text) => text.startsWith('merged from 4 slices: here 4 slices')));
    assert.deepEqual(readdirSync(run.config.output.out).sort(), [
      ...(format === 'openmetrics' ? ['aiops_anomaly.om', 'aiops_score.om'] : []),
      ...['journal.jsonl', 'rejects.jsonl', 'report.html', `results.${run.config.output.format}`],
      ...['timing.json', 'timing.jsonl'],
    ]);
  });
}

test('a merge takes slices in order, and says which are missing', async (t) => {
  const run = await cut(t, 5);
  await writeParts(run, [1, 2, 4]);
  const { outcome } = await merged(run);
  assert.deepEqual(outcome, { kind: 'incomplete', missing: [3, 5] });
  assert.deepEqual(readdirSync(partsFolder(run.config.output.out)).sort(), ['4.a', 'labels-2.jsonl']);
  await writeParts(run, [3, 5]);
  assert.equal((await merged(run)).outcome.kind, 'complete');
  assertLocalBytes(run);
  assert.equal(readSummary(run.config.output.out).sessions.resumed, 1);
});

test('a complete merge has nothing to do, and removes parts that came late', async (t) => {
  const run = await cut(t, 2);
  await writeParts(run, [1, 2]);
  await merged(run);
  const timing = readFileSync(join(run.config.output.out, 'timing.json'), 'utf8');
  await writeParts(run, [1, 2], 'late');
  assert.equal((await merged(run)).outcome.kind, 'done-before');
  assertLocalBytes(run);
  assert.equal(readFileSync(join(run.config.output.out, 'timing.json'), 'utf8'), timing);
  assert.ok(!readdirSync(run.config.output.out).includes('parts'));
});

test('a complete merge in a read-only folder has nothing to do either', async (t) => {
  const run = await cut(t, 2);
  await writeParts(run, [1, 2]);
  await merged(run);
  await writeParts(run, [2], 'late');
  const refused = async (path: string): Promise<never> => {
    throw Object.assign(new Error(path), { code: 'EROFS' });
  };
  const change = { remove: refused, removeFolder: refused, rename: refused, makeFolder: refused };
  const files: Files = { ...nodeFiles, ...change, open: refused };
  assert.equal((await merged(run, { context: { files } })).outcome.kind, 'done-before');
  assertLocalBytes(run);
  rmSync(partsFolder(run.config.output.out), { recursive: true });
  rmSync(join(run.config.output.out, 'timing.json'));
  await assert.rejects(merged(run, { context: { files } }), { code: 'output_cannot_create' });
});

test('what killed attempts left of slices is removed once these are merged', async (t) => {
  const run = await cut(t, 3);
  await writeParts(run, [1, 3]);
  for (const name of ['.1.k.tmp', '.2.k.tmp']) {
    mkdirSync(join(partsFolder(run.config.output.out), name), { recursive: true });
    writeFileSync(join(partsFolder(run.config.output.out), name, 'results.jsonl'), 'cut');
  }
  assert.deepEqual((await merged(run)).outcome, { kind: 'incomplete', missing: [2] });
  assert.deepEqual(readdirSync(partsFolder(run.config.output.out)).sort(), [
    '.2.k.tmp',
    '3.a',
    'labels-1.jsonl',
  ]);
  await writePart(run, 2, 'a');
  assert.equal((await merged(run)).outcome.kind, 'complete');
  assert.ok(!readdirSync(run.config.output.out).includes('parts'));
});

test('one of two attempts at a slice is merged', async (t) => {
  const run = await cut(t, 3);
  await writeParts(run, [1, 2, 3]);
  await writeParts(run, [1, 2, 3], 'b');
  const { outcome, notices } = await merged(run);
  assert.equal(outcome.kind, 'complete');
  assertLocalBytes(run);
  assert.ok(notices.some((text) => text.startsWith('merged from 3 slices (6 attempts)')));
});

for (const [name, damage] of Object.entries({ flipped: FLIPPED, cut: CUT, longer: LONGER })) {
  for (const file of ['results.jsonl', 'timing.jsonl', 'labels.jsonl', 'journal.jsonl'] as const) {
    if (name === 'longer' && file === 'journal.jsonl') continue; // a journal ends with its last whole line
    test(`a part is set aside if its ${file} is ${name}`, async (t) => {
      const run = await cut(t, 2);
      await writeParts(run, [1, 2]);
      damage(join(partsFolder(run.config.output.out), '1.a', file));
      const { outcome, notices } = await merged(run);
      assert.deepEqual(outcome, { kind: 'incomplete', missing: [1] });
      assert.match(notices[0] ?? '', /^set aside .*1\.a, so slice 1 must run again: /);
      assert.deepEqual(readdirSync(partsFolder(run.config.output.out)).sort(), ['1.a.bad', '2.a']);
      await writePart(run, 1, 'b');
      assert.equal((await merged(run)).outcome.kind, 'complete');
      assertLocalBytes(run);
    });
  }
}

test('parts of another plan are set aside at once, and count neither as complete nor as attempts', async (t) => {
  const run = await cut(t, 3);
  for (const number of [1, 2, 3]) await writePart(run, number, 'a', { plan: 'another' });
  const first = await merged(run);
  assert.deepEqual(first.outcome, { kind: 'incomplete', missing: [1, 2, 3] });
  assert.deepEqual(first.notices, ['set aside 3 parts of another plan: 1.a, 2.a, 3.a']);
  const writeAll = async (): Promise<void> => {
    await writePart(run, 1, 'late', { plan: 'another' });
    await writeParts(run, [1, 2, 3], 'own');
  };
  const onMerged = (step: MergeStep): void => void (step.merged === 0 && writeAll());
  const { outcome, notices } = await merged(run, { follow: true, context: { onMerged } });
  assert.equal(outcome.kind, 'complete');
  assert.equal(notices[0], 'set aside 1 part of another plan: 1.late');
  assert.match(notices[1] ?? '', /^merged from 3 slices: /);
  assertLocalBytes(run);
});

const QUARANTINE = { target: 'a', column: 'value', fromMs: 0, untilMs: 3_600_000 };

for (const open of [
  { quarantines: [QUARANTINE], lostInARow: 0 },
  { quarantines: [], lostInARow: 3 },
  { quarantines: [QUARANTINE], lostInARow: 3 },
]) {
  test(`a slice runs again where the one before it leaves open ${JSON.stringify(open)}`, async (t) => {
    const run = await cut(t, 3);
    await writePart(run, 1, 'a', { found: open });
    await writeParts(run, [2, 3]);
    const { outcome, notices } = await merged(run);
    assert.deepEqual(outcome, { kind: 'incomplete', missing: [2] });
    assert.match(notices[0] ?? '', /2\.a, so slice 2 must run again: .* rows that crash actors/);
    const start: unknown = JSON.parse(readFileSync(startPath(run.config.output.out, 2), 'utf8'));
    assert.deepEqual(start, { plan: run.plan.sha256, open });
    await writePart(run, 2, 'b', { open });
    assert.equal((await merged(run)).outcome.kind, 'complete');
    assertLocalBytes(run);
  });
}

test('two merges of a run do not work at the same time', async (t) => {
  const run = await cut(t, 2);
  await writeParts(run, [1]);
  const stop = new AbortController();
  let second: unknown;
  const { outcome } = await merged(run, {
    follow: true,
    context: {
      signal: stop.signal,
      onMerged: () => {
        void merged(run).catch((error: unknown) => {
          second = error;
          stop.abort();
        });
      },
    },
  });
  assert.equal(outcome.kind, 'interrupted');
  assert.ok(second instanceof AiopsError && second.code === 'output_locked');
});

test('a merge that follows waits for slices', async (t) => {
  const run = await cut(t, 3);
  const onMerged = ({ merged: done }: MergeStep): void => {
    if (done < 3) void writePart(run, done + 1, 'a');
  };
  assert.equal((await merged(run, { follow: true, context: { onMerged } })).outcome.kind, 'complete');
  assertLocalBytes(run);
});

test('a merge ends at the limit of rejects of the whole run', async (t) => {
  const run = await cut(t, 4);
  await writeParts(run, [1, 2, 3, 4]);
  const limited = { ...run, config: { ...run.config, maxRejects: { kind: 'count', count: 3 } as const } };
  const isLimit = (error: unknown): boolean => error instanceof AiopsError && error.code === 'reject_limit';
  await assert.rejects(merged(limited), isLimit);
  await assert.rejects(merged(limited), isLimit);
  assert.equal((await merged(run)).outcome.kind, 'complete');
  assertLocalBytes(run);
});

test('a merge refuses to work while the folder has another plan', async (t) => {
  const run = await cut(t, 2);
  const { out } = run.config.output;
  await writeParts(run, [1, 2]);
  const { plan } = run;
  await writePlan(planPath(out), { ...plan, slices: plan.slices.slice(1) });
  await assert.rejects(
    merged(run),
    (error: unknown) => error instanceof AiopsError && error.code === 'output_locked',
  );
  assert.deepEqual(readdirSync(partsFolder(out)).sort(), ['1.a', '2.a']);
});

test('a folder with another run is refused, unless the plan replaces it', async (t) => {
  const run = await cut(t, 2);
  const older = await cut(t, 2);
  const facts = { ...older.plan.facts, startedAt: '2020-01-01T00:00:00.000Z' };
  const old = { ...run, plan: { ...older.plan, facts, sha256: 'older' } };
  await writeParts(old, [1]);
  assert.equal((await merged(old)).outcome.kind, 'incomplete');
  await writeParts(run, [1, 2]);
  await assert.rejects(merged(run), /holds a run that was not made from its plan/);
  const backfill = { ...run.config.backfill, restart: true };
  assert.equal((await merged({ ...run, config: { ...run.config, backfill } })).outcome.kind, 'complete');
  assertLocalBytes(run);
  const isConfig = (error: unknown): boolean => error instanceof AiopsError && error.code === 'config';
  await assert.rejects(merged({ ...old, config: { ...run.config, backfill } }), isConfig);
});

test('of a run that a replay resumed nothing is merged, and its parts go once it is complete', async (t) => {
  const run = await cut(t, 2);
  await writeParts(run, [1]);
  await merged(run);
  const stop = new AbortController();
  await runLocally(run.config, { signal: stop.signal, onWritten: () => stop.abort() });
  await assert.rejects(merged(run), /holds a run that was not made from its plan alone/);
  await runLocally(run.config);
  const finished = readFileSync(join(run.config.output.out, 'results.jsonl'), 'utf8');
  assert.equal(finished, run.local.results.toString());
  await writeParts(run, [2]);
  const { outcome, steps } = await merged(run);
  assert.deepEqual([outcome.kind, steps], ['done-before', []]);
  assert.equal(existsSync(partsFolder(run.config.output.out)), false);
  assert.equal(readFileSync(join(run.config.output.out, 'results.jsonl'), 'utf8'), finished);
  rmSync(join(run.config.output.out, 'timing.json'));
  await assert.rejects(merged(run), /holds a run that was not made from its plan alone/);
});

test('a run that a replay began after the plan and completed is that of the plan, and its parts go', async (t) => {
  const run = await cut(t, 3);
  const { out } = run.config.output;
  await writeParts(run, [2]);
  await runLocally(run.config);
  const finished = readFileSync(join(out, 'results.jsonl'), 'utf8');
  const { outcome, steps } = await merged(run);
  assert.deepEqual([outcome.kind, steps], ['done-before', []]);
  assert.equal(existsSync(partsFolder(out)), false);
  assert.equal(readFileSync(join(out, 'results.jsonl'), 'utf8'), finished);
});

test('a run that a replay began with other settings, or before the plan, is not that of the plan', async (t) => {
  const run = await cut(t, 3);
  const { settings } = run.plan.facts;
  await writeParts(run, [1, 2, 3]);
  await runLocally(run.config);
  for (const change of [
    { settings: { ...settings, '--grace': 7 } },
    { startedAt: '2999-01-01T00:00:00.000Z' },
    { input: { ...run.plan.facts.input, window: 7 } },
  ]) {
    const plan = { ...run.plan, facts: { ...run.plan.facts, ...change } };
    await assert.rejects(merged({ ...run, plan }), /holds a run that was not made from its plan alone/);
  }
  assert.equal(readdirSync(partsFolder(run.config.output.out)).length, 3);
});

test('status says which slices are merged, complete and missing', async (t) => {
  const run = await cut(t, 5);
  const { out } = run.config.output;
  mkdirSync(out);
  const plan = await writePlan(planPath(out), run.plan);
  const sealed = { ...run, plan };
  const none = { all: 5, merged: 0, complete: [], missing: [], tooManyRejects: false };
  const planned = await slicedStatus(out);
  assert.deepEqual(planned.slices, { ...none, missing: [1, 2, 3, 4, 5] });
  assert.deepEqual([planned.state, planned.progress], ['planned', null]);
  assert.match(statusText(planned, ''), /^state +planned: run the missing slices, then aiops-serve merge/);
  await writeParts(sealed, [1, 2, 4]);
  await merged(sealed);
  await writePart(sealed, 5, 'x', { plan: 'another' });
  const half = await slicedStatus(out);
  assert.deepEqual(half.slices, { ...none, merged: 2, complete: [4], missing: [3, 5] });
  assert.match(statusText(half, ''), /slices +2 of 5 merged, 1 complete \(4\), 2 missing \(3, 5\)/);
  assert.equal(half.progress?.counts.minutes, 28);
  await writeParts(sealed, [3, 5]);
  await merged(sealed);
  const done = await slicedStatus(out);
  assert.deepEqual(done.slices, { ...none, merged: 5 });
  assert.equal(done.state, 'complete');
});

test('status shows the run that is planned, not the complete one that it replaces', async (t) => {
  const run = await cut(t, 3);
  const { out } = run.config.output;
  const older = { ...run.plan.facts, startedAt: '2020-01-01T00:00:00.000Z' };
  const old = { ...run, plan: { ...run.plan, facts: older, sha256: 'older' } };
  await writeParts(old, [1, 2, 3]);
  await merged(old);
  const { completedAt } = await runStatus(out);
  const backfill = { ...run.config.backfill, restart: true };
  const config = { ...run.config, backfill };
  const plan = await writePlan(planPath(out), { ...run.plan, config });
  const sealed = { ...run, plan, config };
  await writeParts(sealed, [2]);
  const status = await slicedStatus(out);
  assert.deepEqual(status.slices, {
    ...{ all: 3, merged: 0, complete: [2], missing: [1, 3], tooManyRejects: false },
  });
  assert.deepEqual([status.state, status.progress, status.completedAt], ['planned', null, null]);
  assert.deepEqual(status.replaces, { startedAt: older.startedAt, completedAt });
  assert.match(statusText(status, ''), /^state +planned \(replaces a run that is complete since 20/);
  await writeParts(sealed, [1, 3]);
  await merged(sealed);
  const done = await slicedStatus(out);
  assert.deepEqual([done.state, done.replaces, done.slices?.merged], ['complete', undefined, 3]);
});
