import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import type { ModelFormat } from '#build/core/types.js';
import type { RunSummary } from '#build/replay/report/run-summary.js';
import { recording, runCli, temporaryFolder } from '../support/cli.js';
import { BUNDLES } from '../support/examples.js';
import { COMBINATIONS, noNative, suiteOfFormats, testBytesOnNode, TOLERANCE } from '../support/formats.js';

for (const name of BUNDLES) {
  suiteOfFormats(name);
  testBytesOnNode(name, ['2', '3', '7']);
}

interface Row {
  readonly status: string;
  readonly score: number | null;
  readonly anomaly: boolean | null;
}

const rowsOf = (folder: string): Row[] =>
  readFileSync(join(folder, 'results.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

test(
  'one recording through SavedModel on node, GraphModel and LayersModel on wasm: all flags equal',
  { skip: noNative },
  async (t) => {
    const cwd = temporaryFolder(t);
    const runs = new Map<ModelFormat, Row[]>();
    for (const { backend, format } of COMBINATIONS) {
      if (backend === 'node' && format !== 'saved-model') continue;
      const flags = ['--backend', backend, '--model-format', format, '--compare', 'none', '--out', format];
      const { status, stderr } = await runCli(['replay', recording('real-day.csv'), ...flags], { cwd });
      assert.equal(status, 0, stderr);
      runs.set(format, rowsOf(join(cwd, format)));
      const { backend: facts, model } = JSON.parse(
        readFileSync(join(cwd, format, 'timing.json'), 'utf8'),
      ) as RunSummary;
      assert.deepEqual(
        [facts.name, facts.threads, model.format, model.name],
        [backend, 1, format, 'builtin'],
      );
      assert.ok(Object.keys(facts.versions).length > 0 && /^[0-9a-f]{64}$/.test(model.digest));
    }
    const [saved = [], ...others] = [...runs.values()];
    assert.equal(saved.length, 14_400);
    for (const rows of others) {
      for (const [i, row] of rows.entries()) {
        const { status, anomaly, score } = saved[i]!;
        assert.deepEqual([row.status, row.anomaly], [status, anomaly], `row ${i}`);
        // The score is the model's one output; either side may be off by the tolerance.
        const difference = Math.abs((row.score ?? 0) - (score ?? 0));
        assert.ok(
          difference <= TOLERANCE * Math.max(score ?? 0, 1e-3),
          `row ${i}: ${row.score} and ${score}`,
        );
      }
    }
  },
);
