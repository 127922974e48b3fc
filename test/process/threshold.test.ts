import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import type { RunSummary } from '#build/replay/report/run-summary.js';

import { recording, ROOT, temporaryFolder, type Finished } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const SLICE = [recording('real-day.csv'), '--to', '2018-04-30T03:00:00Z'];
const PLAIN = ['--backend', 'wasm', '--compare', 'none', '--actors', '1', '--out', 'out'];

interface Row {
  readonly score: number | null;
  readonly anomaly: boolean | null;
}

function replayIn(cwd: string, ...flags: readonly string[]): Promise<Finished> {
  return callCli(['replay', ...SLICE, ...PLAIN, ...flags], { cwd });
}

function rowsOf(cwd: string): Row[] {
  const lines = readFileSync(join(cwd, 'out/results.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

async function completed(t: TestContext, ...flags: readonly string[]): Promise<string> {
  const cwd = temporaryFolder(t);
  const { status, stderr } = await replayIn(cwd, ...flags);
  assert.equal(status, 0, stderr);
  return cwd;
}

describe('--threshold', () => {
  test('replaces that of the built-in model, changes verdicts only, and is reported', async (t) => {
    const own = rowsOf(await completed(t));
    const cwd = await completed(t, '--threshold', '0.2');
    const lower = rowsOf(cwd);
    assert.deepEqual(
      lower.map(({ score }) => score),
      own.map(({ score }) => score),
    );
    for (const { score, anomaly } of lower)
      assert.equal(anomaly, score === null ? null : score > Math.fround(0.2));
    const flagged = (rows: readonly Row[]): number => rows.filter(({ anomaly }) => anomaly).length;
    assert.ok(flagged(lower) > flagged(own));
    const summary = JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8')) as RunSummary;
    assert.deepEqual(summary.threshold, { score: 0.2, source: 'given' });
    assert.equal(summary.counts.anomalies, flagged(lower));
    const again = await replayIn(cwd, '--threshold', '0.2');
    assert.match(again.stdout, /^model .*, threshold 0\.2 \(given\)$/m);
    const { stdout } = await callCli(['status', 'out'], { cwd });
    assert.match(stdout, /^settings .*--threshold 0\.2/m);
  });

  test('a run resumes with the same one only', async (t) => {
    const cwd = await completed(t, '--threshold', '0.2');
    for (const [flags, now] of [
      [['--threshold', '0.3'], '0.3'],
      [[], 'not given'],
    ] as const) {
      const { status, stderr } = await replayIn(cwd, ...flags);
      assert.equal(status, 78);
      assert.match(stderr, new RegExp(`holds another run: --threshold was 0\\.2, now ${now}$`, 'm'));
    }
  });

  test('--analyzer takes precedence over one in the configuration file', async (t) => {
    const cwd = temporaryFolder(t);
    const analyzer = join(ROOT, 'examples/rolling-zscore.mjs');
    const environment = { AIOPS_SERVE_THRESHOLD: '0.2' };
    const args = ['replay', ...SLICE, ...PLAIN, '--analyzer', analyzer];
    const { status, stderr } = await callCli(args, { cwd, env: environment });
    assert.equal(status, 0, stderr);
  });
});
