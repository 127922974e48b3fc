import { agrees, VARIANTS, type Agreement, type Variant } from '../../core/comparison.js';
import type { Distribution, Estimate } from '../../core/statistics.js';
import { countText, durationText, plural } from '../../report/format.js';
import type { Place } from '../../report/figures.js';
import { figure, speedup, tableOf, words, type Column, type Table } from '../../report/table.js';
import type { RunSummary } from './run-summary.js';

/** Times of a run's minutes, or of one variant of a comparison. */
interface Row {
  readonly name: string;
  readonly minutes: Place<number | null>;
  readonly ms: Place<Distribution | null>;
  /** Of parallel over this variant. */
  readonly speedup?: Place<Estimate | null>;
  /** Whether they are those that were written. */
  readonly answers?: string;
}

const NAME = words<Row>('time per minute', 'arm', ({ name }) => name);
const MINUTES = figure<Row>('minutes', 'minutes', countText, ({ minutes }) => minutes);
const [MEAN, P50, P90, P95, P99, MAX] = (['mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const).map((name) =>
  figure<Row>(name, `${name}_ms`, durationText, ({ ms }) => ms.at(name)),
) as [Column<Row>, Column<Row>, Column<Row>, Column<Row>, Column<Row>, Column<Row>];
/** CSV has no bounds of it. */
const SPEEDUP = { ...speedup<Row>('parallel is', 'speedup', (row) => row.speedup ?? null), hasBounds: false };
const ANSWERS = words<Row>('answers', 'answers', ({ answers }) => answers ?? '');

const TIMES = [NAME, MINUTES, P50, P95, MAX];

/** For a terminal, Markdown and CSV: each compared variant, or the run where nothing was compared. */
export function timesTable(run: Place<RunSummary>): Table {
  if (run.value.comparison !== null) {
    return tableOf([...TIMES, SPEEDUP, ANSWERS], [...variantRows(run), ...scheduleRows(run)]);
  }
  return tableOf(TIMES, [...servedRows(run, run.value.execution.mode), ...scheduleRows(run)]);
}

/** For a page: the run and each compared variant. */
export function allTimesTable(run: Place<RunSummary>): Table {
  return tableOf(
    [NAME, MINUTES, MEAN, P50, P90, P95, P99, MAX],
    [
      ...servedRows(run, `every minute, ${run.value.execution.mode}`),
      ...scheduleRows(run),
      ...variantRows(run).map((row) => ({ ...row, name: `compared: ${row.name}` })),
    ],
  );
}

/** For a page: what actors gain over one process. */
export function speedupTable(run: Place<RunSummary>): Table {
  return tableOf([{ ...NAME, title: 'compared with' }, SPEEDUP, ANSWERS], variantRows(run).slice(0, -1));
}

function servedRows(run: Place<RunSummary>, name: string): Row[] {
  if (run.value.minutes === null) return [];
  return [{ name, minutes: run.at('minutes').at('served'), ms: run.at('minutes').at('wallMs') }];
}

/** How a paced run kept to its schedule. */
function scheduleRows(run: Place<RunSummary>): Row[] {
  const scheduled = run.at('minutes').at('scheduled');
  if (scheduled.value === null) return [];
  const minutes = run.at('minutes').at('served');
  return [
    { name: 'schedule to start', minutes, ms: scheduled.at('latenessMs') },
    { name: 'schedule to answers', minutes, ms: scheduled.at('responseMs') },
  ];
}

/** Parallel serving comes last. */
function variantRows(run: Place<RunSummary>): Row[] {
  const { comparison, execution } = run.value;
  if (comparison === null) return [];
  const place = run.at('comparison');
  return VARIANTS.map((variant) => ({
    name: variantName(variant, execution.actors),
    minutes: place.at('minutes'),
    ms: place.at('wallMs').at(variant),
    ...(variant === 'parallel' ? {} : { speedup: place.at('speedup').at(variant) }),
    answers: agreementText(comparison.answers[variant], comparison.tolerance),
  }));
}

export function variantName(variant: Variant, actors: number): string {
  switch (variant) {
    case 'sequential-per-item':
      return 'sequential, per item';
    case 'sequential-batched':
      return 'sequential, batched';
    case 'parallel':
      return `parallel, ${plural(actors, 'actor')}`;
  }
}

function agreementText(agreement: Agreement, tolerance: number): string {
  if (agreement.identical) return 'identical';
  const difference = `max difference ${agreement.maxDifference.toExponential(1)}`;
  return agrees(agreement, tolerance)
    ? `same, ${difference}`
    : `DIFFER, ${difference}, ${agreement.differingVerdicts} verdicts`;
}
