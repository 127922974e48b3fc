import { playRound } from '../../measure/rounds.js';
import { medianEstimate } from '../../core/statistics.js';
import type { TimedWay } from './scenario-parts.js';
import { unlessAborted } from '../../core/unless-aborted.js';
import type { Station } from './lab.js';

/** Does a piece of work once; what it took, ms. */
type Way = () => Promise<number>;

type Limits = Pick<Station, 'rounds' | 'timeMs' | 'endMs' | 'signal' | 'onStep'> & {
  readonly tools: Pick<Station['tools'], 'now'>;
};

/**
 * Does all ways in turn, round after round, nothing else being under way, in the orders of a balanced Latin square.
 * `[rounds]` times of each, ms; null: aborted.
 */
export async function interleaved<Name extends string | number>(
  ways: readonly (readonly [name: Name, way: Way])[],
  limits: Limits,
): Promise<Record<Name, TimedWay> | null> {
  const { now } = limits.tools;
  const times = new Map<Name, number[]>(ways.map(([name]) => [name, []]));
  const startedAtMs = now();
  let slowestMs = 0;
  for (let round = 0; ; round++) {
    limits.onStep(`round ${round + 1}`);
    const roundAtMs = now();
    const turns = await playRound(round, ways.length, (way) => unlessAborted(ways[way]![1](), limits.signal));
    if (turns === null) return null;
    ways.forEach(([name], way) => times.get(name)?.push(turns[way]!));
    const atMs = now();
    slowestMs = Math.max(slowestMs, atMs - roundAtMs);
    const isEnough = round + 1 >= limits.rounds && atMs - startedAtMs >= limits.timeMs * ways.length;
    if (isEnough || atMs + slowestMs > limits.endMs) break;
  }
  const entries = [...times].map(([name, roundMs]) => [name, timedWay(roundMs)] as const);
  return Object.fromEntries(entries) as Record<Name, TimedWay>;
}

/** @throws RangeError without rounds */
function timedWay(roundMs: readonly number[]): TimedWay {
  return { roundMs, medianMs: medianEstimate(roundMs) };
}
