import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runLoop, type Received } from '#build/actor/loop.js';
import { Mailbox } from '#build/actor/mailbox.js';
import type { LoadRuntime } from '#build/actor/load-runtime.js';
import { NO_VERDICT, ROW_STATUS, type Answers } from '#build/core/block.js';
import type { Analyzer, AnalyzerAnswer, AnalyzerItem, ItemError } from '#build/model/analyzer.js';
import { ProtocolError } from '#build/protocol/frames.js';
import {
  PROTOCOL_VERSION,
  type ActorMessage,
  type Answer,
  type Failed,
  type ParentMessage,
} from '#build/protocol/messages.js';

import { blockOf } from '../support/blocks.js';
import { chunkOf } from '../support/chunks.js';
import { answerOf, fakeAnalyzer, fakeRuntime, loadOf } from '../support/fake-runtime.js';

const HELLO: ParentMessage = { type: 'hello', version: PROTOCOL_VERSION };
const INIT: ParentMessage = { type: 'init', load: loadOf() };
const STOP: ParentMessage = { type: 'stop' };

/** A clock that goes on by 1 ms whenever it is read. */
function ticking(): () => number {
  let now = 0;
  return () => now++;
}

/** What the loop sends when it receives these messages; each takes 0.5 ms to decode. */
async function converse(messages: readonly ParentMessage[], load: LoadRuntime): Promise<ActorMessage[]> {
  const received = new Mailbox<Received>();
  for (const message of messages) received.put({ message, arrivedAtMs: -1, decodeMs: 0.5 });
  const sent: ActorMessage[] = [];
  await runLoop({ received, send: (message) => void sent.push(message) }, load, ticking());
  return sent;
}

const JSON_LINES = { format: 'jsonl', anomaliesOnly: false, fullOutput: false } as const;

/** By row. */
function errorsIn({ lines }: Answers): (ItemError | null)[] {
  const texts = new TextDecoder().decode(lines?.bytes).trimEnd().split('\n');
  return texts.map((text) => {
    const { errno, errmsg } = JSON.parse(text) as Partial<Record<string, string | null>>;
    return typeof errno === 'string' && typeof errmsg === 'string' ? { errno, errmsg } : null;
  });
}

/** The loop's replies to these chunks. */
async function replies(
  analyzer: Analyzer,
  ...chunks: readonly ParentMessage[]
): Promise<(Answer | Failed)[]> {
  const [hello, ready, ...others] = await converse([HELLO, INIT, ...chunks, STOP], fakeRuntime(analyzer));
  assert.equal(hello?.type, 'hello');
  assert.equal(ready?.type, 'ready');
  return others as (Answer | Failed)[];
}

async function reply(analyzer: Analyzer, chunk: ParentMessage): Promise<Answer> {
  const [only, ...others] = await replies(analyzer, chunk);
  assert.deepEqual(others, []);
  assert.equal(only?.type, 'answer', only?.type === 'failed' ? only.message : undefined);
  return only;
}

test('every answer reports what the process uses', async () => {
  const received = new Mailbox<Received>();
  for (const message of [HELLO, INIT, chunkOf(['a'], 0, { id: 1 }), chunkOf(['b'], 0, { id: 2 }), STOP]) {
    received.put({ message, arrivedAtMs: 0, decodeMs: 0 });
  }
  const sent: ActorMessage[] = [];
  let bytes = 100;
  const send = (message: ActorMessage): void => void sent.push(message);
  await runLoop({ received, send }, fakeRuntime(fakeAnalyzer()), ticking(), () => ({
    rssBytes: bytes++,
    cpuMs: 7,
  }));
  assert.deepEqual(
    sent.flatMap((message) => (message.type === 'answer' ? [message.usage] : [])),
    [100, 101].map((rssBytes) => ({ rssBytes, cpuMs: 7 })),
  );
});

test('hello, ready with the facts, answers in order, then the end', async () => {
  const chunks = [3, 0, 7].map((id) => chunkOf(['a', 'b'], id, { id }));
  const load = fakeRuntime(fakeAnalyzer());
  const sent = await converse(
    [HELLO, { type: 'init', load: loadOf({ notice: 'so' }) }, ...chunks, STOP],
    load,
  );
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['hello', 'ready', 'answer', 'answer', 'answer'],
  );
  const [hello, ready, ...answers] = sent;
  assert.deepEqual(hello, HELLO);
  assert.ok(ready?.type === 'ready');
  assert.equal(ready.pid, process.pid);
  assert.deepEqual(ready.notices, [{ level: 'info', text: 'so' }]);
  assert.deepEqual(
    answers.map((answer) => answer.type === 'answer' && [answer.id, ...answer.answers.scores]),
    [
      [3, 3, 4],
      [0, 0, 1],
      [7, 7, 8],
    ],
  );
});

test('answers become columns', async () => {
  const answers: Record<string, AnalyzerAnswer> = {
    scored: { score: 1.5, anomaly: true, output: [1, 2] },
    unscored: { score: null, anomaly: null, output: [] },
    failed: { errno: 'nope', errmsg: 'no such thing' },
    quiet: { score: -1, anomaly: false, output: Float64Array.of(3) },
  };
  const analyzer: Analyzer = { window: 1, predict: (items) => items.map(({ target }) => answers[target]!) };
  const { answers: columns, items } = await reply(analyzer, chunkOf(Object.keys(answers)));
  assert.equal(items, 4);
  assert.deepEqual(columns, {
    rowOffsets: Uint32Array.of(0, 4),
    statuses: Uint8Array.of(ROW_STATUS.ok, ROW_STATUS.ok, ROW_STATUS.error, ROW_STATUS.ok),
    scores: Float32Array.of(1.5, NaN, NaN, -1),
    anomalies: Uint8Array.of(1, NO_VERDICT, NO_VERDICT, 0),
    outputs: { values: Float32Array.of(1, 2, 3), offsets: Uint32Array.of(0, 2, 2, 2, 3) },
    lines: null,
    errors: {
      rows: Uint32Array.of(2),
      codes: Uint32Array.of(0),
      kinds: [{ errno: 'nope', errmsg: 'no such thing' }],
    },
  });
});

test('an analyzer that empties its list of items takes no item’s answer', async () => {
  const hungry: Analyzer = {
    window: 1,
    predict: (items) => (items as AnalyzerItem[]).splice(0).map(answerOf),
  };
  const { answers } = await reply(hungry, chunkOf(['a', 'b'], 5));
  assert.deepEqual([...answers.scores], [5, 6]);
});

for (const [what, answer, errmsg] of [
  ['NaN as score', { score: NaN, anomaly: true, output: [1] }, 'the score is NaN'],
  ['an infinite score', { score: -Infinity, anomaly: true, output: [1] }, 'the score is -Infinity'],
  ['a score beyond Float32', { score: 1e39, anomaly: true, output: [1] }, 'the score is 1e+39'],
  ['NaN as output', { score: 1, anomaly: true, output: [1, NaN, 2] }, 'output 1 of 3 is NaN'],
  [
    'an infinite output',
    { score: 1, anomaly: true, output: Float32Array.of(Infinity) },
    'output 0 of 1 is Infinity',
  ],
  ['an output beyond Float32', { score: 1, anomaly: true, output: [0, -1e39] }, 'output 1 of 2 is -1e+39'],
] as const) {
  test(`${what} makes that item an error and leaves the others alone`, async () => {
    const analyzer = fakeAnalyzer({ bad: () => answer });
    const { answers } = await reply(analyzer, chunkOf(['a', 'bad', 'c'], 200, { lines: JSON_LINES }));
    assert.deepEqual([...answers.scores], [200, NaN, 202]);
    assert.deepEqual([...answers.anomalies], [1, NO_VERDICT, 1]);
    assert.deepEqual(answers.outputs, {
      values: Float32Array.of(200, 202),
      offsets: Uint32Array.of(0, 1, 1, 2),
    });
    assert.deepEqual(errorsIn(answers), [null, { errno: 'non_finite_output', errmsg }, null]);
  });
}

test('an infinity is found at any place of the outputs, and the largest Float32 is none', async () => {
  const problem = async (output: ArrayLike<number>): Promise<string | undefined> => {
    const analyzer = fakeAnalyzer({ x: () => ({ score: 0, anomaly: null, output }) });
    const { answers } = await reply(analyzer, chunkOf(['x'], 0, { lines: JSON_LINES }));
    return errorsIn(answers)[0]?.errmsg;
  };
  for (let place = 0; place < 5; place++) {
    const output = new Float32Array(5).fill(-3.4028234663852886e38);
    output[place] = Infinity;
    assert.equal(await problem(output), `output ${place} of 5 is Infinity`);
  }
  assert.equal(await problem([3.4028234663852886e38, -0, 1e-45, 0]), undefined);
});

test('items carry their window, place and parameters; the style decides the calls', async () => {
  const calls: unknown[] = [];
  const analyzer: Analyzer = {
    window: 2,
    predict: (items, call) => {
      calls.push([call.style, ...items.map(({ values, ...item }) => ({ ...item, values: [...values] }))]);
      return items.map(() => ({ score: 0, anomaly: null, output: [] }));
    },
  };
  const block = blockOf(['a', 'b'], {
    columns: [null, 'cpu'],
    window: 2,
    values: Float64Array.of(1, 2, 3, 4),
    firstMs: 60_000,
  });
  const init: ParentMessage = { type: 'init', load: loadOf({ limit: '3' }) };
  const chunks = (['batched', 'per-item'] as const).map((style, id) => chunkOf([], 0, { block, style, id }));
  await converse([HELLO, init, ...chunks, STOP], fakeRuntime(analyzer));
  const common = { minute: 60_000, shape: [2, 1], params: { limit: '3' } };
  const a = { target: 'a', column: null, values: [1, 2], ...common };
  const b = { target: 'b', column: 'cpu', values: [3, 4], ...common };
  assert.deepEqual(calls, [
    ['batched', a, b],
    ['per-item', a],
    ['per-item', b],
  ]);
});

/** Analyzers are JavaScript: they may throw anything. */
const WORD = 'a word' as unknown as Error;
const throwing = fakeAnalyzer({
  bad: () => {
    throw new Error('this is beyond me');
  },
});
for (const [what, analyzer, message] of [
  ['throws', throwing, /^this is beyond me$/],
  ['throws no error', { window: 1, predict: () => Promise.reject(WORD) }, /^a word$/],
  [
    'throws endlessly much',
    { window: 1, predict: () => Promise.reject(new Error('x'.repeat(9999))) },
    /^x{4000}$/,
  ],
  ['answers too few', { window: 1, predict: () => [] }, /gave 0 answers to 1 item for target bad/],
  [
    'answers with nothing',
    { window: 1, predict: () => undefined as unknown as [] },
    /gave no list of answers/,
  ],
  [
    'answers with null',
    { window: 1, predict: () => [null] as unknown as [] },
    /answer for target bad is null, neither \{ score/,
  ],
  [
    'leaves out the output',
    { window: 1, predict: () => [{ score: 1, anomaly: null }] as unknown as [] },
    /has undefined as output, expected a list of numbers/,
  ],
  [
    'scores in words',
    { window: 1, predict: () => [{ score: '1', anomaly: null, output: [] }] as unknown as [] },
    /has '1' as score, expected a number or null/,
  ],
  [
    'fails without a message',
    { window: 1, predict: () => [{ errno: 'x' }] as unknown as [] },
    /has undefined as errmsg/,
  ],
] as const) {
  for (const style of ['batched', 'per-item'] as const) {
    test(`an analyzer that ${what} (${style}) fails that chunk, and the next is answered`, async () => {
      const moody: Analyzer = {
        window: 1,
        predict: (items, call) =>
          (items[0]?.target === 'bad' ? analyzer : fakeAnalyzer()).predict(items, call),
      };
      const [failed, answered] = await replies(
        moody,
        chunkOf(['bad'], 0, { id: 5, style }),
        chunkOf(['a'], 0, { id: 6 }),
      );
      assert.ok(failed?.type === 'failed');
      assert.deepEqual([failed.id, failed.code, failed.hint], [5, 'model', null]);
      assert.match(failed.message, message);
      assert.ok(answered?.type === 'answer');
      assert.equal(answered.id, 6);
    });
  }
}

test('a chunk’s memory is free once it was answered, or failed', async () => {
  const received = new Mailbox<Received>();
  const events: string[] = [];
  for (const message of [HELLO, INIT, chunkOf(['a'], 0, { id: 3 }), chunkOf(['bad'], 0, { id: 4 }), STOP]) {
    const release = (): void => void events.push('released');
    received.put({ message, arrivedAtMs: -1, decodeMs: 0, release });
  }
  const analyzer: Analyzer = {
    window: 1,
    predict: async (items) => {
      await new Promise(setImmediate);
      if (items[0]?.target === 'bad') throw new Error('no');
      return items.map(answerOf);
    },
  };
  const send = ({ type }: ActorMessage): void => void events.push(type);
  await runLoop({ received, send }, fakeRuntime(analyzer), ticking());
  assert.deepEqual(events, ['hello', 'ready', 'answer', 'released', 'failed', 'released']);
});

test('an answer too large for a frame fails its chunk', async () => {
  const received = new Mailbox<Received>();
  for (const message of [HELLO, INIT, chunkOf(['a'], 0, { id: 9 }), STOP])
    received.put({ message, arrivedAtMs: -1, decodeMs: 0 });
  const sent: ActorMessage[] = [];
  const send = (message: ActorMessage): void => {
    if (message.type === 'answer') throw new ProtocolError('too large');
    sent.push(message);
  };
  await runLoop({ received, send }, fakeRuntime(fakeAnalyzer()), ticking());
  assert.deepEqual(sent.at(-1), {
    type: 'failed',
    id: 9,
    code: 'internal',
    message: 'too large',
    hint: null,
  });
});

test('a chunk of several calls reports progress twice a second, and lets messages leave in between', async () => {
  const received = new Mailbox<Received>();
  const events: string[] = [];
  const style = 'per-item';
  for (const message of [HELLO, INIT, chunkOf(['a', 'b', 'c', 'd', 'e'], 0, { id: 7, style }), STOP])
    received.put({ message, arrivedAtMs: 0, decodeMs: 0 });
  let nowMs = 0;
  const analyzer: Analyzer = {
    window: 1,
    predict: (items) => {
      nowMs += 300;
      return items.map(answerOf);
    },
  };
  const transport = {
    received,
    send: (message: ActorMessage) =>
      void events.push(message.type === 'progress' ? `${message.id} lives` : message.type),
    turn: async () => void events.push('turn'),
    drain: async () => void events.push('drain'),
  };
  await runLoop(transport, fakeRuntime(analyzer), () => nowMs);
  assert.deepEqual(events.slice(2), [
    ...['turn', '7 lives', 'turn', 'turn', '7 lives', 'turn'],
    ...['answer', 'drain'],
  ]);
});

test('a model that is refused: its code and hint travel, and the loop ends', async () => {
  const sent = await converse(
    [HELLO, { type: 'init', load: loadOf({ refuse: 'this' }) }],
    fakeRuntime(fakeAnalyzer()),
  );
  const failed = {
    type: 'failed',
    id: null,
    code: 'model',
    message: 'this is no model',
    hint: 'name another one',
  };
  assert.deepEqual(sent.at(-1), failed);
});

for (const [what, messages, message] of [
  [
    'a parent of another version',
    [{ type: 'hello', version: 99 }],
    new RegExp(`protocol 99\\b.*\\b${PROTOCOL_VERSION}$`),
  ],
  ['no greeting', [INIT], /first message must be hello, not init/],
  ['no init', [HELLO, chunkOf(['a'])], /init must follow hello, not chunk/],
  ['a second hello', [HELLO, INIT, HELLO], /expected a chunk or stop, not hello/],
] as const) {
  test(`${what}: failed, and the loop ends`, async () => {
    const sent = await converse(messages, fakeRuntime(fakeAnalyzer()));
    const last = sent.at(-1);
    assert.ok(last?.type === 'failed');
    assert.deepEqual([last.id, last.code], [null, 'internal']);
    assert.match(last.message, message);
  });
}

test('bytes that are no frame end the loop, after what came before them was answered', async () => {
  const received = new Mailbox<Received>();
  for (const message of [HELLO, INIT, chunkOf(['a'])])
    received.put({ message, arrivedAtMs: -1, decodeMs: 0 });
  received.fail(new ProtocolError('these are no frames'));
  const sent: ActorMessage[] = [];
  await runLoop(
    { received, send: (message) => void sent.push(message) },
    fakeRuntime(fakeAnalyzer()),
    ticking(),
  );
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['hello', 'ready', 'answer', 'failed'],
  );
});

test('messages are answered as they come, however late, and stop disposes the analyzer', async () => {
  const received = new Mailbox<Received>();
  const sent: ActorMessage[] = [];
  let isDisposed = false;
  const analyzer: Analyzer = { ...fakeAnalyzer(), dispose: () => void (isDisposed = true) };
  const ended = runLoop(
    { received, send: (message) => void sent.push(message) },
    fakeRuntime(analyzer),
    ticking(),
  );
  for (const message of [HELLO, INIT, chunkOf(['a']), chunkOf(['b'])]) {
    const before = sent.length;
    received.put({ message, arrivedAtMs: -1, decodeMs: 0 });
    await new Promise(setImmediate);
    assert.equal(sent.length, message === HELLO ? before : before + 1);
  }
  assert.equal(isDisposed, false);
  received.put({ message: STOP, arrivedAtMs: -1, decodeMs: 0 });
  await ended;
  assert.equal(isDisposed, true);
});

test('the time of a chunk is booked under its phases, asynchronous ones whole, and nothing is carried over', async () => {
  let phase = 0;
  const load: LoadRuntime = async (request, measure) => {
    measure('predict', () => 'warm-up'); // not part of any chunk
    const predict: Analyzer['predict'] = async (items, call) => {
      measure('normalize', () => phase++);
      if (items[0]?.target === 'bad') throw new Error('no');
      await measure('predict', () => new Promise(setImmediate));
      return fakeAnalyzer().predict(items, call);
    };
    return fakeRuntime({ window: 1, predict })(request, measure);
  };
  const sent = await converse([HELLO, INIT, chunkOf(['bad']), chunkOf(['a']), chunkOf(['b']), STOP], load);
  for (const [i, answer] of sent.slice(-2).entries()) {
    assert.ok(answer.type === 'answer');
    // The clock ticks at start and end, and at start and end of each phase: 5 ms, of which 1 ms per phase.
    assert.deepEqual(answer.timing, {
      arrivedAtMs: -1,
      servedFromMs: [5, 11][i], // the warm-up took two ticks, the failed chunk three, the one before six
      decodeMs: 0.5,
      normalizeMs: 1,
      predictMs: 1,
      replyMs: 3,
    });
  }
  assert.equal(phase, 3);
});
