import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Incident } from '#build/core/incidents.js';
import { RunIncidents } from '#build/replay/run-incidents.js';

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
