import { agrees, VARIANTS, type Agreement, type Variant } from '../../core/comparison.js';
import type { Distribution, Estimate } from '../../core/statistics.js';
import { countText, durationText, figures, plural } from '../../report/format.js';
import type { Place } from '../../report/figures.js';
import { figure, speedup, tableOf, words, type Column, type Table } from '../../report/table.js';
import type { BlocksSummary } from '../../measure/run-timings.js';
import type { RunSummary } from './run-summary.js';

/** What a minute took in the run's blocks, alone, or in one variant of a comparison. */
interface Row {
  readonly name: string;
  readonly minutes: Place<number | null>;
  /** Items per second of service time. */
  readonly rate?: Place<number | null>;
  readonly ms: Place<Distribution | null>;
  /** Of parallel over this variant. */
  readonly speedup?: Place<Estimate | null>;
  /** Whether they are those that were written. */
  readonly answers?: string;
}

const NAME = words<Row>('time per minute', 'variant', ({ name }) => name);
const MINUTES = figure<Row>('minutes', 'minutes', countText, ({ minutes }) => minutes);
const RATE = figure<Row>('items/s', 'items_per_s', figures, ({ rate }) => rate ?? null);
const [MEAN, P50, P90, P95, P99, MAX] = (['mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const).map((name) =>
  figure<Row>(name, `${name}_ms`, durationText, ({ ms }) => ms.at(name)),
) as [Column<Row>, Column<Row>, Column<Row>, Column<Row>, Column<Row>, Column<Row>];
/** CSV has no bounds of it. */
const SPEEDUP = { ...speedup<Row>('parallel is', 'speedup', (row) => row.speedup ?? null), hasBounds: false };
const ANSWERS = words<Row>('answers', 'answers', ({ answers }) => answers ?? '');

const TIMES = [NAME, MINUTES, RATE, P50, P95, MAX];

/** For a terminal, Markdown and CSV: each compared variant, and what the run itself took in blocks and alone. */
export function timesTable(run: Place<RunSummary>): Table {
  const { comparison, execution } = run.value;
  const rows = [...variantRows(run), ...blocksRows(run), ...scheduleRows(run)];
  if (comparison !== null) return tableOf([...TIMES, SPEEDUP, ANSWERS], rows);
  return tableOf(TIMES, [...aloneRows(run, execution.mode), ...rows]);
}

/** For a page: the run and each compared variant. */
export function allTimesTable(run: Place<RunSummary>): Table {
  const { blocks, comparison, execution } = run.value;
  // With blocks, a comparison has the minutes that were served alone.
  const isShown = blocks === null || comparison === null;
  return tableOf(
    [NAME, MINUTES, RATE, MEAN, P50, P90, P95, P99, MAX],
    [
      ...blocksRows(run),
      ...(isShown ? aloneRows(run, `every minute, ${execution.mode}`) : []),
      ...scheduleRows(run),
      ...variantRows(run).map((row) => ({ ...row, name: `compared: ${row.name}` })),
    ],
  );
}

/** For a page: what actors gain over one process. */
export function speedupTable(run: Place<RunSummary>): Table {
  return tableOf([{ ...NAME, title: 'compared with' }, SPEEDUP, ANSWERS], variantRows(run).slice(0, -1));
}

/** Times are those of a block divided by its minutes. */
function blocksRows(run: Place<RunSummary>): Row[] {
  const { blocks, execution } = run.value;
  if (blocks === null) return [];
  const place = run.at('blocks');
  return [
    {
      name: blocksName(execution.mode, blocks),
      minutes: place.at('minutes'),
      rate: place.at('itemsPerSecond'),
      ms: place.at('perMinuteMs'),
    },
  ];
}

/** How the minutes of the blocks and those alone add up to those of the run; null: every minute was served alone. */
export function minutesNote({
  blocks,
  minutes: alone,
  counts: { minutes },
}: Pick<RunSummary, 'blocks' | 'minutes' | 'counts'>): string | null {
  if (blocks === null) return null;
  const without = minutes - blocks.minutes - (alone?.served ?? 0);
  const parts = [
    `${countText(blocks.minutes)} in blocks (minutes without items included)`,
    ...(alone === null ? [] : [`${countText(alone.served)} alone`]),
    ...(without === 0 ? [] : [`${countText(without)} without items, such as warm-up, which are not timed`]),
  ];
  return `${plural(minutes, 'minute')} in all: ${parts.join(' + ')}`;
}

export function blocksName(mode: string, { minutesPerBlock }: BlocksSummary): string {
  return `${mode}, blocks of ${plural(minutesPerBlock.p50, 'minute')}`;
}

/** @param nameOfAll where there were only such minutes */
function aloneRows(run: Place<RunSummary>, nameOfAll: string): Row[] {
  const { blocks, minutes, execution } = run.value;
  if (minutes === null) return [];
  const name = blocks === null ? nameOfAll : `${execution.mode}, minutes alone`;
  const place = run.at('minutes');
  return [{ name, minutes: place.at('served'), rate: place.at('itemsPerSecond'), ms: place.at('wallMs') }];
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
    rate: place.at('itemsPerSecond').at(variant),
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
