import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Incident, Quarantine } from '#dist/core/incidents.js';
import { RunIncidents } from '#dist/run/backfill/run-incidents.js';
import { progress } from '../../support/journals.js';

const lost: Incident = { kind: 'lost', actor: 'actor-1', minuteMs: 0, text: 'actor-1 was ended by SIGKILL' };
const quarantine = (untilMs: number): Quarantine => ({ target: 'a', column: null, fromMs: 0, untilMs });
const quarantined = (untilMs: number): Incident => ({
  kind: 'quarantined',
  actor: 'isolation',
  minuteMs: 0,
  text: 'a is left out',
  quarantine: quarantine(untilMs),
});

test('incidents are counted on from earlier sessions, and listed of this one', () => {
  const incidents = new RunIncidents(
    progress({ incidents: { lost: 2, grown: 1, retried: 0, isolated: 0, quarantined: 0 } }),
  );
  incidents.add([lost, quarantined(5)]);
  assert.deepEqual(incidents.counts, { lost: 3, grown: 1, retried: 0, isolated: 0, quarantined: 1 });
  assert.deepEqual(
    incidents.listed.map(({ kind }) => kind),
    ['lost', 'quarantined'],
  );
});

test('all are counted, but no more than 100 are listed', () => {
  const incidents = new RunIncidents(null);
  for (let i = 0; i < 250; i++) incidents.add([lost]);
  assert.equal(incidents.counts.lost, 250);
  assert.equal(incidents.listed.length, 100);
});

test('a quarantine holds in the minutes before its end, also one of an earlier session', () => {
  const incidents = new RunIncidents(progress({ quarantines: [quarantine(3)] }));
  incidents.add([quarantined(5)]);
  const ends = (minuteMs: number): number[] =>
    incidents.quarantinesAfter(minuteMs).map(({ untilMs }) => untilMs);
  assert.deepEqual(ends(2), [3, 5]);
  assert.deepEqual(ends(3), [5]);
  assert.deepEqual(ends(5), []);
});
