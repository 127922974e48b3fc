import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import type { AnomaliesSummary, AnomalyEvent } from '#build/replay/report/anomaly-events.js';
import type { RunSummary } from '#build/replay/report/run-summary.js';

import { type Finished, LIGHT, recording, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const FLAGS = ['--compare', 'none', '--actors', '1'];
const WASM = ['--backend', 'wasm'];
const LINES = readFileSync(recording('real-day.csv'), 'utf8').split('\n');

/** The recorded day up to an hour; labels make `--emit all` read every row back. */
function dayUntil(hour: string, labelled: boolean): string {
  const end = LINES.findIndex((line) => line.startsWith(`2018-04-30T${hour}`));
  const begin = LINES.findIndex((line) => line.startsWith('2018-04-30T20'));
  const own = LINES.slice(begin, end < 0 ? LINES.length : end).filter((line) => line !== '');
  const lines = [LINES[0] ?? '', ...own];
  return `${(labelled ? lines : lines.map((line) => line.replace(/,[^,]*$/, ''))).join('\n')}\n`;
}

function replayIn(cwd: string, ...flags: readonly string[]): Promise<Finished> {
  return callCli(['replay', 'day.csv', ...FLAGS, '--out', 'out', ...flags], { cwd });
}

function anomaliesIn(cwd: string): AnomaliesSummary {
  return (JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8')) as RunSummary).anomalies;
}

interface Row {
  readonly minute: string;
  readonly target: string;
  readonly score: number;
  readonly anomaly: boolean | null;
}

describe('which rows were flagged', () => {
  test('a run without labels lists its events on the terminal, in timing.json and on the page with plots', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'day.csv'), dayUntil('99', false));
    const { status, stdout, stderr } = await replayIn(cwd, ...WASM);
    assert.equal(status, 0, stderr);
    const rows = readFileSync(join(cwd, 'out/results.jsonl'), 'utf8').trimEnd().split('\n');
    const flagged = rows.map((line) => JSON.parse(line) as Row).filter(({ anomaly }) => anomaly);
    const { events, listed } = anomaliesIn(cwd);
    assert.equal(events, listed.length);
    assert.equal(
      listed.reduce((sum, { minutes }) => sum + minutes, 0),
      flagged.length,
    );
    const [worst] = listed;
    const { minute, target, score } = flagged.reduce((a, b) => (b.score > a.score ? b : a));
    assert.deepEqual([worst?.peak, worst?.target, worst?.score], [minute, target, score]);
    assert.match(stdout, /^flagged from +minutes +target +column +peak score$/m);
    for (const { first, target: of } of listed.slice(0, 10))
      assert.match(stdout, new RegExp(`^${first} +\\d+ +${of} +value +0\\.\\d+$`, 'm'));
    const page = readFileSync(join(cwd, 'out/report.html'), 'utf8');
    const { events: plots } = JSON.parse(/id="plot-data">(.*?)<\/script>/.exec(page)?.[1] ?? '') as {
      events: { targets: { target: string; low: number[]; flagged: number[] }[] };
    };
    assert.equal(plots.targets.length, 10);
    for (const { low, flagged: flags } of plots.targets) assert.ok(low.length > 60 && flags.length > 0);
  });

  const cases = [
    { flags: [], labelled: true },
    { flags: [], labelled: false },
    { flags: ['--emit', 'anomalies'], labelled: false },
    { flags: ['--results-format', 'csv'], labelled: true },
  ];
  for (const { flags, labelled } of cases) {
    const name = `${flags.join(' ') || 'all rows'}, ${labelled ? 'with' : 'without'} labels`;
    test(`a resumed run has the events of an uninterrupted one: ${name}`, async (t) => {
      const [whole, resumed] = [temporaryFolder(t), temporaryFolder(t)];
      writeFileSync(join(whole, 'day.csv'), dayUntil('23:50', labelled));
      assert.equal((await replayIn(whole, ...LIGHT, ...flags)).status, 0);
      // An event is under way at 22:30.
      for (const hour of ['22:30', '23:50']) {
        writeFileSync(join(resumed, 'day.csv'), dayUntil(hour, labelled));
        const { status, stderr } = await replayIn(resumed, ...LIGHT, ...flags);
        assert.equal(status, 0, stderr);
      }
      assert.ok(anomaliesIn(whole).events > 5);
      assert.deepEqual(anomaliesIn(resumed), anomaliesIn(whole));
    });
  }

  test('with --out - they go to standard error', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'day.csv'), dayUntil('99', true));
    const { status, stderr } = await callCli(['replay', 'day.csv', ...FLAGS, ...WASM, '--out', '-'], { cwd });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^2018-04-30T22:09:00Z +41 +ingress-01 /m);
  });

  test('an analyzer decides itself, with or without a score', async (t) => {
    const cwd = temporaryFolder(t);
    const answer =
      'minute === 300000 || minute === 480000 ? { score: null, anomaly: true, output: [] } : { score: 1, anomaly: minute === 60000, output: [] }';
    writeFileSync(
      join(cwd, 'mine.mjs'),
      `export const createAnalyzer = () => ({ window: 1, predict: (items) => items.map(({ minute }) => (${answer})) });\n`,
    );
    const lines = Array.from({ length: 10 }, (_, minute) => `1970-01-01T00:0${minute}:00Z,a,1`);
    writeFileSync(join(cwd, 'day.csv'), `timestamp,target,value\n${lines.join('\n')}\n`);
    const { status, stderr } = await replayIn(cwd, '--analyzer', 'mine.mjs');
    assert.equal(status, 0, stderr);
    const event = { target: 'a', column: 'value', minutes: 1, label: null };
    const at = (minute: number, score: number | null): AnomalyEvent => {
      const time = `1970-01-01T00:0${minute}:00Z`;
      return { ...event, first: time, last: time, score, peak: time };
    };
    assert.deepEqual(anomaliesIn(cwd), { events: 3, listed: [at(1, 1), at(5, null), at(8, null)] });
  });
});
