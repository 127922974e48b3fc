import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';

import { SCENARIOS, type ScenarioName } from '#dist/bench/scenarios/scenario-names.js';
import { scenarioReport, scenarioTable } from '#dist/bench/scenarios/scenario-report.js';
import { loadRequest } from '#dist/pool/load-request.js';
import { findModel } from '#dist/model/model-choice.js';
import { labTools, type Lab, type LabTools } from '#dist/bench/scenarios/lab.js';
import { runScenario } from '#dist/bench/scenarios/run-scenario.js';

import { assertGone } from '../support/processes.js';

/** A lab with real actors of the built-in model and little work; `pids` are all that were started. */
async function realLab(changes: Partial<Lab> = {}): Promise<{ lab: Lab; pids: number[] }> {
  const model = await findModel({ kind: 'model', path: null, bare: null });
  const settings = {
    modelFormat: 'auto',
    threadsPerActor: 1,
    batchSize: 'auto',
    batchShape: 'fixed',
  } as const;
  const pids: number[] = [];
  const tools = labTools({ log: () => undefined, timeoutMs: 60_000 });
  const lab: Lab = {
    loads: [loadRequest({ ...settings, backend: 'wasm', params: {} }, model.source, null)],
    actors: 2,
    items: 50,
    rounds: 2,
    timeMs: 1,
    limitMs: 60_000,
    seed: 1,
    signal: new AbortController().signal,
    onNotice: () => undefined,
    onStep: () => undefined,
    tools: noting(tools, pids),
    ...changes,
  };
  return { lab, pids };
}

/** The same tools, the processes of what they open being noted once it is ready. */
function noting(tools: LabTools, pids: number[]): LabTools {
  const noted = <E extends ReturnType<LabTools['openSolo']>>(executor: E): E => {
    const start = executor.start.bind(executor);
    executor.start = async () => {
      const ready = await start();
      pids.push(...ready.actors.map(({ pid }) => pid));
      return ready;
    };
    return executor;
  };
  return {
    ...tools,
    openPool: (load, actors) => noted(tools.openPool(load, actors)),
    openSolo: (load) => noted(tools.openSolo(load)),
  };
}

/** Processes that each scenario starts with two actors and two rounds. */
const STARTED: Readonly<Record<ScenarioName, number>> = {
  granularity: 2,
  gather: 2,
  reload: 1 + 3,
  idle: 1 + 2,
  pool: 1 + 2,
};

for (const scenario of SCENARIOS) {
  const skip = scenario === 'idle' && !existsSync('/proc/self/status') && 'not Linux';
  test(
    `${scenario} with real actors: answers agree, figures are there, no process stays`,
    { skip },
    async () => {
      const { lab, pids } = await realLab();
      const summary = await runScenario(scenario, lab);
      assert.ok(summary !== null);
      const [result, ...others] = summary.results;
      assert.ok(result !== undefined && others.length === 0);
      assert.deepEqual([result.backend.name, result.items, result.model.name], ['wasm', 50, 'builtin']);
      if ('answers' in result) assert.deepEqual([result.answers.identical, result.rounds >= 2], [true, true]);
      for (const row of scenarioTable(summary).rows) {
        for (const value of row.flatMap(({ fields }) => fields)) {
          if (typeof value === 'number') assert.ok(Number.isFinite(value));
        }
      }
      assert.match(scenarioReport(summary), new RegExp(`^${scenario}: .*\\?\nbuiltin .* on wasm, `));
      assert.equal(pids.length, STARTED[scenario]);
      await assertGone(pids);
    },
  );

  test(`${scenario} ends early when told to, and no process stays`, { skip }, async () => {
    const aborter = new AbortController();
    const { lab, pids } = await realLab({
      signal: aborter.signal,
      onStep: () => void setImmediate(() => aborter.abort()),
    });
    assert.equal(await runScenario(scenario, lab), null);
    await assertGone(pids);
  });
}

test('an actor that refuses its model ends a scenario with the reason', async () => {
  const { lab } = await realLab();
  const loads = lab.loads.map((load) => ({
    ...load,
    model: { kind: 'analyzer', module: '/nowhere.mjs' } as const,
  }));
  await assert.rejects(runScenario('gather', { ...lab, loads }), { code: 'model' });
});
