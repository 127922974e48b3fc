import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { openRecording, reopenRecording, type ReadOptions } from '#build/read/recording.js';
import type { InputSnapshot, ResumePoint } from '#build/read/snapshot/snapshot.js';
import { plainSteps, type PlainStep } from './read-steps.js';

/** The same inputs for every reading. */
export interface Inputs {
  readonly paths: readonly string[];
  /** What comes for `-`. */
  readonly stdin: Buffer | null;
}

const open = ({ stdin }: Inputs): Readable => Readable.from(stdin === null ? [] : cut(stdin));

function cut(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 50_000) chunks.push(bytes.subarray(at, at + 50_000));
  return chunks;
}

/** What a journal does to what it keeps. */
function kept<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Reads without a break. */
export async function readWhole(
  inputs: Inputs,
  options: ReadOptions,
): Promise<{ steps: PlainStep[]; snapshot: InputSnapshot }> {
  const recording = await openRecording(inputs.paths, options, open(inputs));
  const steps = await plainSteps(recording);
  return { steps, snapshot: kept(recording.snapshot()) }; // with digests of everything that was read
}

/** Resumes after step `m`, from the position of step `from`, -1 being the start; checks every step. */
export async function checkResume(
  inputs: Inputs,
  options: ReadOptions,
  whole: { readonly steps: readonly PlainStep[]; readonly snapshot: InputSnapshot },
  from: number,
  m: number,
): Promise<void> {
  const { steps } = whole;
  const start = from < 0 ? null : steps[from]!;
  const point: ResumePoint = {
    positions: start?.positions ?? null,
    positionsMinuteMs: start?.minuteMs ?? null,
    afterMinuteMs: steps[m]!.minuteMs ?? NaN,
    afterPositions: steps[m]!.positions ?? [],
  };
  const again = await reopenRecording(inputs.paths, options, open(inputs), whole.snapshot, kept(point));
  const found = await plainSteps(again);
  const seen = found.filter(({ lookBack }) => lookBack);
  const expected = steps.slice(from + 1, m + 1).filter(({ minuteMs: at }) => at !== null);
  const windows = (all: readonly PlainStep[]): unknown =>
    all.map(({ minuteMs: at, records }) => [at, records]);
  assert.deepEqual(windows(seen), windows(expected), 'look-back');
  for (const { account, rejects } of seen) assert.deepEqual([account, rejects], [[0, 0, 0], []]);
  assert.deepEqual(found.slice(seen.length), steps.slice(m + 1), `from ${from} after ${m}`);
}

/** Resumes after every minute that can be committed, from the start and from every position up to it. */
export async function checkEveryResume(inputs: Inputs, options: ReadOptions): Promise<readonly PlainStep[]> {
  const whole = await readWhole(inputs, options);
  checkBalance(whole.steps);
  const places = committable(whole.steps);
  for (const [k, m] of places.entries()) {
    for (const from of [-1, ...places.slice(0, k + 1)]) await checkResume(inputs, options, whole, from, m);
  }
  return whole.steps;
}

/** What was found is what was accepted, merged or rejected. */
export function checkBalance(steps: readonly PlainStep[]): void {
  let found = 0;
  let accounted = 0;
  for (const { lookBack, records, account, rejects } of steps) {
    found += account[0];
    accounted += account[1] + rejects.length + (lookBack ? 0 : records.length);
  }
  assert.equal(found, accounted, 'the account balances');
}

/** Indexes of the steps after which a run may commit. */
export function committable(steps: readonly PlainStep[]): number[] {
  return [...steps.keys()].filter((i) => {
    const { minuteMs, lookBack, positions, isTail } = steps[i]!;
    return minuteMs !== null && !lookBack && positions !== null && !isTail;
  });
}
