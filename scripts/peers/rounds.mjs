/** Turns: every arm serves some minutes while all others are idle, then the next one, round after round. */
import { sortSamples, percentile } from '#dist/core/statistics.js';

import { armKey } from './arms.mjs';

/** Largest difference between two peers' numbers: they sum in different orders. */
const TOLERANCE = 1e-4;
const WARM_UP_MS = 500;
const MOST_MINUTES = 500;
/** A turn ends before its minutes are over if it takes so many times as long as it should. */
const PATIENCE = 5;

export function median(samples) {
  return percentile(sortSamples(samples), 0.5);
}

/**
 * Holds that an arm gives the expected numbers.
 *
 * @returns the largest difference
 */
async function checkOutputs(peer, { arm, title }, processes, expected) {
  const found = await peer.outputs(arm, processes);
  if (found.length !== expected.length)
    throw new Error(`${title} gave ${found.length} numbers, not ${expected.length}`);
  const largest = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
  if (largest <= TOLERANCE) return largest; // not so where one is NaN
  throw new Error(`${title} gives other numbers: they differ by up to ${largest}`);
}

/** Minutes that a turn of an arm has, so that it lasts about `turnMs`. */
async function warmUp(peer, arm, processes, turnMs) {
  const minutesIn = (ms, each) => Math.min(Math.max(Math.round(ms / each), 1), MOST_MINUTES);
  const first = median(await peer.time(arm, processes, 2, WARM_UP_MS));
  const warm = median(await peer.time(arm, processes, minutesIn(WARM_UP_MS, first), PATIENCE * WARM_UP_MS));
  return minutesIn(turnMs, warm);
}

/**
 * Interleaved turns, in another random order each round.
 *
 * @param random a RandomStream
 * @returns by arm: `turnsMs`, the median minute of each round's turn, minutes a turn and largest difference
 */
export async function takeTurns({ arms, peers, expected, processes, rounds, turnMs, random, onRound }) {
  const runs = [];
  for (const arm of arms) {
    const peer = peers.get(arm.peer);
    const count = arm.processes ?? processes;
    // A bare pipe has no numbers to compare.
    const difference = peer.outputs === undefined ? null : await checkOutputs(peer, arm, count, expected);
    const minutes = await warmUp(peer, arm.arm, count, turnMs);
    runs.push({ arm, peer, count, minutes, difference, turnsMs: [] });
  }
  for (let round = 0; round < rounds; round++) {
    onRound(round);
    for (const { arm, peer, count, minutes, turnsMs } of shuffled(runs, random))
      turnsMs.push(median(await peer.time(arm.arm, count, minutes, PATIENCE * turnMs)));
  }
  return new Map(
    runs.map(({ arm, count, minutes, difference, turnsMs }) => [
      armKey(arm),
      { ...arm, processes: count, minutesPerTurn: minutes, largestDifference: difference, turnsMs },
    ]),
  );
}

/** Fisher and Yates. */
function shuffled(list, random) {
  const copy = [...list];
  for (let last = copy.length - 1; last > 0; last--) {
    const chosen = random.nextInteger(0, last);
    [copy[last], copy[chosen]] = [copy[chosen], copy[last]];
  }
  return copy;
}
