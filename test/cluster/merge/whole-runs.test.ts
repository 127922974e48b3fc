import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import { merge, type MergeContext, type MergeOutcome } from '#build/cluster/merge/merge.js';
import type { SealedPlan } from '#build/cluster/plan/plan-file.js';
import { RandomStream } from '#build/core/random.js';
import type { ReplayValues } from '#build/cli/settings.js';
import { parseGate } from '#build/report/gates.js';
import { REPLAY_METRICS } from '#build/replay/report/replay-metrics.js';
import { metricsFiles } from '#build/core/metric-files.js';
import type { ReplayConfig } from '#build/replay/replay-config.js';
import { settingText } from '#build/cli/journaled.js';
import type { ReplayContext } from '#build/replay/replay-context.js';
import { replay } from '#build/replay/replay.js';

import { temporaryFolder } from '../../support/cli.js';
import { ANALYZER, errorsIn, WINDOW } from '../../support/crashing-analyzers.js';
import { readSummary } from '../../support/run-files.js';
import { configFor, localRun, planned, sliceOnce } from '../../support/slicing.js';

/* Plan, slices and merge together, against one replay. */

const nothing = (): void => undefined;

function context(): MergeContext & ReplayContext {
  const never = new AbortController().signal;
  return {
    ...{ signal: never, graceOver: never, stdin: Readable.from([]), stdout: process.stdout },
    ...{ onNotice: nothing, onReady: nothing, onActorLine: nothing, onWritten: nothing, onMerged: nothing },
    settingText,
  };
}

const MINUTES = 120;
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

function merged(plan: SealedPlan, config: ReplayConfig): Promise<MergeOutcome> {
  return merge(plan, config, { follow: false }, context());
}

function textOf(config: ReplayConfig, name: string): string {
  return readFileSync(join(config.output.out, name), 'utf8');
}

/** Values of two-digit width, but for target c at one minute: a row that crashes actors. */
function poisoned(badMinute: number): string {
  const rows = Array.from({ length: MINUTES }, (_, minute) =>
    ['a', 'b', 'c'].map((target) => {
      const value = target === 'c' && minute === badMinute ? -1 : 10 + (minute % 80);
      return `${at(minute)},${target},${value}\n`;
    }),
  );
  return `timestamp,target,cpu\n${rows.flat().join('')}`;
}

test('a row that crashes actors before a cut gives the error rows of one replay after it', async (t) => {
  const folder = temporaryFolder(t);
  const [input, analyzer] = [join(folder, 'data.csv'), join(folder, 'mine.mjs')];
  writeFileSync(analyzer, ANALYZER);
  writeFileSync(input, poisoned(NaN));
  const flags = { analyzer, actors: { kind: 'count', count: 2 } } as const;
  const sound = await planned(configFor([input], join(folder, 'sound'), flags), 2);
  const cutMs = sound.slices[0]?.until?.minuteMs;
  assert.ok(sound.slices.length === 2 && cutMs !== undefined);
  writeFileSync(input, poisoned((cutMs - Date.UTC(2026, 0, 1)) / 60_000)); // of the same length, so cut there again

  const local = await localRun(configFor([input], join(folder, 'local'), flags));
  assert.equal(errorsIn(local.results).length, WINDOW);
  const config = configFor([input], join(folder, 'run'), flags);
  const plan = await planned(config, 2);
  assert.equal(plan.slices[0]?.until?.minuteMs, cutMs);
  for (const number of [2, 1]) assert.equal((await sliceOnce(config.output.out, number)).kind, 'complete');
  assert.deepEqual(await merged(plan, config), { kind: 'incomplete', missing: [2] });
  assert.equal((await sliceOnce(config.output.out, 2)).kind, 'complete');
  assert.equal((await merged(plan, config)).kind, 'complete');
  assert.equal(textOf(config, 'results.jsonl'), local.results);
});

for (const { counts, text } of [
  { counts: [1, 1], text: /^merged from 2 slices: / },
  { counts: [3, 1], text: /^merged from 2 slices with 1 to 3 actors: / },
]) {
  test(`slices with ${counts.join(' and ')} actors are reported as such, whatever the plan asked for`, async (t) => {
    const folder = temporaryFolder(t);
    const input = join(folder, 'data.csv');
    writeFileSync(input, poisoned(NaN));
    const config = configFor([input], join(folder, 'run'), { actors: { kind: 'count', count: 2 } });
    const plan = await planned(config, 2);
    for (const [index, count] of counts.entries())
      await sliceOnce(config.output.out, index + 1, {}, { kind: 'count', count });
    assert.equal((await merged(plan, config)).kind, 'complete');
    const { execution, notices } = readSummary(config.output.out);
    assert.equal(execution.actors, Math.max(...counts));
    assert.ok(notices.some((notice) => text.test(notice.text)));
  });
}

interface Shape {
  readonly name: string;
  /** Of how many slices. */
  readonly plans: readonly number[];
  readonly file: string;
  readonly row: (minute: number, random: RandomStream) => string;
  readonly header?: string;
  readonly flags?: Partial<ReplayValues>;
  /** Rows of a second file. */
  readonly other?: (minute: number) => string;
}

const number = (random: RandomStream): string => (random.next() * 100).toFixed(2);

const SHAPES: readonly Shape[] = [
  {
    name: 'CSV with rejects, duplicates and gaps',
    plans: [1, 4],
    file: 'data.csv',
    header: 'timestamp,target,cpu\n',
    row: (minute, random) => {
      if (minute % 17 === 5) return '';
      const bad = random.next() < 0.1 ? `${at(minute)},b,1${'x'.repeat(minute % 9)}y\n` : '';
      const twice = random.next() < 0.1 ? `${at(minute)},a,1\n` : '';
      return `${at(minute)},a,${number(random)}\n${bad}${twice}${at(minute)},c,${number(random)}\n`;
    },
  },
  {
    name: 'records that come late, with metrics for VictoriaMetrics',
    plans: [3],
    file: 'data.csv',
    header: 'timestamp,target,cpu\n',
    flags: { grace: 2, resultsFormat: 'victoriametrics' },
    row: (minute, random) => {
      const late = Math.max(0, minute - random.nextInteger(0, 2));
      return `${at(minute)},a,${number(random)}\n${at(late)},b${minute % 3},${number(random)}\n`;
    },
  },
  {
    name: 'a range of several files, with rejects at its ends and OpenMetrics',
    plans: [4],
    file: 'data.csv',
    header: 'timestamp,target,cpu\n',
    flags: { from: at(10), to: at(100), targets: ['a', 'b', 'c'], grace: 1, resultsFormat: 'openmetrics' },
    row: (minute, random) => `${at(minute)},d,1\nbad\n${at(minute)},a,${number(random)}\nbad\n`,
    other: (minute) => (minute < 30 || minute > 90 ? '' : `${at(minute)},b,${minute % 7}\n`),
  },
  {
    name: 'JSONL rows, results as CSV',
    plans: [2],
    file: 'data.jsonl',
    flags: { resultsFormat: 'csv' },
    row: (minute, random) =>
      ['a', 'b']
        .map((target) => `{"time":"${at(minute)}","host":"${target}","cpu":${number(random)}}\n`)
        .join(''),
  },
];

for (const { name, plans, file, row, header = '', flags = {}, other } of SHAPES) {
  test(`slices that run in any order, one twice, are merged to the bytes of one replay: ${name}`, async (t) => {
    const folder = temporaryFolder(t);
    const input = join(folder, file);
    const random = new RandomStream(17, name.length);
    const rows = Array.from({ length: MINUTES }, (_, minute) => row(minute, random));
    writeFileSync(input, header + rows.join(''));
    const inputs = [input];
    if (other !== undefined) {
      inputs.push(join(folder, 'other.csv'));
      const others = Array.from({ length: MINUTES }, (_, minute) => other(minute));
      writeFileSync(join(folder, 'other.csv'), header + others.join(''));
    }
    const whole = configFor(inputs, join(folder, 'local'), flags);
    await localRunOf(whole);
    for (const wanted of plans) {
      const config = configFor(inputs, join(folder, 'run'), flags);
      const plan = await planned(config, wanted);
      assert.equal(plan.slices.length, wanted);
      const order = plan.slices.map((slice) => slice.number).sort(() => random.next() - 0.5);
      const [first = 1] = order;
      await Promise.all([first, first].map((one) => sliceOnce(config.output.out, one))); // twice at the same time
      for (const one of order) await sliceOnce(config.output.out, one);
      assert.equal((await merged(plan, config)).kind, 'complete');
      const metrics = metricsFiles(config.output.metrics);
      for (const one of [`results.${config.output.format}`, 'rejects.jsonl', ...metrics])
        assert.equal(textOf(config, one), textOf(whole, one), `${wanted} slices, ${one}`);
      const [found, expected] = [config, whole].map(({ output }) => readSummary(output.out));
      if (flags.from !== undefined)
        assert.ok((expected?.counts.filtered ?? 0) > (found?.counts.filtered ?? 0));
      const same = flags.from === undefined ? {} : { filtered: 0 };
      const counts = [found, expected].map((summary) => ({ ...summary?.counts, ...same }));
      assert.deepEqual(counts[0], counts[1], `${wanted} slices`);
      for (const key of ['rejects', 'anomalies', 'input'] as const)
        assert.deepEqual(found?.[key], expected?.[key], `${wanted} slices, ${key}`);
      rmSync(config.output.out, { recursive: true });
    }
  });
}

/** Its score and verdict follow the newest value, which may be such that it gives neither, or an error. */
const LABELLED_ANALYZER = `
const answer = ({ values }) => {
  const newest = values.at(-1);
  if (newest > 98) return { errno: 'too_high', errmsg: 'more than 98' };
  const [score, anomaly] = [newest / 100, newest > 80];
  return { score: newest < 40 ? null : score, anomaly: newest < 20 ? null : anomaly, output: [] };
};
export const createAnalyzer = () => ({ window: 3, predict: (items) => items.map(answer) });
`;
const LABELS = ['0', '0', '1', 'true', 'no', 'attack', '', '-1', 'broken'];

/** Targets that come and go, with values that are missing, and labels of all kinds. */
function labelledRows(random: RandomStream): string {
  const row = (minute: number, target: number): string => {
    if (random.next() < 0.2) return '';
    const values = ['cpu', 'mem'].map(() => (random.next() < 0.1 ? '' : number(random)));
    const label = LABELS[random.nextInteger(0, LABELS.length - 1)] ?? '';
    return `${at(minute)},t${target},${values.join(',')},${label}\n`;
  };
  const rows = Array.from({ length: MINUTES }, (_, minute) =>
    Array.from({ length: 4 }, (_, target) => row(minute, target + Math.floor(minute / 40))),
  );
  return `timestamp,target,cpu,mem,state\n${rows.flat().join('')}`;
}

const LABEL_WARNING = /neither 0 nor 1/;

for (const [changes, wanted] of [
  [{ resultsFormat: 'jsonl' }, 5],
  [{ resultsFormat: 'csv' }, 2],
  [{ emit: 'anomalies' }, 2],
  [{ resultsFormat: 'csv', emit: 'anomalies' }, 3],
] as const) {
  test(`a merge of ${wanted} slices has the figures on labels of one replay: ${JSON.stringify(changes)}`, async (t) => {
    const folder = temporaryFolder(t);
    const [input, analyzer] = [join(folder, 'data.csv'), join(folder, 'mine.mjs')];
    writeFileSync(analyzer, LABELLED_ANALYZER);
    const random = new RandomStream(23);
    writeFileSync(input, labelledRows(random));
    const flags = { ...changes, analyzer, labelColumn: 'state' };
    const whole = configFor([input], join(folder, 'local'), flags);
    await localRunOf(whole);
    const config = configFor([input], join(folder, 'run'), flags);
    const plan = await planned({ ...config, gates: [parseGate('f1<0.01', REPLAY_METRICS)] }, wanted);
    assert.equal(plan.slices.length, wanted);
    for (const { number: slice } of plan.slices) {
      await sliceOnce(config.output.out, slice);
      const outcome = await merged(plan, config); // resumed at every commit
      assert.equal(outcome.kind, slice === wanted ? 'complete' : 'incomplete');
    }
    const [found, expected] = [config, whole].map(({ output }) => readSummary(output.out));
    const { counts, perTarget } = expected?.labels ?? assert.fail('there are labels');
    assert.ok(
      Object.values(counts).every((count) => count > 0),
      JSON.stringify(counts),
    );
    assert.equal(perTarget.length, 6);
    assert.deepEqual(found?.labels, expected?.labels);
    const warnings = [found, expected].map((one) =>
      one?.notices.filter(({ text }) => LABEL_WARNING.test(text)),
    );
    assert.equal(warnings[1]?.length, 1);
    assert.deepEqual(warnings[0], warnings[1]);
  });
}

async function localRunOf(config: ReplayConfig): Promise<void> {
  const outcome = await replay(config, context());
  assert.equal(outcome.kind, 'complete');
}
