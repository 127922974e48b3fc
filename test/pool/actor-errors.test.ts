import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describeExit, lostTooOften } from '#build/pool/actor-errors.js';

const actor = { name: 'actor-2', pid: 12, doing: 'answering 5 items', lastLines: [] };
const exit = { exitCode: null, signal: null, spawnError: null };

test('an exit tells who, how, while doing what, and its last words', () => {
  const killed = describeExit({ ...exit, signal: 'SIGKILL' }, actor);
  assert.equal(killed.message, 'actor-2 (pid 12) was ended by SIGKILL while answering 5 items');
  assert.match(killed.hint ?? '', /out of memory.*fewer --actors/);
  const left = describeExit({ ...exit, exitCode: 3 }, { ...actor, lastLines: ['one', 'two'] });
  assert.equal(
    left.message,
    'actor-2 (pid 12) exited with status 3 while answering 5 items; its last lines were: one | two',
  );
  const never = describeExit({ ...exit, spawnError: 'spawn EAGAIN' }, { ...actor, pid: undefined });
  assert.equal(never.message, 'actor-2 could not be started: spawn EAGAIN');
  for (const error of [killed, left, never]) assert.equal(error.code, 'actor_failed');
});

test('of an uncaught error the message is shown, not the stack', () => {
  const stack = Array.from({ length: 10 }, (_, i) => `    at deep (file:///x.js:${i})`);
  const lastLines = ['', 'Error: the reason', ...stack, '', 'Node.js v20.1.0'];
  const error = describeExit({ ...exit, exitCode: 1 }, { ...actor, lastLines });
  assert.ok(error.message.endsWith('; its last lines were: Error: the reason'), error.message);
});

test('losses on chunks of several minutes hint at --block 1, others do not', () => {
  const error = describeExit({ ...exit, signal: 'SIGKILL' }, actor);
  const hintAfter = (minutes: number | null): string =>
    lostTooOften(
      {
        ...{ actor: 'actor-2', error, isReported: false, wasLoading: false },
        chunk: minutes === null ? null : { minuteMs: 0, minutes, callItems: 5 },
      },
      3,
    ).hint ?? '';
  assert.ok(hintAfter(2).startsWith(`${error.hint}; `));
  assert.match(hintAfter(2), /--block 1\b/);
  assert.equal(hintAfter(1), error.hint);
  assert.equal(hintAfter(null), error.hint);
});
