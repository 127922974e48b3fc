import { medianEstimate } from '../../core/statistics.js';
import type { TimedWay } from '../../report/scenario-parts.js';
import { unlessAborted } from '../unless-aborted.js';
import type { Station } from './lab.js';

/** Does a piece of work once; what it took, ms. */
type Way = () => Promise<number>;

type Limits = Pick<Station, 'rounds' | 'timeMs' | 'endMs' | 'signal' | 'onStep'> & {
  readonly tools: Pick<Station['tools'], 'now'>;
};

/**
 * Does all ways in turn, round after round, nothing else being under way; whoever comes first changes with the
 * round, so that no way always follows the same other one. `[rounds]` times of each, ms; null: aborted.
 */
export async function interleaved<Name extends string>(
  ways: Readonly<Record<Name, Way>>,
  limits: Limits,
): Promise<Record<Name, TimedWay> | null> {
  const { now } = limits.tools;
  const names = Object.keys(ways) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  const startedAtMs = now();
  let slowestMs = 0;
  for (let round = 0; ; round++) {
    limits.onStep(`round ${round + 1}`);
    const roundAtMs = now();
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length]!;
      const tookMs = await unlessAborted(ways[name](), limits.signal);
      if (tookMs === null) return null;
      times.get(name)?.push(tookMs);
    }
    const atMs = now();
    slowestMs = Math.max(slowestMs, atMs - roundAtMs);
    const isEnough = round + 1 >= limits.rounds && atMs - startedAtMs >= limits.timeMs * names.length;
    if (isEnough || atMs + slowestMs > limits.endMs) break;
  }
  const entries = [...times].map(([name, roundMs]) => [name, timedWay(roundMs)] as const);
  return Object.fromEntries(entries) as Record<Name, TimedWay>;
}

/** @throws RangeError without rounds */
function timedWay(roundMs: readonly number[]): TimedWay {
  return { roundMs, medianMs: medianEstimate(roundMs) };
}
