/**
 * The order in which `count` arms, or other ways to do the same work, take their turns in a round. Over `count`
 * rounds (twice as many for an odd count) every arm takes every place, and follows every other arm, equally often: what an arm leaves behind in caches and
 * clock rates falls on all others alike. A balanced Latin square: E. J. Williams, "Experimental Designs Balanced for
 * the Estimation of Residual Effects of Treatments", Australian Journal of Scientific Research 2, 1949.
 */
export function roundOrder(round: number, count: number): number[] {
  const order = Array.from({ length: count }, (_, place) => (zigzag(place, count) + round) % count);
  const isMirrored = count % 2 === 1 && Math.floor(round / count) % 2 === 1;
  return isMirrored ? order.reverse() : order;
}

/** Rounds after which every arm has taken every place, and followed every other arm, equally often. */
export function cycleRounds(count: number): number {
  return count % 2 === 0 ? count : 2 * count;
}

/** 0, 1, −1, 2, −2 … modulo count: all differences between neighbours are different. */
function zigzag(place: number, count: number): number {
  return place % 2 === 1 ? (place + 1) / 2 : (count - place / 2) % count;
}
