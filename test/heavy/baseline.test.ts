import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import type { BenchSummary } from '#build/bench/report/bench-summary.js';
import { runCli, temporaryFolder } from '../support/cli.js';

const QUICK = ['--rounds', '2', '--time', '50ms', '--backend', 'wasm', '--actors', '2'];

test('--baseline finds no regression against the run itself, and one against times a thousand times shorter', async (t) => {
  const cwd = temporaryFolder(t);
  const args = ['bench', ...QUICK, '--items', '5,10', '--quiet'];
  assert.equal((await runCli(args, { cwd })).status, 0);
  const then = JSON.parse(readFileSync(join(cwd, 'bench.aiops/bench.json'), 'utf8')) as BenchSummary;
  const doctored = {
    ...then,
    host: { ...then.host, node: 'v1.2.3' },
    cases: then.cases.map((one) => ({
      ...one,
      arms: one.arms.map((arm) => ({ ...arm, roundMs: arm.roundMs.map((ms) => ms / 1000) })),
    })),
  };
  writeFileSync(join(cwd, 'fast.json'), JSON.stringify(doctored));
  const gates = ['--fail-if', 'slower>0'];
  const slower = await runCli([...args, '--baseline', 'fast.json', '--json', ...gates], { cwd });
  assert.equal(slower.status, 99, slower.stderr);
  const { baseline } = JSON.parse(slower.stdout) as BenchSummary;
  assert.deepEqual(baseline?.differences, [`Node: v1.2.3 then, ${process.version} now`]);
  assert.equal(baseline.arms.length, 12);
  assert.ok(baseline.arms.every(({ verdict }) => verdict === 'slower'));
  assert.match(slower.stderr, /warning: the baseline was measured differently/);
  const own = await runCli([...args, '--baseline', 'bench.aiops/bench.json'], { cwd });
  assert.equal(own.status, 64, 'a run does not replace its own baseline');
  const again = await runCli([...args, '--baseline', 'bench.aiops/bench.json', '--json', '--out', 'again'], {
    cwd,
  });
  assert.deepEqual((JSON.parse(again.stdout) as BenchSummary).baseline?.differences, []);
});
