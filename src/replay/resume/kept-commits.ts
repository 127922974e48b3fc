import type { RunProgress } from './run-facts.js';

/**
 * Which commits `planResume` may still come to once a run goes on after the last of these, by their index. That is
 * the last one, and for each input that is at its end the last one before that, since it may grow; and from
 * each of them back as far as its look-back reaches, which later ones need for theirs. The others go: a journal
 * that kept every second of a month would be carried over whenever the run is gone on with.
 */
export function keptCommits(commits: readonly RunProgress[], lookBackMs: number): ReadonlySet<number> {
  const kept = new Set<number>();
  const inputs = commits.at(-1)?.positions ?? [];
  const beforeEnds = inputs.map((_, i) => commits.findLastIndex(({ positions }) => positions[i] !== 'end'));
  for (const place of new Set([commits.length - 1, ...beforeEnds])) {
    const placeMs = commits[place]?.minuteMs ?? NaN;
    for (let index = place; index >= 0; index--) {
      kept.add(index);
      const { minuteMs } = commits[index]!;
      if (minuteMs !== null && minuteMs < placeMs && minuteMs <= placeMs - lookBackMs) break;
    }
  }
  return kept;
}
