import type { Notice } from '../../core/errors.js';
import { median } from '../../core/statistics.js';
import type { BaselineComparison, BenchCase } from './bench-summary.js';
import { agrees } from '../../core/comparison.js';
import { durationText, percentText, plural } from '../../report/format.js';

/** Shares that are worth a warning. */
const MANY_OUTLIERS = 0.1;
const MUCH_DRIFT = 0.1;

/** With fewer rounds, intervals mean nothing. */
const FEWEST_ROUNDS = 10;

const STEADIER =
  'close other programs, let the machine cool down, fix its clock rate if you can (no frequency scaling, no battery saving), or measure longer with --time 10s';

/** Whether the variants of a case gave different answers. */
export function answerWarnings({ items, backend, arms, tolerance }: BenchCase): Notice[] {
  const differing = arms.filter(({ answers }) => !agrees(answers, tolerance)).map(({ name }) => `"${name}"`);
  if (differing.length === 0) return [];
  return warnings([
    `${plural(items, 'item')} on ${backend.name}: ${differing.join(', ')} gave other answers than ` +
      `"${arms[0]?.name ?? ''}" to the same items: the model's answer to an item depends on the other items of its ` +
      'batch, so results depend on how minutes are cut',
  ]);
}

/** What differs between this run and the baseline besides the times. */
export function baselineWarnings(baseline: BaselineComparison | null): Notice[] {
  if (baseline === null || baseline.differences.length === 0) return [];
  return warnings([
    `the baseline was measured differently, so its verdicts may have other causes than your change: ${baseline.differences.join(
      '; ',
    )}`,
  ]);
}

/** Reasons to distrust the figures, each reported once, for the worst case. */
export function steadinessWarnings(cases: readonly BenchCase[]): Notice[] {
  return warnings([outlierText(cases), driftText(cases), roundsText(cases)].filter((text) => text !== null));
}

function outlierText(cases: readonly BenchCase[]): string | null {
  const shares = cases.flatMap((one) =>
    one.arms.map((variant) => ({ one, variant, share: variant.outliers / variant.wallMs.samples })),
  );
  const worst = shares.sort((a, b) => b.share - a.share)[0];
  if (worst === undefined || worst.share <= MANY_OUTLIERS) return null;
  const { one, variant, share } = worst;
  return `times were unsteady: up to ${percentText(share)} of the minutes are outliers (${plural(one.items, 'item')}, "${variant.name}"); ${STEADIER}`;
}

/** Whether all variants of a case became faster or slower while they were measured. */
function driftText(cases: readonly BenchCase[]): string | null {
  const drifts = cases.map((one) => ({ one, change: driftOf(one) }));
  const worst = drifts.sort((a, b) => Math.abs(b.change) - Math.abs(a.change))[0];
  if (worst === undefined || Math.abs(worst.change) <= MUCH_DRIFT) return null;
  const { one, change } = worst;
  const how = change > 0 ? 'slower' : 'faster';
  return `with ${plural(one.items, 'item')} the later rounds were ${percentText(Math.abs(change))} ${how} than the earlier ones; ${STEADIER}`;
}

/** Median over the variants of `later rounds / earlier rounds − 1`; 0 where there are too few rounds. */
function driftOf({ arms, rounds }: BenchCase): number {
  if (rounds < FEWEST_ROUNDS) return 0;
  return median(arms.map(({ roundMs }) => laterOverEarlier(roundMs))) - 1;
}

function laterOverEarlier(roundMs: readonly number[]): number {
  const half = Math.floor(roundMs.length / 2);
  return median(roundMs.slice(-half)) / median(roundMs.slice(0, half));
}

function roundsText(cases: readonly BenchCase[]): string | null {
  const fewest = Math.min(...cases.map(({ rounds }) => rounds));
  if (fewest >= FEWEST_ROUNDS) return null;
  return `${plural(fewest, 'round')} are too few for 95 % intervals: drop --rounds, or give at least ${FEWEST_ROUNDS}`;
}

/** Shares of the available time whose loss is worth a warning. */
const MUCH_STOLEN = 0.02;
const MUCH_THROTTLED = 0.01;

/** Whether the machine, or a quota on this process, took processor time away during the measurement. */
export function takenTimeWarnings(
  { stealMs, throttledMs }: { readonly stealMs: number; readonly throttledMs: number },
  elapsedMs: number,
  processors: number,
): Notice[] {
  const texts: string[] = [];
  if (stealMs > MUCH_STOLEN * elapsedMs * processors) {
    texts.push(
      `other virtual machines took ${durationText(stealMs)} of processor time: repeat at another hour, or elsewhere`,
    );
  }
  if (throttledMs > MUCH_THROTTLED * elapsedMs) {
    texts.push(
      `the processor quota paused this program for ${durationText(throttledMs)}: raise the container’s limit, or measure fewer --actors`,
    );
  }
  return warnings(texts);
}

function warnings(texts: readonly string[]): Notice[] {
  return texts.map((text) => ({ level: 'warning', text }));
}
