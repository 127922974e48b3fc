/** Scalers of single targets against scikit-learn, whose numbers must agree in every bit of Float32. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { linearModel, writeBundle } from '../support/bundles.js';
import { runCli, temporaryFolder } from '../support/cli.js';
import { pythonWith } from '../support/installed-packages.js';

const python = await pythonWith('scikit-learn==1.9.1', 'skl2onnx==1.20.0');

/** Writes 40 minutes of 12 hosts, a scaler for each, and what it makes of the values, as Float32. */
const SCALE = `
import csv, json, sys
import numpy as np
from sklearn.preprocessing import MinMaxScaler, StandardScaler
kind = sys.argv[1]
rng = np.random.default_rng(3)
columns = ["cpu", "mem"]
expected = {}
data, scalers = csv.writer(open("data.csv", "w")), csv.writer(open("bundle/scalers.csv", "w"))
data.writerow(["timestamp", "target", *columns])
scalers.writerow(["target", "column", *(["mean", "scale"] if kind == "zscore" else ["min", "max"])])
for host in range(12):
    target = f"host {host}, rack \\"{host % 3}\\""
    rows = rng.normal(size=(40, 2)) * [10.0 ** (host % 5), 1e8] + [host * 1e3, 1e9 * (host + 1)]
    if host == 4:
        rows[:, 0] = 7.25  # a constant column
    scaler = (StandardScaler() if kind == "zscore" else MinMaxScaler()).fit(rows)
    numbers = (scaler.mean_, scaler.scale_) if kind == "zscore" else (scaler.data_min_, scaler.data_max_)
    for column, a, b in zip(columns, *numbers):
        scalers.writerow([target, column, float(a), float(b)])
    for minute, row in enumerate(rows.tolist()):
        data.writerow([1700000040 + 60 * minute, target, *row])
    expected[target] = scaler.transform(rows).astype(np.float32).astype(float).tolist()
json.dump(expected, open("expected.json", "w"))
`;

/** Sends one number through a model that returns it. */
const IDENTITY = linearModel(
  [1, 2],
  [
    [1, 0],
    [0, 1],
  ],
);

suite('scalers of targets', { skip: python.skip }, () => {
  for (const kind of ['zscore', 'minmax']) {
    test(`${kind} gives scikit-learn's numbers, the same bytes for any number of actors`, async (t) => {
      const cwd = temporaryFolder(t);
      const bundle = join(cwd, 'bundle');
      const normalize = { kind, per: 'target', file: 'scalers.csv' };
      const input = { columns: ['cpu', 'mem'], window: 1, shape: '[window,columns]', normalize };
      execFileSync('mkdir', [bundle]);
      writeBundle(bundle, { model: IDENTITY, input, output: { kind: 'raw' } });
      execFileSync('path' in python ? python.path : assert.fail(), ['-c', SCALE, kind], { cwd });
      const sealed = await runCli(['model', 'seal', bundle], { cwd });
      assert.equal(sealed.status, 0, sealed.stderr);
      const texts: string[] = [];
      for (const actors of ['1', '3']) {
        const flags = ['--model', bundle, '--backend', 'wasm', '--compare-time', '300ms', '--actors', actors];
        const { status, stderr } = await runCli(['replay', 'data.csv', '--sort', '--out', actors, ...flags], {
          cwd,
        });
        assert.equal(status, 0, stderr);
        assert.doesNotMatch(stderr, /gave different answers/);
        texts.push(readFileSync(join(cwd, actors, 'results.jsonl'), 'utf8'));
      }
      assert.equal(texts[1], texts[0]);
      const expected = JSON.parse(readFileSync(join(cwd, 'expected.json'), 'utf8')) as Record<
        string,
        number[][]
      >;
      const found = new Map<string, number[][]>();
      for (const line of texts[0]!.trimEnd().split('\n')) {
        const { target, output } = JSON.parse(line) as { target: string; output: number[] };
        found.set(target, [...(found.get(target) ?? []), output.map(Math.fround)]);
      }
      let differing = 0;
      for (const [target, rows] of Object.entries(expected))
        for (const [i, row] of rows.entries())
          for (const [k, value] of row.entries()) {
            const own = found.get(target)?.[i]?.[k] ?? NaN;
            if (own !== value) differing++;
            assert.ok(
              Math.abs(own - value) <= 2 ** -23 * Math.max(Math.abs(value), 1),
              `${target} ${i}: ${own} ${value}`,
            );
          }
      t.diagnostic(`${differing} of 960 numbers differ, in the last bit`);
      assert.equal(found.size, 12);
    });
  }
});
