import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';

import { runScenario, type ScenarioRun } from '#build/bench/scenarios/measure-scenario.js';
import type { ScenarioName } from '#build/bench/scenarios/scenario-names.js';
import { scenarioReport, scenarioTable } from '#build/bench/scenarios/scenario-report.js';
import { thisMachine, type Machine } from '#build/bench/scenarios/trial.js';
import { findModel } from '#build/model/model-choice.js';
import { loadRequest } from '#build/pool/load-request.js';

import { assertGone } from './processes.js';

/** Real actors of the built-in model with little work; `pids` are all that were started. */
export async function realRun(
  changes: Partial<ScenarioRun> = {},
): Promise<{ run: ScenarioRun; pids: number[] }> {
  const model = await findModel({ kind: 'model', path: null, bare: null, threshold: null });
  const settings = {
    modelFormat: 'auto',
    threadsPerActor: 1,
    batchSize: 'auto',
    batchShape: 'fixed',
  } as const;
  const pids: number[] = [];
  const run: ScenarioRun = {
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
    machine: noting(
      thisMachine(() => undefined, 60_000),
      pids,
    ),
    ...changes,
  };
  return { run, pids };
}

/** The same machine; the processes of its executors are noted once they are ready. */
function noting(machine: Machine, pids: number[]): Machine {
  return {
    ...machine,
    open: (load, actors, needed) => {
      const executors = machine.open(load, actors, needed);
      for (const executor of [executors.pool, executors.solo]) {
        const start = executor.start.bind(executor);
        let started: ReturnType<typeof start> | null = null;
        executor.start = () =>
          (started ??= start().then((ready) => {
            pids.push(...ready.actors.map(({ pid }) => pid));
            return ready;
          }));
      }
      return executors;
    },
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

const skipOf = (scenario: ScenarioName): string | false =>
  scenario === 'idle' && !existsSync('/proc/self/status') ? 'not Linux' : false;

/** A whole scenario with real actors. */
export function testScenario(scenario: ScenarioName): void {
  test(
    `${scenario} with real actors has finite figures and equal answers, and leaves no process`,
    { skip: skipOf(scenario) },
    async () => {
      const { run, pids } = await realRun();
      const summary = await runScenario(scenario, run);
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
}

/** A scenario that is aborted after its first step. */
export function testEarlyEnd(scenario: ScenarioName): void {
  test(`${scenario} ends early on a signal and leaves no process`, { skip: skipOf(scenario) }, async () => {
    const aborter = new AbortController();
    const { run, pids } = await realRun({
      signal: aborter.signal,
      onStep: () => void setImmediate(() => aborter.abort()),
    });
    assert.equal(await runScenario(scenario, run), null);
    await assertGone(pids);
  });
}
