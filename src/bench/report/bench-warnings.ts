import type { Notice } from '../../core/errors.js';
import { median } from '../../core/statistics.js';
import type { BaselineComparison, BenchCase } from './bench-summary.js';
import { agrees } from '../../core/comparison.js';
import { durationText, figures, plural } from '../../report/format.js';

/** Shares from which on figures are worth a warning. */
const MANY_OUTLIERS = 0.1;
const MUCH_DRIFT = 0.1;

/** Fewer rounds than this give no interval that means anything. */
const FEWEST_ROUNDS = 10;

const STEADIER =
  'close other programs, let the machine cool down, hold its clock rate if you can (a fixed frequency, no battery saving), or measure longer with --time 10s';

/** Whether the ways to serve a case gave other answers. */
export function answerWarnings({ items, backend, arms, tolerance }: BenchCase): Notice[] {
  const differing = arms.filter(({ answers }) => !agrees(answers, tolerance)).map(({ name }) => `"${name}"`);
  if (differing.length === 0) return [];
  return warnings([
    `${plural(items, 'item')} on ${backend.name}: ${differing.join(', ')} gave other answers than ` +
      `"${arms[0]?.name ?? ''}" to the same items: the model does not answer each item by itself, so its results ` +
      'depend on how minutes are cut',
  ]);
}

/** What a baseline was not measured like. */
export function baselineWarnings(baseline: BaselineComparison | null): Notice[] {
  if (baseline === null || baseline.differences.length === 0) return [];
  return warnings([
    `the baseline is not of a run like this one, so its verdicts may not be about what changed: ${baseline.differences.join(
      '; ',
    )}`,
  ]);
}

/** What to know before believing figures: each said once, with the worst of the cases. */
export function steadinessWarnings(cases: readonly BenchCase[]): Notice[] {
  return warnings([outlierText(cases), driftText(cases), roundsText(cases)].filter((text) => text !== null));
}

function outlierText(cases: readonly BenchCase[]): string | null {
  const shares = cases.flatMap((one) =>
    one.arms.map((arm) => ({ one, arm, share: arm.outliers / arm.wallMs.samples })),
  );
  const worst = shares.sort((a, b) => b.share - a.share)[0];
  if (worst === undefined || worst.share <= MANY_OUTLIERS) return null;
  const { one, arm, share } = worst;
  return `minutes were unsteady: up to ${figures(100 * share)} % stand far apart from the others (${plural(one.items, 'item')}, "${arm.name}"): ${STEADIER}`;
}

/** Whether all arms of a case together became faster or slower while they were measured. */
function driftText(cases: readonly BenchCase[]): string | null {
  const drifts = cases.map((one) => ({ one, change: driftOf(one) }));
  const worst = drifts.sort((a, b) => Math.abs(b.change) - Math.abs(a.change))[0];
  if (worst === undefined || Math.abs(worst.change) <= MUCH_DRIFT) return null;
  const { one, change } = worst;
  const how = change > 0 ? 'slower' : 'faster';
  return `with ${plural(one.items, 'item')} the later rounds were ${figures(100 * Math.abs(change))} % ${how} than the earlier ones: ${STEADIER}`;
}

/** Median over the arms of `later rounds / earlier rounds − 1`; 0 where rounds are too few to tell. */
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
  return `intervals of ${plural(fewest, 'round')} cover less than they say: leave --rounds away, or give at least ${FEWEST_ROUNDS}`;
}

/** Shares of the time there was from which on its loss is worth a warning. */
const MUCH_STOLEN = 0.02;
const MUCH_THROTTLED = 0.01;

/** Whether the machine, or a limit on this process, took processor time away while it was measured. */
export function takenTimeWarnings(
  { stealMs, throttledMs }: { readonly stealMs: number; readonly throttledMs: number },
  elapsedMs: number,
  processors: number,
): Notice[] {
  const texts: string[] = [];
  if (stealMs > MUCH_STOLEN * elapsedMs * processors) {
    texts.push(
      `other virtual machines took ${durationText(stealMs)} of processor time meanwhile: repeat at another hour, or elsewhere`,
    );
  }
  if (throttledMs > MUCH_THROTTLED * elapsedMs) {
    texts.push(
      `the processor quota held this program up for ${durationText(throttledMs)}: raise the container’s limit, or measure fewer --actors`,
    );
  }
  return warnings(texts);
}

function warnings(texts: readonly string[]): Notice[] {
  return texts.map((text) => ({ level: 'warning', text }));
}
