import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { joinAnswers } from '#build/core/answers.js';
import { NO_VERDICT, ROW_STATUS, rowOffsetsOf, type Answers, type Block } from '#build/core/block.js';
import { Deferred } from '#build/pool/deferred.js';
import { AiopsError } from '#build/core/errors.js';
import { quarantineOf, Quarantines } from '#build/core/quarantines.js';
import type { ChunkTiming } from '#build/core/types.js';
import { ChunkFailed, ChunkLost, type Loss } from '#build/pool/actor-errors.js';
import { CallLimit } from '#build/pool/call-limit.js';
import { Isolation } from '#build/pool/isolation.js';
import { ChunkMaker, chunkFor, partsOf, type Job, type JobReply } from '#build/pool/job.js';
import { Recovery } from '#build/pool/recovery.js';

import { blockOf } from '../support/blocks.js';
import { NUMBERS } from '../support/chunks.js';

const MINUTE = 60_000;
const WINDOW = 5;

/** A row that crashes every actor, or that the analyzer throws at, in each window that has it. */
interface BadRow {
  readonly target: string;
  readonly minute: number;
  readonly does: 'crash' | 'throw';
}

interface Given {
  readonly slots: number;
  readonly inflight: number;
  /** Targets of each minute: how many varies, so that series move from slot to slot. */
  readonly sizes: readonly number[];
  /** Minutes of the blocks, one after another; then one each. */
  readonly lengths: readonly number[];
  readonly badRows: readonly BadRow[];
  /** Which slot goes on next. */
  readonly choices: Iterator<number>;
}

/** A pool without processes: each slot answers its jobs in order, one at each step. */
class FakePool {
  readonly quarantines = new Quarantines();
  /** `minute:target` of what isolation found. */
  readonly found: string[] = [];
  /** Losses that are to count, and those that an item explains. */
  readonly settled = { counted: 0, explained: 0 };
  losses = 0;
  readonly #given: Given;
  readonly #queues: { job: Job; reply: Deferred<JobReply> }[][];
  readonly #tools = { chunks: new ChunkMaker(), calls: new CallLimit(), quarantines: this.quarantines };
  readonly #isolation = new Isolation({
    name: 'isolation',
    send: (job) => Promise.resolve().then(() => this.#answer(job)),
    quarantines: this.quarantines,
    onTooLarge: () => assert.fail('every loss has its item'),
    onIncident: ({ quarantine }) => {
      if (quarantine !== undefined) this.found.push(`${quarantine.fromMs / MINUTE}:${quarantine.target}`);
    },
  });
  readonly recovery: Recovery;

  constructor(given: Given) {
    this.#given = given;
    this.#queues = Array.from({ length: given.slots }, () => []);
    this.recovery = new Recovery({
      send: (job, slot) => this.#put(job, slot),
      isolate: (job) => this.#isolation.serve(job),
      isExplained: ({ block }) => this.quarantines.untriedIn(block).length > 0,
      isTooLarge: () => assert.fail('every loss has its item'),
      settle: (losses, isExplained) => {
        this.settled[isExplained ? 'explained' : 'counted'] += losses.length;
      },
      otherThan: (slot) => (slot + 1) % given.slots,
      onRetry: () => undefined,
      ended: () => null,
    });
  }

  /** One slot answers one job, or is lost; false: all are idle. */
  step(): boolean {
    const busy = this.#queues.filter((queue) => queue.length > 0);
    const queue = busy[(this.#given.choices.next().value as number) % busy.length];
    const first = queue?.[0];
    if (queue === undefined || first === undefined) return false;
    try {
      first.reply.resolve(this.#answer(first.job));
      queue.shift();
    } catch (error) {
      if (error instanceof ChunkLost) {
        this.losses++;
        queue.splice(0).forEach(({ reply }, i) => reply.reject(new ChunkLost(error.loss, i === 0)));
      } else {
        queue.shift();
        first.reply.reject(error);
      }
    }
    return true;
  }

  #put(job: Job, slot: number): Promise<JobReply> {
    const reply = new Deferred<JobReply>();
    this.#queues[slot]!.push({ job, reply });
    return reply.promise;
  }

  /** As an actor does. @throws ChunkLost or ChunkFailed at the first bad row that it tries */
  #answer(job: Job): JobReply {
    const { block, untried } = chunkFor(job, this.#tools);
    const answers = answersTo(block, (series, minute) => {
      const row = untried.find((one) => one.series === series && one.minute === minute);
      if (row !== undefined) return row.status;
      const does = whatHappens(this.#given.badRows, block, series, minute);
      if (does === 'crash') throw new ChunkLost(lossOf(job), true);
      if (does === 'throw') throw new ChunkFailed(new AiopsError('model', 'actor: no'), 'no');
      return 'ok';
    });
    return replyOf(answers);
  }
}

function whatHappens(
  badRows: readonly BadRow[],
  { targets, minutesMs }: Block,
  series: number,
  minute: number,
): BadRow['does'] | null {
  const time = minutesMs[minute]! / MINUTE;
  const inWindow = badRows.filter(
    ({ target, minute: from }) => target === targets[series] && from <= time && time < from + WINDOW,
  );
  if (inWindow.length === 0) return null;
  return inWindow.some(({ does }) => does === 'crash') ? 'crash' : 'throw';
}

/** Answers whose lines say minute, target and status. */
function answersTo(
  block: Block,
  statusOf: (series: number, minute: number) => keyof typeof ROW_STATUS,
): Answers {
  const minutes = block.minutesMs.length;
  const statuses: number[] = [];
  const texts = block.minutesMs.map((minuteMs, minute) =>
    block.targets.map((target, series) => {
      if (block.present[series * minutes + minute] === 0) return '';
      const status = statusOf(series, minute);
      statuses.push(ROW_STATUS[status]);
      return `${minuteMs / MINUTE} ${target} ${status}\n`;
    }),
  );
  const lines = texts.map((minute) => minute.join(''));
  const ends = lines.map((_, minute) => lines.slice(0, minute + 1).join('').length);
  return {
    rowOffsets: rowOffsetsOf(block),
    statuses: Uint8Array.from(statuses),
    scores: new Float32Array(statuses.length),
    anomalies: new Uint8Array(statuses.length).fill(NO_VERDICT),
    lines: { bytes: new Uint8Array(Buffer.from(lines.join(''))), offsets: Uint32Array.of(0, ...ends) },
    outputs: null,
  };
}

const NO_TIME: ChunkTiming = {
  ...{ actor: 0, items: 0, startedAtMs: 0, arrivedAtMs: 0, servedFromMs: 0, answeredAtMs: 0, encodeMs: 0 },
  ...{ pipeMs: 0, decodeMs: 0, actorDecodeMs: 0, normalizeMs: 0, predictMs: 0, replyMs: 0, serviceMs: 0 },
};

function replyOf(answers: Answers): JobReply {
  return { answers, timing: NO_TIME, handedOverAtMs: 0, remainingMs: 0, release: () => undefined };
}

function lossOf({ block }: Job): Loss {
  const error = new AiopsError('actor_failed', 'lost');
  const chunk = {
    minuteMs: block.minutesMs[0]!,
    minutes: block.minutesMs.length,
    callItems: block.targets.length,
  };
  return { actor: 'fake', error, isReported: false, wasLoading: false, chunk };
}

/** The minutes in blocks; a target is a series of a block if it has a record in one of the minutes. */
function blocksOf({ sizes, lengths }: Given): Block[] {
  const blocks: Block[] = [];
  for (let start = 0; start < sizes.length;) {
    const length = lengths[blocks.length] ?? 1;
    const own = sizes.slice(start, start + length);
    const targets = Array.from({ length: Math.max(...own) }, (_, i) => `t${i}`);
    const present = Uint8Array.from(targets.flatMap((_, series) => own.map((size) => Number(series < size))));
    const minutes = own.length;
    blocks.push(blockOf(targets, { firstMs: start * MINUTE, minutes, window: WINDOW, present }));
    start += minutes;
  }
  return blocks;
}

/** Has all blocks answered and, as a run does, again where earlier ones find something; returns all lines. */
async function serveAll(given: Given): Promise<{ pool: FakePool; lines: string[] }> {
  const pool = new FakePool(given);
  const { quarantines, recovery } = pool;
  const run = async (block: Block, order: number): Promise<Answers> => {
    const parts = partsOf(block, given.slots);
    const replies = await Promise.all(
      parts.map((part, slot) =>
        recovery.answer({ block: part.block, request: NUMBERS, slot, order, part: slot }),
      ),
    );
    const joined = replies.map(({ answers }, i) => ({ answers, firstMinute: parts[i]!.firstMinute }));
    return joinAnswers(block.minutesMs.length, joined);
  };
  const lines: string[] = [];
  const serve = async (block: Block, order: number, before: Promise<void> | undefined): Promise<void> => {
    let known = quarantines.added;
    let answers = await run(block, order);
    await before;
    while (quarantines.affects(block, known)) {
      known = quarantines.added;
      answers = await run(block, order);
    }
    lines.push(
      ...Buffer.from(answers.lines?.bytes ?? [])
        .toString()
        .split('\n')
        .slice(0, -1),
    );
  };
  const state = { isDone: false };
  const all = (async () => {
    const underWay: Promise<void>[] = [];
    for (const [order, block] of blocksOf(given).entries()) {
      underWay.push(serve(block, order, underWay.at(-1)));
      await underWay[order - given.inflight + 1];
    }
    await Promise.all(underWay);
    state.isDone = true;
  })();
  for (let idle = 0; !state.isDone && idle < 20;) {
    idle = pool.step() ? 0 : idle + 1;
    await new Promise(setImmediate);
  }
  assert.ok(state.isDone, 'no slot can continue, and not all is answered');
  await all;
  return { pool, lines };
}

const given = fc.record({
  slots: fc.integer({ min: 1, max: 4 }),
  inflight: fc.integer({ min: 1, max: 3 }),
  sizes: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 }),
  lengths: fc.oneof(fc.constant([]), fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 12 })),
  badRows: fc.array(
    fc.record({
      target: fc.constantFrom('t0', 't1', 't4', 't8'),
      minute: fc.nat(8),
      does: fc.constantFrom('crash', 'crash', 'throw'),
    }),
    { maxLength: 4 },
  ),
  choices: fc.infiniteStream(fc.nat(11)),
});

/** What comes out of going through the minutes one after another, nothing overlapping. */
function expected({ badRows, ...sizes }: Given): { lines: string[]; found: string[] } {
  const quarantines = new Quarantines();
  const found: string[] = [];
  const lines = blocksOf({ badRows, ...sizes, lengths: [] }).flatMap((block) =>
    block.targets.map((target, series) => {
      const time = block.minutesMs[0]! / MINUTE;
      const held = quarantines.untriedIn(block).find((row) => row.series === series);
      if (held !== undefined) return `${time} ${target} ${held.status}`;
      const does = whatHappens(badRows, block, series, 0);
      if (does !== 'crash') return `${time} ${target} ${does === null ? 'ok' : 'error'}`;
      quarantines.add(quarantineOf(block, series, 0));
      found.push(`${time}:${target}`);
      return `${time} ${target} lost`;
    }),
  );
  return { lines, found };
}

test('whatever the blocks, actors and bad rows: the lines are those of minute by minute', async () => {
  await fc.assert(
    fc.asyncProperty(given, async (chosen) => {
      const { pool, lines } = await serveAll(chosen);
      const { lines: right, found } = expected(chosen);
      assert.deepEqual(lines, right);
      assert.deepEqual(pool.found.toSorted(), found.toSorted());
    }),
    { numRuns: 400 },
  );
});

test('all losses are settled, and none counts, since an item explains each', async () => {
  await fc.assert(
    fc.asyncProperty(given, async (chosen) => {
      const { pool } = await serveAll(chosen);
      assert.deepEqual(pool.settled, { explained: pool.losses, counted: 0 });
    }),
    { numRuns: 100 },
  );
});

test('one bad row crashes two actors at most, or one for each chunk under way', async () => {
  await fc.assert(
    fc.asyncProperty(given, fc.nat(8), async (chosen, minute) => {
      const { pool } = await serveAll({ ...chosen, badRows: [{ target: 't1', minute, does: 'crash' }] });
      // It is found once for as long as it stays in the windows; a target may leave and come back later.
      const most = Math.max(2, chosen.inflight * (chosen.lengths.length > 0 ? chosen.slots : 1));
      assert.ok(pool.losses <= most * pool.found.length, `${pool.losses} losses`);
    }),
    { numRuns: 150 },
  );
});

test('of a series that stays with its slot, one bad row crashes two actors, however many blocks are under way', async () => {
  await fc.assert(
    fc.asyncProperty(given, fc.integer({ min: 4, max: 9 }), fc.nat(8), async (chosen, size, minute) => {
      const sizes = Array.from({ length: 12 }, () => size);
      const badRows = [{ target: 't1', minute, does: 'crash' }] as const;
      const { pool } = await serveAll({ ...chosen, sizes, badRows });
      assert.deepEqual([pool.losses, pool.found], [2, [`${minute}:t1`]]);
    }),
    { numRuns: 50 },
  );
});

test('what waits behind one bad row is tried before a later minute is isolated for another', async () => {
  const { pool } = await serveAll({
    slots: 2,
    inflight: 3,
    sizes: [4, 4, 2], // t1 is with the second slot in the last minute only
    lengths: [],
    badRows: [
      { target: 't0', minute: 0, does: 'crash' },
      { target: 't1', minute: 1, does: 'crash' },
    ],
    // The second slot gets ahead, to the last minute; then the first one is lost at the first minute.
    choices: [1, 1, 1, ...new Array<number>(100).fill(0)].values(),
  });
  assert.deepEqual(pool.found, ['0:t0', '1:t1']);
});

test('the pieces of a job that fails come before a later job that crashes an actor', async () => {
  const { pool } = await serveAll({
    slots: 2,
    inflight: 2,
    sizes: [3, 3, 3, 3, 3, 3],
    lengths: [3, 3],
    badRows: [
      { target: 't0', minute: 0, does: 'throw' },
      { target: 't1', minute: 2, does: 'crash' }, // after the first minute of the first job's pieces
    ],
    choices: new Array<number>(200).fill(0).values(),
  });
  assert.deepEqual(pool.found, ['2:t1']);
});

/** A recovery whose every answer is `answer`, unless it is given something else. */
function recoveryOf(given: Partial<ConstructorParameters<typeof Recovery>[0]>): Recovery {
  return new Recovery({
    send: (job) => Promise.resolve(answered(job)),
    isolate: () => assert.fail('nothing to isolate'),
    isExplained: () => false,
    isTooLarge: () => false,
    settle: () => undefined,
    otherThan: (slot) => (slot + 1) % 3,
    onRetry: () => undefined,
    ended: () => null,
    ...given,
  });
}

function answered({ block }: Job): JobReply {
  return replyOf(answersTo(block, () => 'ok'));
}

function jobOf(slot: number, order: number): Job {
  return { block: blockOf(['a', 'b', 'c']), request: NUMBERS, slot, order, part: 0 };
}

test('a job that crashed an actor is sent to another slot, and answered there; its loss counts', async () => {
  let isFirst = true;
  const asked: number[] = [];
  const settled: [number, boolean][] = [];
  const recovery = recoveryOf({
    send: (job, slot) => {
      asked.push(slot);
      if (!isFirst) return Promise.resolve(answered(job));
      isFirst = false;
      return Promise.reject(new ChunkLost(lossOf(job), true));
    },
    settle: (losses, isExplained) => settled.push([losses.length, isExplained]),
  });
  const job = jobOf(2, 0);
  assert.deepEqual((await recovery.answer(job)).answers, answered(job).answers);
  assert.deepEqual(asked, [2, 0]);
  assert.deepEqual(settled, [[1, false]]);
});

test('a job that only its pieces can be answered of is too large: its losses do not count, its reply has them', async () => {
  const settled: [number, boolean][] = [];
  const isLarge = [true, true, false];
  const recovery = recoveryOf({
    send: (job) => Promise.reject(new ChunkLost(lossOf(job), true)),
    isolate: (job) => Promise.resolve(answered(job)),
    isTooLarge: () => isLarge.shift() ?? assert.fail('each loss once'),
    settle: (losses, areExcused) => settled.push([losses.length, areExcused]),
  });
  assert.equal((await recovery.answer(jobOf(0, 0))).losses, 2);
  assert.equal((await recovery.answer(jobOf(0, 1))).losses, 2);
  assert.deepEqual(settled, [
    [2, true],
    [2, false],
  ]);
});

test('losses are settled only once isolation has finished', async () => {
  const events: string[] = [];
  const recovery = recoveryOf({
    send: (job) => Promise.reject(new ChunkLost(lossOf(job), true)),
    isolate: async (job) => {
      events.push('isolating');
      await new Promise(setImmediate);
      events.push('isolated');
      return answered(job);
    },
    isExplained: () => true,
    settle: (losses, isExplained) => events.push(`${losses.length} settled, explained: ${isExplained}`),
  });
  await recovery.answer(jobOf(0, 0));
  assert.deepEqual(events, ['isolating', 'isolated', '2 settled, explained: true']);
});

test('once the pool has ended, jobs that wait or come hear why', async () => {
  const ended = new AiopsError('actor_failed', 'too often');
  let hasEnded = false;
  const recovery = recoveryOf({
    send: (job) => {
      hasEnded = job.order === 1;
      return Promise.reject(new ChunkLost(lossOf(job), true));
    },
    ended: () => (hasEnded ? ended : null),
  });
  await assert.rejects(recovery.answer(jobOf(0, 1)), ChunkLost);
  await assert.rejects(recovery.answer(jobOf(0, 1)), ended);
});

test('a block is cut by divmod along its series, or along its minutes where these are more', () => {
  const cut = (series: number, minutes: number, actors: number): string[] => {
    const targets = Array.from({ length: series }, (_, i) => `t${i}`);
    return partsOf(blockOf(targets, { minutes, window: 3 }), actors).map(
      ({ block, firstMinute }) => `${block.targets.join('')} ${firstMinute}+${block.minutesMs.length}`,
    );
  };
  assert.deepEqual(cut(5, 2, 2), ['t0t1t2 0+2', 't3t4 0+2']);
  assert.deepEqual(cut(1, 5, 2), ['t0 0+3', 't0 3+2']);
  assert.deepEqual(cut(2, 4, 3), ['t0t1 0+2', 't0t1 2+1', 't0t1 3+1']);
  assert.deepEqual(cut(3, 2, 8), ['t0 0+2', 't1 0+2', 't2 0+2']);
  assert.deepEqual(cut(2, 1, 8), ['t0 0+1', 't1 0+1']);
  assert.deepEqual(cut(0, 4, 3), [' 0+4']);
});
