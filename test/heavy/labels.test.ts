import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import type { TargetFigures } from '#build/replay/report/target-accounts.js';
import type { RunSummary } from '#build/replay/report/run-summary.js';

import { recording, ROOT, runCli, temporaryFolder } from '../support/cli.js';
import { readSummary } from '../support/run-files.js';

const PLAIN = ['--backend', 'wasm', '--compare', 'none', '--actors', '1', '--out', 'out'];

describe('labels', () => {
  test('the built-in model detects on the three test days what its training script reports', async (t) => {
    const cwd = temporaryFolder(t);
    const week = gunzipSync(readFileSync(recording('cloud-monitoring-week.csv.gz'))).toString();
    const [header = '', ...rows] = week.split('\n');
    // The test days begin with 59 minutes of look-back, which are warm-up in a replay.
    const days = rows.filter((line) => line >= '2018-04-28T23:01');
    writeFileSync(join(cwd, 'days.csv'), [header, ...days].join('\n'));
    const result = await runCli(['replay', 'days.csv', ...PLAIN], { cwd });
    assert.equal(result.status, 0, result.stderr);
    const { labels } = readSummary(join(cwd, 'out'));
    assert.equal(labels?.counts.scored, 43_200);
    assert.equal(labels.counts.warmup, 590);
    assert.equal(labels.overall.positives, 1318);
    assert.equal(labels.meanAveragePrecision?.toFixed(3), '0.461');
    // The table of docs/builtin-model.md, which scripts/model/train.py printed with three decimals.
    const expected = {
      'ingress-01': [0.547, 0.553, 0.722, 0.627, 94],
      'ingress-02': [0.655, 0.474, 1, 0.643, 38],
      'ingress-04': [0.367, 0.5, 0.567, 0.531, 76],
      'ingress-05': [0.381, 0.495, 0.652, 0.562, 91],
      'mongo-03': [0.354, null, 0, 0, 0],
    };
    for (const [target, figures] of Object.entries(expected)) {
      const found: TargetFigures | undefined = labels.perTarget.find((one) => one.target === target);
      assert.ok(found, target);
      const { averagePrecision, precision, recall, f1, flagged } = found;
      [averagePrecision, precision, recall, f1, flagged].forEach((figure, i) => {
        const printed = figures[i] ?? null;
        if (printed === null || figure === null) assert.equal(figure, printed, target);
        else assert.ok(Math.abs(figure - printed) < 0.000501, `${target}: ${figure} for ${printed}`);
      });
    }
    assert.equal(labels.perTarget.find(({ target }) => target === 'mongo-04')?.averagePrecision, null);
    assert.match(result.stdout, /^labelled .* avg. precision +best F1 +threshold$/m);
    assert.match(result.stdout, /43,200 labelled records scored; not counted: 590 in warm-up/);
  });

  test('the best threshold, used as the model’s, gives the reported figures', async (t) => {
    const cwd = temporaryFolder(t);
    const model = [join(ROOT, 'fixtures/bundles/builtin/graph/model.json'), '--window', '60'];
    const replay = async (threshold: string): Promise<RunSummary> => {
      const bare = [...model, '--normalize', 'window-robust', '--threshold', threshold];
      const input = [recording('real-day.csv'), '--restart'];
      const result = await runCli(['replay', ...input, ...PLAIN, '--model', ...bare], { cwd });
      assert.equal(result.status, 0, result.stderr);
      return readSummary(join(cwd, 'out'));
    };
    const best = (await replay('0.65')).labels?.overall.best;
    assert.ok(best);
    const again = (await replay(String(best.threshold))).labels?.overall;
    const { precision, recall, f1 } = again ?? {};
    assert.deepEqual({ threshold: best.threshold, precision, recall, f1 }, best);
  });
});
