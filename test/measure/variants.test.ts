import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Answers, Block } from '#build/core/block.js';
import type { Served } from '#build/measure/turn.js';
import { measureVariants, type MeasuredVariants } from '#build/measure/variants.js';
import { blockOf } from '../support/blocks.js';

const NAMES = ['one', 'two'] as const;
type Name = (typeof NAMES)[number];
const MINUTES = [0, 10, 20].map((from) => blockOf(['a', 'b'], { from }));

const answers = (score: number): Answers => ({
  rowOffsets: Uint32Array.of(0, 2),
  statuses: Uint8Array.of(0, 0),
  scores: Float32Array.of(score, score),
  anomalies: Uint8Array.of(0, 0),
  lines: null,
  outputs: null,
});

interface Measured {
  readonly result: MeasuredVariants | null;
  /** `name first-value`, in the order of serving. */
  readonly calls: readonly string[];
  readonly shares: readonly number[];
}

/** Measures with a clock that only serving moves: `msOf` says by how much. */
async function measured(
  msOf: (variant: Name, minute: Block) => number,
  more: { rounds?: number; timeMs?: number; abortAfter?: number; scoreOf?: (variant: Name) => number } = {},
): Promise<Measured> {
  const calls: string[] = [];
  const shares: number[] = [];
  const controller = new AbortController();
  let nowMs = 0;
  const serve = (variant: Name, minute: Block): Promise<Served> => {
    const wallMs = msOf(variant, minute);
    calls.push(`${variant} ${minute.values[0]}`);
    nowMs += wallMs;
    const timing = {
      minutes: 1,
      items: 2,
      startedAtMs: 0,
      endedAtMs: wallMs,
      wallMs,
      gatherMs: 0,
      chunks: [],
    };
    return Promise.resolve({ answers: answers(more.scoreOf?.(variant) ?? 1), timing });
  };
  const variants = NAMES.map(
    (name) => ({ style: 'batched', serve: (minute: Block) => serve(name, minute) }) as const,
  );
  const { rounds = 4, timeMs = 400 } = more;
  const result = await measureVariants(
    { variants, minutes: MINUTES, rounds, timeMs, deadlineMs: 60_000 },
    {
      now: () => nowMs,
      signal: controller.signal,
      onPace: () => undefined,
      onTurn: (share) => {
        shares.push(share);
        if (shares.length === more.abortAfter) controller.abort();
      },
    },
  );
  return { result, calls, shares };
}

test('turns are filled with minutes after an untimed one, and variants change places', async () => {
  const { result, calls, shares } = await measured(() => 25);
  const [one, two] = result?.samples ?? [];
  // 400 ms in 4 rounds are 100 ms a turn: 4 minutes of 25 ms.
  assert.equal(one?.timings.summary().minutes?.served, 16);
  assert.equal(two?.timings.summary().minutes?.served, 16);
  const warmUp = 2 * 3; // minutes of both variants
  assert.equal(calls.length, warmUp + 4 * 2 * (1 + 4));
  const turns = Array.from({ length: 8 }, (_, turn) => calls.slice(warmUp + 5 * turn, warmUp + 5 * turn + 5));
  const inTurn = turns.map((turn) => new Set(turn.map((call) => call.replace(/ \d+$/, ''))));
  assert.ok(inTurn.every((names) => names.size === 1));
  const [a, b] = NAMES;
  assert.deepEqual(
    inTurn.flatMap((names) => [...names]),
    [a, b, b, a, a, b, b, a],
  );
  assert.deepEqual(
    shares.map((share) => share * 8),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
});

test('both variants of a round begin with the same minute, the next one in every round', async () => {
  const { calls } = await measured(() => 100);
  // A minute fills a turn: an untimed one, which is the minute before, and one that counts.
  const timed = calls.slice(6).filter((_, i) => i % 2 === 1);
  assert.deepEqual(
    timed.map((call) => Number(/\d+$/.exec(call)?.[0])),
    [0, 0, 10, 10, 20, 20, 0, 0],
  );
});

test('a round’s figure is the median minute of the turn, paired by round', async () => {
  const msOf = (variant: Name, minute: Block): number =>
    (variant === 'two' ? 20 : 40) + (minute.values[0] ?? 0);
  const { result } = await measured(msOf, { timeMs: 400 });
  const [one, two] = result?.samples.map(({ roundMs }) => roundMs) ?? [];
  assert.equal(one?.length, 4);
  assert.equal(two?.length, 4);
  // 2 minutes of 40 + 0, 10, 20 ms fill 100: those at 0 and 1, 1 and 2, 2 and 0, 0 and 1.
  assert.deepEqual(one, [45, 55, 50, 45]);
});

test('a minute longer than a turn is served once, without an untimed one', async () => {
  const { result, calls } = await measured(() => 1000);
  assert.equal(result?.samples[0]?.timings.summary().minutes?.served, 4);
  assert.equal(calls.length, 2 * 3 + 2 * 4);
});

test('a turn ends in time even if the machine becomes slow', async () => {
  let served = 0;
  const { result } = await measured(() => (++served > 90 ? 100 : 1), { timeMs: 400 });
  const last = result?.samples[0]?.timings.summary().minutes;
  assert.ok((last?.served ?? 0) < 4 * 100, String(last?.served));
});

test('answers are compared with those of the first variant', async () => {
  const { result } = await measured(() => 25, { scoreOf: (variant) => (variant === 'two' ? 2 : 1) });
  assert.equal(result?.samples[0]?.agreement.identical, true);
  assert.deepEqual(result.samples[1]?.agreement, {
    identical: false,
    maxDifference: 0.5,
    differingVerdicts: 0,
  });
});

test('once aborted, the turn under way is the last', async () => {
  const { result, shares } = await measured(() => 25, { abortAfter: 3 });
  assert.equal(result, null);
  assert.equal(shares.length, 3);
});
