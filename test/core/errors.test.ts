import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AiopsError, REPLAY_REMEDIES } from '#build/core/errors.js';

test('a hint is worded for the command that shows it', () => {
  const error = new AiopsError('output_io', 'run/results.jsonl is missing', {
    hint: ({ startOver, anotherFolder }) => `restore it, ${startOver}, or ${anotherFolder}`,
  });
  assert.equal(error.hint, 'restore it, start over with --restart, or choose another folder with --out');
  const planned = { ...REPLAY_REMEDIES, startOver: 'plan again', anotherFolder: 'leave it' };
  assert.equal(error.hintWith(planned), 'restore it, plan again, or leave it');
  assert.equal(new AiopsError('usage', 'no', { hint: 'do not' }).hintWith(planned), 'do not');
  assert.equal(new AiopsError('usage', 'no').hintWith(planned), undefined);
});
