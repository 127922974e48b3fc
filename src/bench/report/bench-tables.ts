import type { Estimate } from '../../core/statistics.js';
import type { BaselineComparison, BenchArm, BenchCase } from './bench-summary.js';
import { PARTS } from '../../report/breakdown-parts.js';
import { countText, durationRange, durationText, figures, roundedDown } from '../../report/format.js';
import { numberCell, textCell, type Cell, type Column, type Table } from '../../report/table.js';

interface ArmColumn extends Column {
  readonly cell: (arm: BenchArm, one: BenchCase) => Cell;
}

/** Stands behind the winner's name. */
export const WINNER_MARK = '*';

const COLUMNS: readonly ArmColumn[] = [
  {
    key: 'arm',
    title: 'time per minute',
    cell: ({ name }, { winner }) => ({
      value: name,
      text: name === winner ? `${name} ${WINNER_MARK}` : name,
    }),
  },
  { key: 'minutes', title: 'minutes', cell: ({ wallMs }) => numberCell(wallMs.samples, countText) },
  {
    key: 'median_ms',
    title: 'median of rounds',
    cell: ({ medianMs }) => ({ value: medianMs.value, text: durationRange(medianMs) }),
  },
  { key: 'p99_ms', title: 'p99', cell: ({ wallMs }) => numberCell(wallMs.p99, durationText) },
  { key: 'speedup', title: '× batched', cell: ({ speedup }) => estimateCell(speedup, figures) },
  {
    key: 'efficiency',
    title: 'efficiency',
    cell: (arm) => numberCell(arm.efficiency, (value) => `${figures(100 * value)} %`),
  },
  {
    key: 'capacity_items',
    title: 'would fit',
    cell: (arm) => numberCell(arm.capacityItems, (items) => countText(roundedDown(items))),
  },
];

/** The arms of a case: what fits a terminal's width; the rest is in `allArmsTable`. */
export function armsTable(one: BenchCase): Table {
  return { columns: COLUMNS, rows: one.arms.map((arm) => COLUMNS.map(({ cell }) => cell(arm, one))) };
}

function estimateCell(estimate: Estimate | null, text: (value: number) => string): Cell {
  if (estimate === null) return { value: null, text: '' };
  const { value, low, high } = estimate;
  return { value, text: `${text(value)} (${text(low)}–${text(high)})` };
}

/** Every arm of every case, a row each, raw numbers. */
export function allArmsTable(cases: readonly BenchCase[]): Table {
  const rows = cases.flatMap((one) => one.arms.map((arm) => [...caseFacts(one, arm), ...armFigures(arm)]));
  const columns = ALL_KEYS.map((key) => ({ key, title: key }));
  return { columns, rows: rows.map((row) => row.map((value) => ({ value, text: String(value ?? '') }))) };
}

const ALL_KEYS = [
  ...['model', 'model_version', 'backend', 'batch_size', 'items', 'case', 'rounds'],
  ...['arm', 'mode', 'style', 'actors', 'threads', 'winner', 'minutes'],
  ...['p50_ms', 'p90_ms', 'p95_ms', 'p99_ms', 'max_ms', 'median_ms', 'median_low_ms', 'median_high_ms'],
  ...['speedup', 'speedup_low', 'speedup_high'],
  ...['speedup_per_item', 'speedup_per_item_low', 'speedup_per_item_high'],
  ...['efficiency', 'serial_fraction', 'capacity_items', 'outliers'],
  ...['answers_identical', 'answers_max_difference', 'answers_differing_verdicts'],
];

function caseFacts(
  { model, backend, items, kind, rounds, winner }: BenchCase,
  arm: BenchArm,
): Cell['value'][] {
  const { name, mode, style, actors, threads, wallMs } = arm;
  return [
    ...[model.name, model.version, backend.name, backend.batchSize, items, kind, rounds],
    ...[name, mode, style, actors, threads, name === winner ? 1 : 0, wallMs.samples],
  ];
}

function armFigures(arm: BenchArm): Cell['value'][] {
  const { wallMs, answers } = arm;
  return [
    ...[wallMs.p50, wallMs.p90, wallMs.p95, wallMs.p99, wallMs.max],
    ...[arm.medianMs, arm.speedup, arm.speedupPerItem].flatMap(bounds),
    ...[arm.efficiency, arm.serialFraction, arm.capacityItems, arm.outliers],
    ...[answers.identical ? 1 : 0, answers.maxDifference, answers.differingVerdicts],
  ];
}

function bounds(estimate: Estimate | null): (number | null)[] {
  return estimate === null ? [null, null, null] : [estimate.value, estimate.low, estimate.high];
}

/** Where the time of an arm's average minute went, summed over its actors. */
export function breakdownTable({ breakdownMs, actors }: BenchArm): Table {
  const parts = PARTS.filter(([part]) => breakdownMs[part] > 0);
  const total = parts.reduce((sum, [part]) => sum + breakdownMs[part], 0);
  const over = actors > 1 ? `of an average minute, over ${actors} actors` : 'of an average minute';
  return {
    columns: [
      { key: 'part', title: over },
      { key: 'ms', title: 'time' },
      { key: 'share', title: 'share' },
    ],
    rows: parts.map(([part, name, what]) => [
      textCell(`${name}: ${what}`),
      numberCell(breakdownMs[part], durationText),
      numberCell(breakdownMs[part] / total, (share) => `${figures(100 * share)} %`),
    ]),
  };
}

/** This run against an earlier one, arm by arm. */
export function baselineTable({ arms }: BaselineComparison): Table {
  return {
    columns: [
      { key: 'arm', title: 'against the baseline' },
      { key: 'backend', title: 'backend' },
      { key: 'items', title: 'items' },
      { key: 'ratio', title: 'time now / then' },
      { key: 'verdict', title: 'verdict' },
    ],
    rows: arms.map(({ name, backend, items, ratio, verdict }) => [
      textCell(name),
      textCell(backend),
      numberCell(items, countText),
      estimateCell(ratio, figures),
      textCell(verdict),
    ]),
  };
}
