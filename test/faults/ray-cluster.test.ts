import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../support/cli.js';
import { FAULTS, tally } from '../support/faults/amounts.js';
import { CaseFailures } from '../support/faults/case-failures.js';
import { RayCase } from '../support/faults/ray/ray-case.js';
import { pythonWith } from '../support/installed-packages.js';
import { startRay } from '../support/ray/cluster.js';

const ray = await pythonWith('ray[default]==2.60.0');

test(
  `${FAULTS.rayRuns} runs on a Ray cluster, in each of which processes, nodes or files are lost, are local runs in the end`,
  { skip: ray.skip, timeout: 6 * 3_600_000 },
  async (t) => {
    const folder = temporaryFolder(t);
    const cluster = await startRay(t, ray.skip === false ? ray.path : '', 3);
    const failures = new CaseFailures('ray-cluster');
    const [faults, ends] = [new Map<string, number>(), new Map<string, number>()];
    const add = (counts: Map<string, number>, name: string): unknown =>
      counts.set(name, (counts.get(name) ?? 0) + 1);
    const startedAtMs = performance.now();
    await new RayCase(join(folder, 'plain'), cluster, FAULTS.seed, -1, false).run(0);
    const expectedMs = performance.now() - startedAtMs;
    for (let index = 0; index < FAULTS.rayRuns; index++) {
      const one = new RayCase(join(folder, `case-${index}`), cluster, FAULTS.seed, index);
      await failures.run(index, one.text, async () => {
        const beganAtMs = performance.now();
        const { struck, statuses } = await one.run(expectedMs);
        for (const name of struck) add(faults, name);
        for (const status of statuses) add(ends, String(status));
        const seconds = ((performance.now() - beganAtMs) / 1000).toFixed(0);
        console.log(`run ${index}: ${one.text}: ended with ${statuses.join(', ')} after ${seconds} s`);
      });
    }
    for (const [name, count] of faults) tally(`faults of kind "${name}" on a Ray cluster`, count);
    tally('runs on a Ray cluster', FAULTS.rayRuns);
    t.diagnostic([...ends].map(([status, count]) => `${count} × ${status}`).join(', '));
    failures.assertNone();
  },
);
