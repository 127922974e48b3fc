/* What the reports of all scenarios share. */
import { inverse, isRealSpeedup } from '../../core/scaling.js';
import type { Estimate } from '../../core/statistics.js';
import type { BackendFacts, ModelFacts } from '../../core/types.js';
import type { Agreement } from '../../core/comparison.js';
import { countText, figures } from '../../report/format.js';
import { setupName } from '../report/bench-names.js';
import { numberCell, textCell, type Cell, type Heading } from '../../report/table.js';

/** On what a scenario was measured. */
export interface ScenarioSetting {
  readonly backend: BackendFacts;
  readonly model: ModelFacts;
  /** The most that served at once. */
  readonly actors: number;
  /** Items of one piece of work, whichever way it is done. */
  readonly items: number;
  /** Samples of each way. */
  readonly rounds: number;
}

/** One way to do a scenario's work. */
export interface TimedWay {
  /** `[rounds]`, in order; ways are paired by round. */
  readonly roundMs: readonly number[];
  /** Median of them with its 95 % interval. */
  readonly medianMs: Estimate;
}

/** Words and table of one scenario. */
export interface ScenarioText<Result> {
  readonly question: string;
  readonly columns: readonly Heading[];
  /** `[rows][columns]` */
  rows(result: Result): Cell[][];
  /** What the figures show, in a sentence or two. */
  shows(result: Result): string;
  /** What to keep in mind with them, a sentence each. */
  caveats(result: Result): string[];
}

/** Tells backends and batch sizes apart, which share a table. */
export const BACKEND_COLUMN: Heading = { key: 'backend', title: 'backend' };

export function backendCell(setting: ScenarioSetting): Cell {
  return textCell(setupName(setting));
}

/** Three columns for a value and its interval. */
export function estimateColumns(key: string, title: string, unit: string): Heading[] {
  const suffix = unit === '' ? '' : `_${unit}`;
  return [
    { key: `${key}${suffix}`, title },
    { key: `${key}_low${suffix}`, title: 'from' },
    { key: `${key}_high${suffix}`, title: 'to' },
  ];
}

/** The cells of `estimateColumns`; empty ones for null. */
export function estimateCells(estimate: Estimate | null, text: (value: number) => string): Cell[] {
  const { value, low, high } = estimate ?? { value: null, low: null, high: null };
  return [value, low, high].map((number) => numberCell(number, text));
}

export function countCell(count: number): Cell {
  return numberCell(count, countText);
}

/** `2.14 × (1.90–2.31)`; after a single round there is no interval to show. */
export function ratioText({ value, low, high }: Estimate): string {
  const interval = low === high ? '' : ` (${figures(low)}–${figures(high)})`;
  return `${figures(value)} ×${interval}`;
}

/** What a ratio of two times says, its interval regarded: the first is really longer, really shorter, or neither. */
export function verdictOf(ratio: Estimate): 'longer' | 'shorter' | 'same' {
  if (isRealSpeedup(ratio)) return 'longer';
  if (isRealSpeedup(inverse(ratio))) return 'shorter';
  return 'same';
}

/** Rounds from which on an interval says more than how far samples lay apart. */
const ROUNDS_FOR_AN_INTERVAL = 7;

/** A word on too few rounds, and one on answers that differ. */
export function commonCaveats(
  { rounds, backend }: ScenarioSetting,
  answers: Agreement | null,
  more: string,
): string[] {
  const caveats: string[] = [];
  if (rounds === 1) {
    caveats.push(`There was time for one round only, so there are no intervals; ${more}.`);
  } else if (rounds < ROUNDS_FOR_AN_INTERVAL) {
    caveats.push(`With ${rounds} rounds, "from" and "to" are the least and the greatest one; ${more}.`);
  }
  if (answers !== null && !answers.identical) {
    const verdicts = answers.differingVerdicts === 0 ? 'no verdict' : `${answers.differingVerdicts} verdicts`;
    const why = backend.name === 'wasm' ? '' : `, as ${backend.name} does where work is cut differently`;
    caveats.push(
      `The ways gave answers up to ${answers.maxDifference.toPrecision(2)} apart, with ${verdicts} differing${why}.`,
    );
  }
  return caveats;
}
