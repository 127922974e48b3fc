import type { RandomStream } from '#build/core/random.js';

/** One of a list that is not empty. */
export function pick<T>(random: RandomStream, list: readonly T[]): T {
  return list[random.nextInteger(0, list.length - 1)]!;
}

/** Whether something happens that does so in this share of the cases. */
export function chance(random: RandomStream, share: number): boolean {
  return random.next() < share;
}

/** Cuts bytes at random places; `mean` is about the length of a piece, unless they were too many. */
export function cutUp(random: RandomStream, bytes: Buffer, mean: number, most: number): Buffer[] {
  const pieces: Buffer[] = [];
  mean = Math.max(mean, Math.ceil(bytes.length / most));
  for (let at = 0; at < bytes.length;) {
    const end = at + random.nextInteger(1, 2 * mean);
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}
