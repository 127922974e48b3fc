import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Incident } from '#dist/core/incidents.js';
import { IncidentLog } from '#dist/pool/incident-log.js';

const incident = (minuteMs: number | null, text: string): Incident => ({
  kind: 'lost',
  actor: 'actor-1',
  minuteMs,
  text,
});

test('an incident is told at once, and goes with its minute or with the next one, once', () => {
  const told: string[] = [];
  const log = new IncidentLog(({ text }) => told.push(text));
  const taken = (minuteMs: number): string[] => log.take(minuteMs).map(({ text }) => text);
  assert.deepEqual(taken(0), []);
  log.add(incident(2, 'of the third'));
  log.add(incident(null, 'in between'));
  log.add(incident(1, 'of the second'));
  assert.deepEqual(told, ['of the third', 'in between', 'of the second']);
  assert.deepEqual(taken(1), ['in between', 'of the second']);
  assert.deepEqual(taken(1), []);
  assert.deepEqual(taken(2), ['of the third']);
});
