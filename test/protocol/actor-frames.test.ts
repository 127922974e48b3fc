import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { NO_VERDICT, ROW_STATUS } from '#build/core/block.js';
import { ActorMessageEncoder, parseActorMessage } from '#build/protocol/actor-frames.js';
import { FrameEncoder } from '#build/protocol/frame-encoder.js';
import { ProtocolError } from '#build/protocol/frames.js';
import type { Answer } from '#build/protocol/messages.js';

import { damage, damaged, frameOf, refusedOrRead, viaActor } from '../support/messages.js';
import { errorOf } from '../support/refusals.js';

const ERROR = { errno: 'bad_mem', errmsg: 'größer' };
const NO_TEXT = { errno: 'x', errmsg: '' };

/** An answer to three rows in two minutes. */
function answer(given: Partial<Answer['answers']> = {}, others: Partial<Answer> = {}): Answer {
  return {
    type: 'answer',
    id: 4,
    answers: {
      rowOffsets: Uint32Array.of(0, 1, 3),
      statuses: Uint8Array.of(ROW_STATUS.ok, ROW_STATUS.lost, ROW_STATUS.ok),
      scores: Float32Array.of(1, NaN, 3),
      anomalies: Uint8Array.of(1, NO_VERDICT, 0),
      lines: { bytes: Uint8Array.of(7, 8, 9, 10), offsets: Uint32Array.of(0, 1, 4) },
      outputs: { values: Float32Array.of(10, 20, 30), offsets: Uint32Array.of(0, 1, 1, 3) },
      ...given,
    },
    items: 2,
    timing: {
      arrivedAtMs: 1e9,
      servedFromMs: 1e9 + 0.5,
      decodeMs: 0.25,
      normalizeMs: 1,
      predictMs: 2,
      replyMs: 3,
    },
    usage: { rssBytes: 2 ** 31, cpuMs: 1.5 },
    ...others,
  };
}

test('answers and progress read back the same', () => {
  const none = { statuses: new Uint8Array(0), scores: new Float32Array(0), anomalies: new Uint8Array(0) };
  const empty = answer(
    { ...none, rowOffsets: Uint32Array.of(0, 0), lines: null, outputs: null },
    { items: 0 },
  );
  const noLines = answer({ lines: { bytes: new Uint8Array(0), offsets: Uint32Array.of(0, 0, 0) } });
  const progress = { type: 'progress', id: 2 ** 40 } as const;
  for (const message of [
    answer(),
    answer({ lines: null }),
    answer({ outputs: null }),
    answer({ errors: { rows: Uint32Array.of(0, 2), codes: Uint32Array.of(1, 0), kinds: [ERROR, NO_TEXT] } }),
    answer({ metrics: [lines, { bytes: new Uint8Array(0), offsets: Uint32Array.of(0, 0, 0) }] }),
    empty,
    noLines,
    progress,
  ]) {
    assert.deepEqual(viaActor(message), message);
  }
});

const lines = { bytes: Uint8Array.of(7, 8), offsets: Uint32Array.of(0, 1, 2) };
const outputs = { values: Float32Array.of(10), offsets: Uint32Array.of(0, 1, 1, 1) };

for (const [what, given, reason] of [
  ['verdicts for other rows', { anomalies: Uint8Array.of(1) }, /anomalies has 1 values instead of 3/],
  ['an unknown verdict', { anomalies: Uint8Array.of(0, 3, 0) }, /anomalies must be at most 2, one is 3/],
  ['an unknown status', { statuses: Uint8Array.of(0, 0, 6) }, /statuses must be at most 5, one is 6/],
  ['statuses of other rows', { statuses: new Uint8Array(4) }, /statuses has 4 values instead of 3/],
  ['rows without a minute', { rowOffsets: new Uint32Array(0) }, /rowOffsets must run from 0 to 3/],
  [
    'rows beyond the last minute',
    { rowOffsets: Uint32Array.of(0, 1, 2) },
    /rowOffsets must run from 0 to 3, not to 2/,
  ],
  ['rows that fall', { rowOffsets: Uint32Array.of(0, 4, 3) }, /rowOffsets must not decrease/],
  [
    'lines of other minutes',
    { lines: { ...lines, offsets: Uint32Array.of(0, 2) } },
    /lines.offsets has 2 values instead of 3/,
  ],
  [
    'metrics of other minutes',
    { metrics: [lines, { ...lines, offsets: Uint32Array.of(0, 2) }] },
    /metrics.1.offsets has 2 values instead of 3/,
  ],
  [
    'lines that fall',
    { lines: { ...lines, offsets: Uint32Array.of(0, 2, 1) } },
    /lines.offsets must not decrease/,
  ],
  [
    'lines that do not start',
    { lines: { ...lines, offsets: Uint32Array.of(1, 1, 2) } },
    /lines.offsets must run from 0/,
  ],
  [
    'outputs of other rows',
    { outputs: { ...outputs, offsets: Uint32Array.of(0, 1) } },
    /outputs.offsets has 2 values instead of 4/,
  ],
  [
    'outputs that do not end',
    { outputs: { ...outputs, offsets: Uint32Array.of(0, 1, 1, 2) } },
    /outputs.offsets must run from 0 to 1/,
  ],
] as const) {
  test(`an answer is refused for ${what}`, () => {
    assert.throws(() => viaActor(answer(given)), errorOf(ProtocolError, reason));
  });
}

for (const items of [4, -1, 0.5]) {
  test(`an answer is refused for ${items} items in three rows`, () => {
    assert.throws(
      () => viaActor(answer({}, { items })),
      errorOf(ProtocolError, /items cannot be among 3 rows/),
    );
  });
}
for (const [what, fields, reason] of [
  ['an unknown code', { id: null, code: 'toString', message: '', hint: null }, /code must be one of/],
  ['a hint that is missing', { id: null, code: 'model', message: '' }, /hint must be text, it is missing/],
  ['an id that is missing', { code: 'model', message: '', hint: null }, /id must be a finite number/],
] as const) {
  test(`an actor's failure is refused for ${what}`, () => {
    assert.throws(
      () => parseActorMessage(frameOf(new FrameEncoder().encode('failed', fields))),
      errorOf(ProtocolError, reason),
    );
  });
}

test('an actor may not send what only a parent sends', () => {
  assert.throws(
    () => parseActorMessage(frameOf(new FrameEncoder().encode('chunk', {}))),
    /does not send chunk/,
  );
});

test('an answer with any bytes changed is refused or understood, and nothing else happens', () => {
  fc.assert(
    fc.property(damage, (changes) => {
      refusedOrRead(damaged(new ActorMessageEncoder().encode(answer()), changes), parseActorMessage);
    }),
    { numRuns: 1000 },
  );
});
