import type { ActorRange } from './bench-config.js';
import { resolveActors } from '../core/actor-count.js';

/** Where nobody says how many: beyond that a start takes long and memory runs out before anything is learnt. */
const MOST_BY_DEFAULT = 32;

/** The numbers of actors to measure, ascending, each once. `auto` goes up to twice the processors. */
export function actorCounts(range: ActorRange, processors: number): number[] {
  if (range.kind === 'exactly') {
    const counts = range.counts.map((count) => resolveActors(count, processors));
    return [...new Set(counts)].sort((a, b) => a - b);
  }
  const most =
    range.most.kind === 'auto'
      ? Math.min(2 * processors, MOST_BY_DEFAULT)
      : resolveActors(range.most, processors);
  const counts: number[] = [];
  for (let count = 1; count < most; count *= 2) counts.push(count);
  return [...counts, most];
}
