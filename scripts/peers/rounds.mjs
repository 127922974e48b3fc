/** Turns: every variant serves some minutes while all others are idle, round after round. */
import { median, shuffled } from '../shared/samples.mjs';
import { variantKey } from './variants.mjs';

/** Largest accepted difference between two peers' numbers, which sum in different orders. */
const TOLERANCE = 1e-4;
const WARM_UP_MS = 500;
const MOST_MINUTES = 500;
/** A turn is cut short once it takes this many times as long as planned. */
const MOST_OVERRUN = 5;

/**
 * @returns the largest difference from the expected numbers
 * @throws Error if it exceeds the tolerance
 */
async function checkOutputs(peer, { variant, title }, processes, expected) {
  const found = await peer.outputs(variant, processes);
  if (found.length !== expected.length)
    throw new Error(`${title} returned ${found.length} numbers instead of ${expected.length}`);
  const largest = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
  if (largest <= TOLERANCE) return largest; // false for NaN
  throw new Error(`${title} returned numbers that differ by up to ${largest}`);
}

/** Warms a variant up; returns how many minutes make a turn of about `turnMs`. */
async function warmUp(peer, variant, processes, turnMs) {
  const minutesIn = (ms, each) => Math.min(Math.max(Math.round(ms / each), 1), MOST_MINUTES);
  const first = median(await peer.time(variant, processes, 2, WARM_UP_MS));
  const warm = median(
    await peer.time(variant, processes, minutesIn(WARM_UP_MS, first), MOST_OVERRUN * WARM_UP_MS),
  );
  return minutesIn(turnMs, warm);
}

/**
 * Interleaves turns, in a new random order each round.
 *
 * @param random a RandomStream
 * @returns by variant: `turnsMs`, the median minute of each round's turn, minutes per turn, largest difference
 */
export async function takeTurns({ variants, peers, expected, processes, rounds, turnMs, random, onRound }) {
  const runs = [];
  for (const variant of variants) {
    const peer = peers.get(variant.peer);
    const count = variant.processes ?? processes;
    // The bare pipe returns no numbers.
    const difference = peer.outputs === undefined ? null : await checkOutputs(peer, variant, count, expected);
    const minutes = await warmUp(peer, variant.variant, count, turnMs);
    runs.push({ variant, peer, count, minutes, difference, turnsMs: [] });
  }
  for (let round = 0; round < rounds; round++) {
    onRound(round);
    for (const { variant, peer, count, minutes, turnsMs } of shuffled(runs, random))
      turnsMs.push(median(await peer.time(variant.variant, count, minutes, MOST_OVERRUN * turnMs)));
  }
  return new Map(
    runs.map(({ variant, count, minutes, difference, turnsMs }) => [
      variantKey(variant),
      { ...variant, processes: count, minutesPerTurn: minutes, largestDifference: difference, turnsMs },
    ]),
  );
}
