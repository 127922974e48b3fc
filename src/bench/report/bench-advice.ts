import {
  countText,
  durationText,
  percentText,
  plural,
  roundDuration,
  roundedDown,
  figures,
  speedupText,
} from '../../report/format.js';
import { caseName, isOfSetup } from './bench-names.js';
import type { BenchCase, BenchSummary, BenchVariant, BreakEven } from './bench-summary.js';

type Measured = Pick<BenchSummary, 'cases' | 'breakEven' | 'deadlineMs'>;

/** How many actors to run, and whether a minute fits: a line for each case that was measured in full. */
export function benchAdvice(summary: Measured): string {
  const full = summary.cases.filter(({ kind }) => kind === 'full');
  if (full.length === 0) return 'No measurement was completed, so there is nothing to advise.';
  return full
    .map((one) => `${full.length === 1 ? '' : `${caseName(one)}: `}${adviceFor(one, summary)}`)
    .join('\n');
}

function adviceFor(one: BenchCase, { breakEven, deadlineMs }: Measured): string {
  const served = advisedVariant(one);
  const sentences = [howMany(one, served), whenMore(one, breakEven), fits(one, served, deadlineMs)];
  return sentences.filter((sentence) => sentence !== null).join(' ');
}

/** The winner where it has the advised number of actors, otherwise the fastest pool that does. */
function advisedVariant({ arms, bestActors, winner }: BenchCase): BenchVariant {
  const won = arms.find(({ name }) => name === winner);
  const pools = arms.filter(({ mode, actors }) => mode === 'parallel' && actors === bestActors);
  const found = won?.actors === bestActors ? won : (fastest(pools) ?? won);
  if (found === undefined) throw new RangeError(`no variant named ${winner}`);
  return found;
}

function fastest(variants: readonly BenchVariant[]): BenchVariant | undefined {
  return variants.toSorted((a, b) => a.medianMs.value - b.medianMs.value)[0];
}

function howMany({ arms, bestActors }: BenchCase, served: BenchVariant): string {
  if (bestActors > 1) return `Run ${plural(bestActors, 'actor')} (--actors ${bestActors}): ${gain(served)}.`;
  const pool = fastest(
    arms.filter(({ mode, style, actors }) => mode === 'parallel' && style === 'batched' && actors > 1),
  );
  const speedup = pool?.speedup ?? null;
  const others =
    pool === undefined || speedup === null
      ? ''
      : `: ${plural(pool.actors, 'actor')} ${comparedText(speedup.value)}`;
  return `${oneProcess(served)}${others}.`;
}

function comparedText(speedup: number): string {
  const isFaster = speedup >= 1;
  return isFaster ? `were ${speedupText(speedup)}` : `took ${figures(1 / speedup)} times as long`;
}

/** With the flags of a replay that serves like that. */
function oneProcess({ mode, threads }: BenchVariant): string {
  const withThreads = threads > 1 ? ` and ${plural(threads, 'thread')}` : '';
  const flags = [
    mode === 'sequential' ? '--mode sequential' : '--actors 1',
    ...(threads > 1 ? [`--threads-per-actor ${threads}`] : []),
  ];
  return `One process with batches${withThreads} is enough (${flags.join(' ')})`;
}

function gain({ speedup, efficiency }: BenchVariant): string {
  if (speedup === null) return 'that was fastest';
  const used = efficiency === null ? '' : `, an efficiency of ${percentText(efficiency)}`;
  return `${speedupText(speedup.value, 'one process with batches')}${used}`;
}

/** Where one process is enough: the number of items from which that changes. */
function whenMore(one: BenchCase, breakEven: readonly BreakEven[]): string | null {
  if (one.bestActors > 1) return null;
  const points = breakEven.filter((point) => isOfSetup(point, one) && point.items !== null);
  const [first] = points.sort((a, b) => (a.items ?? 0) - (b.items ?? 0));
  const items = first?.items ?? null;
  if (first === undefined || items === null || items <= one.items) return null;
  return `${plural(first.actors, 'actor')} would pay from about ${countText(roundedDown(items))} items a minute on.`;
}

function fits({ items }: BenchCase, { wallMs, capacityItems }: BenchVariant, deadlineMs: number): string {
  const verdict = wallMs.p99 <= deadlineMs ? 'fits' : 'does not fit';
  return (
    `A minute of ${plural(items, 'item')} ${verdict}: the 99th-percentile minute took ${durationText(wallMs.p99)} ` +
    `of ${roundDuration(deadlineMs)}, and about ${countText(roundedDown(capacityItems))} items would fit.`
  );
}
