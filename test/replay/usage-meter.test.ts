import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ProcessUse } from '#build/core/process-use.js';
import type { RunUsage } from '#build/replay/resume/run-facts.js';
import { UsageMeter } from '#build/replay/usage-meter.js';

interface Session {
  readonly servers: number;
  readonly elapsedMs: number;
  readonly comparingMs: number;
  readonly busyMs: number;
  readonly parent: ProcessUse;
  readonly actors: ProcessUse;
}

/** What the sessions of a run have used, each resumed from the last commit of the one before. */
function usageOf(sessions: readonly Session[]): RunUsage | undefined {
  let before: RunUsage | undefined;
  for (const { servers, elapsedMs, comparingMs, busyMs, parent, actors } of sessions) {
    let nowMs = 1000;
    const meter: UsageMeter = new UsageMeter({
      before,
      executors: { writer: { actors: servers }, use: actors },
      comparer: { spentMs: comparingMs },
      parent: () => parent,
      now: () => nowMs,
    });
    nowMs += elapsedMs;
    before = JSON.parse(JSON.stringify(meter.total(busyMs))) as RunUsage; // through a journal
  }
  return before;
}

const use = (cpuMs: number, maxRssBytes: number): ProcessUse => ({ cpuMs, maxRssBytes });
const FIRST = {
  ...{ servers: 4, elapsedMs: 1000, comparingMs: 200, busyMs: 1600 },
  ...{ parent: use(500, 300), actors: use(1700, 400) },
};
const SECOND = {
  ...{ servers: 1, elapsedMs: 500, comparingMs: 100, busyMs: 400 },
  ...{ parent: use(50, 200), actors: use(450, 600) },
};

test('a single session counts what it measured', () => {
  assert.deepEqual(usageOf([FIRST]), {
    elapsedMs: 1000,
    comparingMs: 200,
    busyMs: 1600,
    availableMs: 4 * 800,
    parent: use(500, 300),
    actors: use(1700, 400),
  });
});

test('a resumed run adds up its times, with the actors that each session had, and keeps the most memory', () => {
  const usage = {
    elapsedMs: 1500,
    comparingMs: 300,
    busyMs: 2000,
    availableMs: 4 * 800 + 400,
    parent: use(550, 300),
    actors: use(2150, 600),
  };
  assert.deepEqual(usageOf([FIRST, SECOND]), usage);
  assert.deepEqual(usageOf([SECOND, FIRST]), usage);
});
