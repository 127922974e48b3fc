import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Incident } from '#build/core/incidents.js';
import { Executors, IncidentLog } from '#build/pool/executors.js';
import type { LoadRequest } from '#build/protocol/messages.js';

const incident = (minuteMs: number | null, text: string): Incident => ({
  kind: 'lost',
  actor: 'actor-1',
  minuteMs,
  text,
});

test('an incident is taken with its minute or with the next one, once', () => {
  const log = new IncidentLog();
  const taken = (minuteMs: number): string[] => log.take(minuteMs).map(({ text }) => text);
  assert.deepEqual(taken(0), []);
  log.add(incident(2, 'of the third'));
  log.add(incident(null, 'in between'));
  log.add(incident(1, 'of the second'));
  assert.deepEqual([log.has(0), log.has(2)], [true, true]);
  assert.deepEqual(taken(1), ['in between', 'of the second']);
  assert.deepEqual(taken(1), []);
  assert.deepEqual([log.has(1), log.has(2)], [false, true]);
  assert.deepEqual(taken(2), ['of the third']);
});

test('the first executor that is needed produces the results', () => {
  const options = { load: {} as LoadRequest, actors: 2, timeoutMs: 1000, log: () => undefined };
  const sequential = new Executors({ ...options, needed: ['solo', 'pool'] });
  assert.equal(sequential.writer, sequential.solo);
  const parallel = new Executors({ ...options, needed: ['pool'] });
  assert.equal(parallel.writer, parallel.pool);
});
