import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import { ROW_STATUS } from '#build/core/block.js';
import type { BlockRun } from '#build/core/executor.js';
import type { CallStyle, ReadyFacts } from '#build/core/types.js';
import { Pool } from '#build/pool/pool.js';
import { Solo } from '#build/pool/solo.js';

import { blockOf, targetsOf } from '../support/blocks.js';
import { NUMBERS } from '../support/chunks.js';
import { loadOf } from '../support/fake-runtime.js';
import { assertGone, isRunning } from '../support/processes.js';
import { refusal } from '../support/refusals.js';

const FAKE_ACTOR = new URL('../support/fake-actor.js', import.meta.url);

interface Started {
  readonly pool: Pool;
  readonly ready: ReadyFacts;
  readonly pids: readonly number[];
  /** What the actors printed. */
  readonly lines: readonly string[];
}

function poolOf(
  t: TestContext,
  actors: number,
  params = {},
  entry = FAKE_ACTOR,
  timeoutMs = 60_000,
): { pool: Pool; lines: string[] } {
  const lines: string[] = [];
  const log = (actor: string, line: string): void => void lines.push(`${actor}: ${line}`);
  const pool = new Pool({ actors, load: loadOf(params), log, timeoutMs, entry });
  t.after(() => pool.stop());
  return { pool, lines };
}

async function started(t: TestContext, actors: number, params = {}): Promise<Started> {
  const { pool, lines } = poolOf(t, actors, params);
  const ready = await pool.start();
  return { pool, ready, pids: ready.actors.map(({ pid }) => pid), lines };
}

function assertAnswered({ answers }: BlockRun, items: number, window: number, from: number): void {
  const expected = Array.from({ length: items }, (_, i) => from + i);
  assert.deepEqual([...answers.scores], expected);
  assert.deepEqual(
    [...(answers.outputs?.values ?? [])],
    expected.flatMap((value) => new Array<number>(window).fill(value)),
  );
  assert.ok(answers.statuses.every((status) => status === ROW_STATUS.ok));
}

for (const actors of [1, 2, 3, 8]) {
  test(`${actors} actors: every item answered exactly once and in order, minutes overlapping`, async (t) => {
    const { pool, ready, pids } = await started(t, actors);
    assert.equal(new Set(pids).size, actors);
    assert.ok(pids.every((pid) => pid !== process.pid && isRunning(pid)));
    assert.equal(ready.backend.versions['fake'], '1');
    assert.deepEqual(
      ready.actors.map(({ name }) => name),
      pids.map((_, slot) => `actor-${slot + 1}`),
    );
    const sizes = [500, 0, 1, 2, 7, 64, 8, 500];
    const runs = sizes.map((items, i) => {
      const style: CallStyle = i % 2 === 0 ? 'batched' : 'per-item';
      return pool.run(blockOf(targetsOf(items), { window: 3, from: i * 1000 }), { ...NUMBERS, style });
    });
    for (const [i, run] of (await Promise.all(runs)).entries()) {
      const items = sizes[i]!;
      assertAnswered(run, items, 3, i * 1000);
      const chunks = run.timing.chunks.map((chunk) => chunk.items);
      assert.equal(chunks.length, Math.max(1, Math.min(items, actors)));
      assert.equal(
        chunks.reduce((sum, size) => sum + size, 0),
        items,
      );
      assert.ok(
        chunks.every((size) => size === Math.floor(items / actors) || size === Math.ceil(items / actors)),
      );
    }
    await pool.stop();
    await assertGone(pids);
  });
}

for (const actors of [1, 2]) {
  test(`${actors} actors: later minutes do not change the answers to an earlier one`, async (t) => {
    const { pool } = await started(t, actors);
    const runs: BlockRun[] = [];
    for (let i = 0; i < 6; i++)
      runs.push(await pool.run(blockOf(targetsOf(50), { window: 60, from: i * 1000 }), NUMBERS));
    for (const [i, run] of runs.entries()) assertAnswered(run, 50, 60, i * 1000);
  });
}

test('500 items on 3 actors are chunks of 167, 167 and 166; 2 items on 8 actors keep two busy', async (t) => {
  const three = await started(t, 3);
  const { timing } = await three.pool.run(blockOf(targetsOf(500)), NUMBERS);
  assert.deepEqual(
    timing.chunks.map(({ actor, items }) => [actor, items]),
    [
      [0, 167],
      [1, 167],
      [2, 166],
    ],
  );
  const eight = await started(t, 8);
  const few = await eight.pool.run(blockOf(targetsOf(2)), NUMBERS);
  assert.deepEqual(
    few.timing.chunks.map(({ actor, items }) => [actor, items]),
    [
      [0, 1],
      [1, 1],
    ],
  );
});

test('the time of a minute has all its parts, also where minutes overlap', async (t) => {
  const { pool } = await started(t, 2);
  const runs = Array.from({ length: 20 }, () => pool.run(blockOf(targetsOf(500), { window: 60 }), NUMBERS));
  for (const { timing } of await Promise.all(runs)) {
    for (const chunk of timing.chunks) {
      const { encodeMs, pipeMs, decodeMs, normalizeMs, predictMs, replyMs, serviceMs } = chunk;
      for (const part of [encodeMs, pipeMs, decodeMs, normalizeMs, predictMs, replyMs]) assert.ok(part >= 0);
      const parts = pipeMs + decodeMs + normalizeMs + predictMs + replyMs;
      assert.ok(parts > serviceMs - 1e-6, `${parts} of ${serviceMs}`);
    }
    // The last chunk is sent after all have been encoded.
    const encodeMs = timing.chunks.reduce((sum, chunk) => sum + chunk.encodeMs, 0);
    assert.ok(timing.wallMs >= encodeMs + (timing.chunks.at(-1)?.serviceMs ?? NaN));
  }
});

test('a minute that overlaps no other never takes longer than its caller waited', async (t) => {
  const { pool } = await started(t, 2);
  for (let i = 0; i < 30; i++) {
    const startedAt = performance.now();
    const { timing } = await pool.run(blockOf(targetsOf(500), { window: 60 }), NUMBERS);
    assert.ok(timing.wallMs <= performance.now() - startedAt);
  }
});

for (const [target, message] of [
  ['killed', /^actor-2 \(pid \d+\) was ended by SIGKILL while answering 2 items of 2024-01-01T12:00:00Z$/],
  [
    'exits',
    /^actor-2 \(pid \d+\) exited with status 7 while answering .*; its last lines were: first words \| last words$/,
  ],
  ['garbage', /^actor-2 \(pid \d+\) broke the protocol: these bytes do not start a frame/],
  ['closes its pipe', /^actor-2 closed its pipe while answering 2 items/],
] as const) {
  test(`after an actor fails (${target}), pending and later runs reject and no process remains`, async (t) => {
    const { pool, pids } = await started(t, 3);
    assertAnswered(await pool.run(blockOf(targetsOf(6)), NUMBERS), 6, 1, 0);
    const failed = pool.run(blockOf(['a', 'busy', target, 'c', 'busy', 'd']), NUMBERS);
    const queued = pool.run(blockOf(['e', 'f', 'g']), NUMBERS);
    const expected = refusal('actor_failed', message);
    await Promise.all([assert.rejects(failed, expected), assert.rejects(queued, expected)]);
    await assert.rejects(pool.run(blockOf(['a']), NUMBERS), expected);
    await assertGone(pids, 3000);
    await pool.stop();
  });
}

test('killing an idle actor ends the pool with the next run at the latest', async (t) => {
  const { pool, pids } = await started(t, 2);
  process.kill(pids[0]!, 'SIGKILL');
  const expected = refusal('actor_failed', /^actor-1 .* was ended by SIGKILL while/);
  await assert.rejects(async () => {
    for (let i = 0; i < 1000; i++) await pool.run(blockOf(['a', 'b']), NUMBERS);
  }, expected);
  await assertGone(pids);
});

test('an analyzer that throws fails its own minute only', async (t) => {
  const { pool } = await started(t, 2);
  const good = pool.run(blockOf(['a', 'b']), NUMBERS);
  const bad = pool.run(blockOf(['a', 'throws']), NUMBERS);
  const after = pool.run(blockOf(['c', 'd']), NUMBERS);
  const expected = refusal('model', /^actor-2 while answering 1 item of .*: this is beyond me$/);
  await assert.rejects(bad, expected);
  assertAnswered(await good, 2, 1, 0);
  assertAnswered(await after, 2, 1, 0);
  assertAnswered(await pool.run(blockOf(['e']), NUMBERS), 1, 1, 0);
});

test('output of actors is reported line by line with their names, and disturbs no answer', async (t) => {
  const { pool, lines } = await started(t, 2);
  assertAnswered(await pool.run(blockOf(['a', 'b', 'prints', 'c']), NUMBERS), 4, 1, 0);
  await pool.stop();
  const output = lines.filter((line) => line.startsWith('actor-2: ')).map((line) => line.slice(9));
  assert.equal(output.length, lines.length);
  assert.ok(
    output.includes('to standard error') && output.includes('without an end') && output.includes('more'),
  );
  assert.equal(output.join('').split('to standard output ').length - 1, 2000);
});

test('a chunk of 50 MB is sent and half of it returned', async (t) => {
  const { pool } = await started(t, 1);
  const [items, window] = [1000, 6250];
  const { answers } = await pool.run(blockOf(targetsOf(items), { window }), NUMBERS);
  const outputs = answers.outputs?.values ?? assert.fail('no outputs');
  assert.equal(outputs.length, items * window);
  for (let item = 0; item < items; item++) {
    assert.equal(outputs[item * window], item);
    assert.equal(outputs[(item + 1) * window - 1], item);
  }
});

for (const [what, params, expected] of [
  ['refuses its model', { refuse: 'this' }, refusal('model', /^actor-\d: this is no model$/)],
  [
    'dies while loading',
    { crash: '' },
    refusal('actor_failed', /^actor-\d .* exited with status 3 while loading the model/),
  ],
  [
    'differs from the others',
    { disagree: '' },
    refusal('backend', /^actor-1 and actor-2 differ in backend.versions: .*\d/),
  ],
] as const) {
  test(`a pool whose actor ${what} fails to start and leaves no process`, async (t) => {
    const { pool } = poolOf(t, 3, params);
    await assert.rejects(pool.start(), expected);
    await assert.rejects(pool.run(blockOf(['a']), NUMBERS), expected);
    await pool.stop();
  });
}

test('the refusal of a model by an actor keeps its hint', async (t) => {
  await assert.rejects(poolOf(t, 1, { refuse: 'this' }).pool.start(), { hint: 'name another one' });
});

test('an actor of another protocol version is refused', async (t) => {
  const { pool } = poolOf(t, 1, {}, new URL('../support/old-actor.js', import.meta.url));
  await assert.rejects(pool.start(), refusal('actor_failed', /speaks protocol 99, this program \d+$/));
});

test('an actor whose file is missing is reported with its last words', async (t) => {
  const { pool } = poolOf(t, 1, {}, new URL('../support/nowhere.js', import.meta.url));
  await assert.rejects(
    pool.start(),
    refusal('actor_failed', /exited with status 1 while starting; .*nowhere\.js/),
  );
});

test('equal notices of actors are reported once, and threads are set before the process starts', async (t) => {
  for (const name of ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS']) {
    const { ready } = await started(t, 2, { show: name });
    assert.deepEqual(ready.notices, [{ level: 'info', text: '1' }]);
  }
});

test('stop works before the start, twice, and while actors still load', async (t) => {
  const early = poolOf(t, 2).pool;
  await Promise.all([early.stop(), early.stop()]);
  await assert.rejects(early.run(blockOf(['a']), NUMBERS), refusal('interrupted', /was stopped/));

  const { pool } = poolOf(t, 2, { hang: '' });
  const start = assert.rejects(pool.start(), refusal('interrupted', /^actor-\d was stopped while/));
  await pool.stop();
  await start;
});

test('stop lets actors finish their chunks, and kills one that would never finish', async (t) => {
  const { pool, pids } = await started(t, 2);
  const quick = pool.run(blockOf(targetsOf(200), { window: 60 }), NUMBERS);
  await Promise.all([pool.stop(), pool.stop()]);
  assertAnswered(await quick, 200, 60, 0);
  await assertGone(pids);

  const slow = await started(t, 2);
  const run = assert.rejects(
    slow.pool.run(blockOf(['busy', 'a']), NUMBERS),
    refusal('actor_failed', /actor-1/),
  );
  await slow.pool.stop();
  await run;
  await assertGone(slow.pids, 0);
});

test('a pool needs at least one whole actor', () => {
  for (const actors of [0, -1, 1.5, NaN]) {
    assert.throws(
      () => new Pool({ actors, load: loadOf(), log: () => undefined, timeoutMs: 1000 }),
      RangeError,
    );
  }
});

test('a sequential actor answers like a pool, and its time is that inside the process', async (t) => {
  const solo = new Solo({ load: loadOf(), log: () => undefined, timeoutMs: 60_000, entry: FAKE_ACTOR });
  t.after(() => solo.stop());
  const ready = await solo.start();
  assert.deepEqual(
    ready.actors.map(({ name }) => name),
    ['sequential actor'],
  );
  for (const style of ['batched', 'per-item'] as const) {
    const run = await solo.run(blockOf(targetsOf(100), { window: 60 }), { ...NUMBERS, style });
    assertAnswered(run, 100, 60, 0);
    const [chunk, ...others] = run.timing.chunks;
    assert.ok(chunk !== undefined && others.length === 0);
    assert.deepEqual([chunk.encodeMs, chunk.pipeMs, chunk.decodeMs], [0, 0, 0]);
    assert.ok(run.timing.wallMs > 0);
    assert.equal(run.timing.wallMs, chunk.normalizeMs + chunk.predictMs + chunk.replyMs);
  }
  const { answers, timing } = await solo.run(blockOf([]), NUMBERS);
  assert.deepEqual([timing.items, answers.scores.length, answers.outputs?.values.length], [0, 0, 0]);
});

test('an actor that does not answer in time is reported as stuck, with its name and task, and no process remains', async (t) => {
  const { pool } = poolOf(t, 2, {}, FAKE_ACTOR, 1500);
  const pids = (await pool.start()).actors.map(({ pid }) => pid);
  const expected = refusal('actor_failed', /^actor-2 .* gave no answer for 1\.5 s while answering 1 item/);
  await assert.rejects(pool.run(blockOf(['a', 'busy']), NUMBERS), expected);
  await assertGone(pids);
});
