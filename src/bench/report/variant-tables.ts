import { agrees } from '../../core/comparison.js';
import { countText, durationText, figures, percentText, roundedDown } from '../../report/format.js';
import { markup } from '../../report/html/markup.js';
import { elements, type Place } from '../../report/figures.js';
import {
  estimate,
  figure,
  speedup,
  tableOf,
  textCell,
  words,
  type Column,
  type Table,
} from '../../report/table.js';
import type { BaselineVariant, BenchCase, BenchVariant } from './bench-summary.js';

/** Stands behind the name of the variant that won. */
export const WINNER_MARK = '✓';

interface Row {
  readonly one: BenchCase;
  readonly variant: Place<BenchVariant>;
}

const NAME: Column<Row> = {
  title: 'time per minute',
  key: 'variant',
  isWords: true,
  cell: ({ one, variant }) => {
    const { name } = variant.value;
    if (name !== one.winner) return textCell(name);
    return textCell(`${name} ${WINNER_MARK}`, markup`<strong>${name}</strong> ${WINNER_MARK}`);
  },
};

const MINUTES = figure<Row>('minutes', 'minutes', countText, ({ variant }) =>
  variant.at('wallMs').at('samples'),
);
const MEDIAN = estimate<Row>('median of rounds', 'median_ms', durationText, ({ variant }) =>
  variant.at('medianMs'),
);
const [P50, P90, P95, P99, MAX] = (['p50', 'p90', 'p95', 'p99', 'max'] as const).map((name) =>
  figure<Row>(name, `${name}_ms`, durationText, ({ variant }) => variant.at('wallMs').at(name)),
) as [Column<Row>, Column<Row>, Column<Row>, Column<Row>, Column<Row>];
const SPEEDUP = speedup<Row>('against batched', 'speedup', ({ variant }) => variant.at('speedup'));
const SPEEDUP_PER_ITEM = speedup<Row>('against per item', 'speedup_per_item', ({ variant }) =>
  variant.at('speedupPerItem'),
);
const EFFICIENCY = figure<Row>('efficiency', 'efficiency', percentText, ({ variant }) =>
  variant.at('efficiency'),
);
const SERIAL = figure<Row>('serial fraction', 'serial_fraction', figures, ({ variant }) =>
  variant.at('serialFraction'),
);
const CAPACITY = figure<Row>(
  'would fit',
  'capacity_items',
  (items) => countText(roundedDown(items)),
  ({ variant }) => variant.at('capacityItems'),
  countText,
);
const OUTLIERS = figure<Row>('outliers', 'outliers', countText, ({ variant }) => variant.at('outliers'));

/** For a terminal and Markdown; the CSV has every figure. */
export function variantTable(one: Place<BenchCase>): Table {
  return tableOf([NAME, MINUTES, MEDIAN, P99, SPEEDUP, EFFICIENCY, CAPACITY], rowsOf(one));
}

/** For a page: times. */
export function timesTable(one: Place<BenchCase>): Table {
  return tableOf([NAME, MEDIAN, P95, P99, MAX, OUTLIERS, CAPACITY], rowsOf(one));
}

/** For a page: what the variants gain over one process. */
export function gainsTable(one: Place<BenchCase>): Table {
  return tableOf([{ ...NAME, title: 'variant' }, SPEEDUP, SPEEDUP_PER_ITEM, EFFICIENCY, SERIAL], rowsOf(one));
}

const fact = (key: string, of: (row: Row) => string): Column<Row> => words(key, key, of);
const number = (key: string, of: (row: Row) => number | null): Column<Row> => figure(key, key, String, of);

const CSV_COLUMNS: readonly Column<Row>[] = [
  fact('model', ({ one }) => one.model.name),
  fact('model_version', ({ one }) => one.model.version),
  fact('backend', ({ one }) => one.backend.name),
  number('batch_size', ({ one }) => one.backend.batchSize),
  number('items', ({ one }) => one.items),
  fact('case', ({ one }) => one.kind),
  number('rounds', ({ one }) => one.rounds),
  fact('variant', ({ variant }) => variant.value.name),
  fact('mode', ({ variant }) => variant.value.mode),
  fact('style', ({ variant }) => variant.value.style),
  number('actors', ({ variant }) => variant.value.actors),
  number('threads', ({ variant }) => variant.value.threads),
  number('winner', ({ one, variant }) => (variant.value.name === one.winner ? 1 : 0)),
  ...[
    MINUTES,
    P50,
    P90,
    P95,
    P99,
    MAX,
    MEDIAN,
    SPEEDUP,
    SPEEDUP_PER_ITEM,
    EFFICIENCY,
    SERIAL,
    CAPACITY,
    OUTLIERS,
  ],
  number('answers_identical', ({ variant }) => (variant.value.answers.identical ? 1 : 0)),
  number('answers_max_difference', ({ variant }) => variant.value.answers.maxDifference),
  number('answers_differing_verdicts', ({ variant }) => variant.value.answers.differingVerdicts),
];

/** For CSV: every variant of every case. */
export function allVariantsTable(cases: Place<readonly BenchCase[]>): Table {
  return tableOf(CSV_COLUMNS, elements(cases).flatMap(rowsOf));
}

function rowsOf(one: Place<BenchCase>): Row[] {
  return elements(one.at('arms')).map((variant) => ({ one: one.value, variant }));
}

/** Whether the variants gave the answers of the first one. */
export function answersText({ arms, tolerance }: BenchCase): string {
  const differing = arms.filter(({ answers }) => !agrees(answers, tolerance));
  if (differing.length > 0) return `answers DIFFER: ${differing.map(({ name }) => name).join(', ')}`;
  // Not told by the largest difference: 0 and −0 have none, but not the same bits.
  if (arms.every(({ answers }) => answers.identical)) return 'answers: identical';
  const most = Math.max(...arms.map(({ answers }) => answers.maxDifference));
  return `answers: the same, max difference ${most.toExponential(1)}`;
}

/** This run against a previous one, variant by variant. */
export function baselineTable(variants: Place<readonly BaselineVariant[]>): Table {
  return tableOf(BASELINE_COLUMNS, elements(variants));
}

const BASELINE_COLUMNS: readonly Column<Place<BaselineVariant>>[] = [
  words('against the baseline', 'variant', ({ value }) => value.name),
  words('backend', 'backend', ({ value }) => value.backend),
  figure('items', 'items', countText, (variant) => variant.at('items')),
  estimate('time now / then', 'ratio', figures, (variant) => variant.at('ratio')),
  words('verdict', 'verdict', ({ value }) => value.verdict),
];
