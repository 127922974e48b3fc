import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RunUsageMeter, type RunUsage } from '#dist/replay/run-usage.js';

interface Session {
  readonly servers: number;
  readonly elapsedMs: number;
  readonly comparingMs: number;
  readonly busyMs: number;
  readonly maxRssBytes: number;
}

/** What the sessions of a run have used up, each resumed from the last commit of the one before. */
function usageOf(sessions: readonly Session[]): RunUsage | null {
  let before: RunUsage | null = null;
  for (const { servers, elapsedMs, comparingMs, busyMs, maxRssBytes } of sessions) {
    let nowMs = 1000;
    const meter: RunUsageMeter = new RunUsageMeter({
      before,
      servers,
      comparingMs: () => comparingMs,
      now: () => nowMs,
      maxRssBytes: () => maxRssBytes,
    });
    nowMs += elapsedMs;
    before = JSON.parse(JSON.stringify(meter.total(busyMs))) as RunUsage; // through a journal
  }
  return before;
}

const FIRST = { servers: 4, elapsedMs: 1000, comparingMs: 200, busyMs: 1600, maxRssBytes: 300 };
const SECOND = { servers: 1, elapsedMs: 500, comparingMs: 100, busyMs: 400, maxRssBytes: 200 };

test('a single session counts what it measured', () => {
  assert.deepEqual(usageOf([FIRST]), {
    elapsedMs: 1000,
    comparingMs: 200,
    busyMs: 1600,
    availableMs: 4 * 800,
    parentMaxRssBytes: 300,
  });
});

test('a resumed run adds up its times, with the actors that each session had, and keeps the most memory', () => {
  const usage = {
    elapsedMs: 1500,
    comparingMs: 300,
    busyMs: 2000,
    availableMs: 4 * 800 + 400,
    parentMaxRssBytes: 300,
  };
  assert.deepEqual(usageOf([FIRST, SECOND]), usage);
  assert.deepEqual(usageOf([SECOND, FIRST]), usage);
});
