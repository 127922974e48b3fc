import { caseName, isOfSetup } from './bench-names.js';
import type { BenchArm, BenchCase, BenchSummary, BreakEven } from './bench-summary.js';
import { countText, durationText, figures, plural, roundDuration, roundedDown } from '../../report/format.js';

/** How many actors to run, and whether a minute will fit: a line for each case that was measured in full. */
export function benchAdvice(summary: Pick<BenchSummary, 'cases' | 'breakEven' | 'deadlineMs'>): string {
  const full = summary.cases.filter(({ kind }) => kind === 'full');
  if (full.length === 0) return 'Nothing was measured to its end, so there is nothing to advise.';
  return full
    .map((one) => {
      const heading = full.length === 1 ? '' : `${caseName(one)}: `;
      return heading + adviceFor(one, summary);
    })
    .join('\n');
}

function adviceFor(one: BenchCase, summary: Pick<BenchSummary, 'breakEven' | 'deadlineMs'>): string {
  const served = servedBy(one);
  const sentences = [
    howMany(one, served),
    whenMore(one, summary.breakEven),
    fits(one, served, summary.deadlineMs),
  ];
  return sentences.filter((sentence) => sentence !== null).join(' ');
}

/** The arm that a pool of the advised size would be. */
function servedBy({ arms, bestActors, winner }: BenchCase): BenchArm {
  const won = arms.find(({ name }) => name === winner);
  const pools = arms.filter(({ mode, actors }) => mode === 'parallel' && actors === bestActors);
  const pool = pools.sort((a, b) => a.medianMs.value - b.medianMs.value)[0];
  const found = won?.actors === bestActors ? won : (pool ?? won);
  if (found === undefined) throw new RangeError(`no arm named ${winner}`);
  return found;
}

function howMany({ arms, bestActors }: BenchCase, served: BenchArm): string {
  if (bestActors > 1) return `Run ${plural(bestActors, 'actor')} (--actors ${bestActors}): ${gain(served)}.`;
  const pool = arms.filter(isBatchedPool).sort((a, b) => a.medianMs.value - b.medianMs.value)[0];
  const speedup = pool?.speedup;
  const others =
    pool === undefined || speedup === null || speedup === undefined
      ? ''
      : `: ${plural(pool.actors, 'actor')} were ${figures(speedup.value)} × as fast`;
  return `${oneProcess(served)}${others}.`;
}

/** With the flags of a replay that serves like that. */
function oneProcess({ mode, threads }: BenchArm): string {
  const withThreads = threads > 1 ? ` with ${plural(threads, 'thread')}` : '';
  const flags = [
    mode === 'sequential' ? '--mode sequential' : '--actors 1',
    ...(threads > 1 ? [`--threads-per-actor ${threads}`] : []),
  ];
  return `One process with batches${withThreads} is enough (${flags.join(' ')})`;
}

function isBatchedPool({ mode, style, actors }: BenchArm): boolean {
  return mode === 'parallel' && style === 'batched' && actors > 1;
}

function gain({ speedup, efficiency }: BenchArm): string {
  if (speedup === null) return 'that was fastest';
  const used = efficiency === null ? '' : `, ${figures(100 * efficiency)} % of what so many could gain`;
  return `${figures(speedup.value)} × as fast as one process with batches${used}`;
}

/** Where one process is enough now: from how many items on that changes. */
function whenMore(one: BenchCase, breakEven: readonly BreakEven[]): string | null {
  if (one.bestActors > 1) return null;
  const points = breakEven.filter((point) => isOfSetup(point, one) && point.items !== null);
  const first = points.sort((a, b) => (a.items ?? 0) - (b.items ?? 0))[0];
  const items = first?.items ?? null;
  if (first === undefined || items === null || items <= one.items) return null;
  return `${plural(first.actors, 'actor')} would pay from about ${countText(roundedDown(items))} items a minute on.`;
}

function fits({ items }: BenchCase, { wallMs, capacityItems }: BenchArm, deadlineMs: number): string {
  const p99 = `the 99th-percentile minute took ${durationText(wallMs.p99)} of the ${roundDuration(deadlineMs)} there are`;
  const capacity = countText(roundedDown(capacityItems));
  return wallMs.p99 <= deadlineMs
    ? `A minute of ${plural(items, 'item')} fits: ${p99}, and about ${capacity} items would.`
    : `A minute of ${plural(items, 'item')} does not fit: ${p99}, and about ${capacity} items would.`;
}
