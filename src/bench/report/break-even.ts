import { breakEvenItems, costLine, type CostLine } from '../../core/scaling.js';
import { bySetup } from './bench-names.js';
import type { BenchArm, BenchCase, BreakEven } from './bench-summary.js';

/** From how many items on each number of actors pays, for every backend and batch size with cases of two sizes. */
export function breakEvens(cases: readonly BenchCase[]): BreakEven[] {
  return [...bySetup(cases).values()].flatMap(breakEvensOf);
}

function breakEvensOf(cases: readonly BenchCase[]): BreakEven[] {
  const [first] = cases;
  if (first === undefined || new Set(cases.map(({ items }) => items)).size < 2) return [];
  const { name, batchSize } = first.backend;
  const sequential = lineOf(cases, isSequential);
  const counts = new Set(first.arms.map(({ actors }) => actors).filter((actors) => actors > 1));
  if (sequential === null) return [];
  return [...counts].flatMap((actors) => {
    const parallel = lineOf(cases, (arm) => arm.mode === 'parallel' && arm.actors === actors);
    if (parallel === null) return [];
    return [{ backend: name, batchSize, actors, items: breakEvenItems(sequential, parallel) }];
  });
}

function isSequential(arm: BenchArm): boolean {
  return arm.mode === 'sequential';
}

/** How the minutes of the cases' first such batched arm grow with the items; null where a case lacks one. */
function lineOf(cases: readonly BenchCase[], isWanted: (arm: BenchArm) => boolean): CostLine | null {
  const points = cases.flatMap(({ items, arms }) => {
    const arm = arms.find((one) => one.style === 'batched' && isWanted(one));
    return arm === undefined ? [] : [{ items, ms: arm.medianMs.value }];
  });
  return points.length < cases.length ? null : costLine(points);
}
