import { breakEvenItems, costLine, isRealSpeedup, type CostLine } from '../../core/scaling.js';
import { countText, durationText, plural, roundedDown } from '../../report/format.js';
import { elements, type Place } from '../../report/figures.js';
import { figure, numberCell, tableOf, textCell, words, type Column, type Table } from '../../report/table.js';
import { bySetup, caseName, isOfSetup, setupText } from './bench-names.js';
import type { BenchCase, BenchSummary, BenchVariant, BreakEven } from './bench-summary.js';

/** From how many items on each number of actors pays, for every backend and batch size with cases of two sizes. */
export function breakEvens(cases: readonly BenchCase[]): BreakEven[] {
  return [...bySetup(cases).values()].flatMap(breakEvensOf);
}

function breakEvensOf(cases: readonly BenchCase[]): BreakEven[] {
  const [first] = cases;
  if (first === undefined || new Set(cases.map(({ items }) => items)).size < 2) return [];
  const { name, batchSize } = first.backend;
  const sequential = lineOf(cases, ({ mode }) => mode === 'sequential');
  const counts = new Set(first.arms.map(({ actors }) => actors).filter((actors) => actors > 1));
  if (sequential === null) return [];
  return [...counts].flatMap((actors) => {
    const parallel = lineOf(cases, (variant) => variant.mode === 'parallel' && variant.actors === actors);
    if (parallel === null) return [];
    return [{ backend: name, batchSize, actors, items: breakEvenItems(sequential, parallel) }];
  });
}

/** How minutes of the cases' first such batched variant grow with the items; null where a case lacks one. */
function lineOf(cases: readonly BenchCase[], isWanted: (variant: BenchVariant) => boolean): CostLine | null {
  const points = cases.flatMap(({ items, arms }) => {
    const variant = arms.find((one) => one.style === 'batched' && isWanted(one));
    return variant === undefined ? [] : [{ items, ms: variant.medianMs.value }];
  });
  return points.length < cases.length ? null : costLine(points);
}

/** Where actors start to pay, by items and by the cost of an item, a sentence each. */
export function breakEvenTexts({ cases, breakEven }: BenchSummary): string[] {
  return [
    ...breakEven.map((point) => itemsText(point, cases)),
    ...cases.filter(({ kind }) => kind === 'full').flatMap(costTexts),
  ];
}

function itemsText(point: BreakEven, cases: readonly BenchCase[]): string {
  const { backend, batchSize, actors, items } = point;
  const pool = `${setupText(backend, batchSize)}: ${plural(actors, 'actor')}`;
  if (items === null) return `${pool} pay at no number of items`;
  if (items <= 1) return `${pool} pay at any number of items`;
  const about = `about ${countText(roundedDown(items))} items a minute`;
  return isUncertain(point, cases)
    ? `${pool} break even near ${about}, too close to the measured sizes to be certain`
    : `${pool} pay from ${about} on, estimated from the measured sizes`;
}

/** Whether so many actors should pay at a size at which they were measured and did not. */
function isUncertain(point: BreakEven, cases: readonly BenchCase[]): boolean {
  const { actors, items } = point;
  return cases.some(
    (one) =>
      isOfSetup(point, one) &&
      one.items >= (items ?? Infinity) &&
      one.bestActors < actors &&
      !one.arms.some(
        ({ actors: own, speedup }) => own === actors && speedup !== null && isRealSpeedup(speedup),
      ),
  );
}

function costTexts(one: BenchCase): string[] {
  const { breakEvenItemMs, items, bestActors, arms } = one;
  if (breakEvenItemMs === null) return [];
  const batched = arms.find(({ mode, style }) => mode === 'sequential' && style === 'batched');
  const itemMs = (batched?.medianMs.value ?? NaN) / items;
  if (bestActors === 1 && breakEvenItemMs <= itemMs) {
    return [`${caseName(one)}: an item costs just about enough for more than one actor to pay`];
  }
  const cost =
    breakEvenItemMs === 0
      ? 'at any cost of an item'
      : `where an item costs ${durationText(breakEvenItemMs)} or more`;
  return [`${caseName(one)}: more than one actor pays ${cost} (here ${durationText(itemMs)})`];
}

/** For a page: by items. */
export function breakEvenTable(points: Place<readonly BreakEven[]>): Table {
  return tableOf(POINT_COLUMNS, elements(points));
}

const POINT_COLUMNS: readonly Column<Place<BreakEven>>[] = [
  words('backend', 'backend', ({ value }) => setupText(value.backend, value.batchSize)),
  figure('actors', 'actors', countText, (point) => point.at('actors')),
  {
    title: 'pay from, items',
    key: 'items',
    isWords: false,
    cell: (point) =>
      point.value.items === null ? textCell('at no number') : numberCell(point.at('items'), countText),
  },
];

/** For a page: by the cost of an item. */
export function itemCostTable(cases: Place<readonly BenchCase[]>): Table {
  return tableOf(COST_COLUMNS, elements(cases));
}

const COST_COLUMNS: readonly Column<Place<BenchCase>>[] = [
  words('case', 'case', ({ value }) => caseName(value)),
  figure('actors worth having', 'best_actors', countText, (one) => one.at('bestActors')),
  {
    title: 'pay from, cost of an item',
    key: 'break_even_item_ms',
    isWords: false,
    cell: (one) => {
      const { breakEvenItemMs } = one.value;
      if (breakEvenItemMs === null) return textCell('not measured');
      return breakEvenItemMs === 0
        ? textCell('at any cost')
        : numberCell(one.at('breakEvenItemMs'), durationText);
    },
  },
];
