import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Incident } from '#build/core/incidents.js';
import type { ProcessUse } from '#build/core/process-use.js';
import type { RunUsage } from '#build/replay/resume/run-facts.js';
import { NO_USAGE, RunIncidents, UsageMeter } from '#build/replay/totals.js';

interface Session {
  readonly servers: number;
  readonly elapsedMs: number;
  readonly comparingMs: number;
  readonly busyMs: number;
  readonly parent: ProcessUse;
  readonly actors: ProcessUse;
}

/** What the sessions of a run have used, each resumed from the last commit of the one before. */
function usageOf(sessions: readonly Session[]): RunUsage | null {
  let before: RunUsage | null = null;
  for (const { servers, elapsedMs, comparingMs, busyMs, parent, actors } of sessions) {
    let nowMs = 1000;
    const meter: UsageMeter = new UsageMeter({
      before: before ?? NO_USAGE,
      servers,
      comparingMs: () => comparingMs,
      now: () => nowMs,
      parent: () => parent,
      actors: () => actors,
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

const lost: Incident = { kind: 'lost', actor: 'actor-1', minuteMs: 0, text: 'actor-1 was ended by SIGKILL' };
const grown: Incident = { kind: 'grown', actor: 'actor-1', minuteMs: null, text: 'actor-1 held 2 GiB' };

test('incidents are counted on from earlier sessions, and listed of this one', () => {
  const incidents = new RunIncidents({ lost: 2, grown: 1, retried: 0, isolated: 0, quarantined: 0 });
  incidents.add([lost, grown]);
  assert.deepEqual(incidents.counts, { lost: 3, grown: 2, retried: 0, isolated: 0, quarantined: 0 });
  assert.deepEqual(
    incidents.listed.map(({ kind }) => kind),
    ['lost', 'grown'],
  );
});

test('all are counted, but no more than 100 are listed', () => {
  const incidents = new RunIncidents();
  for (let i = 0; i < 250; i++) incidents.add([lost]);
  assert.equal(incidents.counts.lost, 250);
  assert.equal(incidents.listed.length, 100);
});
