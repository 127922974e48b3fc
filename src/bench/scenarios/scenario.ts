/* What scenarios share. */
import type { Agreement } from '../../core/comparison.js';
import { inverse, isRealSpeedup } from '../../core/scaling.js';
import type { Estimate } from '../../core/statistics.js';
import type { BackendFacts, ModelFacts } from '../../core/types.js';
import { countText, figures } from '../../report/format.js';
import { figure, words, type Table } from '../../report/table.js';
import { setupName } from '../report/bench-names.js';
import type { Trial } from './trial.js';

/** What a scenario measured. */
export interface ScenarioSetting {
  readonly backend: BackendFacts;
  readonly model: ModelFacts;
  /** The most actors that served at once. */
  readonly actors: number;
  /** Items per unit of work, the same for every way. */
  readonly items: number;
  /** Samples per way. */
  readonly rounds: number;
}

/** One lesson of parallel serving: how it is measured and what it shows. */
export interface Scenario<Result extends ScenarioSetting> {
  readonly question: string;
  /** Default number of items per unit of work. */
  readonly items: number;
  /** Default for the largest number of actors. */
  readonly actors: (processors: number) => number;
  /** Null if aborted, or if the setup has already been measured. */
  readonly measure: (trial: Trial) => Promise<Result | null>;
  /** The figures, setup by setup. */
  readonly table: (results: readonly Result[]) => Table;
  /** What the figures show, in one or two sentences. */
  readonly lesson: (result: Result) => string;
  /** Limitations of the figures, one sentence each. */
  readonly caveats: (result: Result) => string[];
}

/** Columns that tables of scenarios share. */
export const WAY = words<{ readonly name: string }>('way', 'way', ({ name }) => name);
export const BACKEND = words<Row>('backend', 'backend', ({ result }) => setupName(result));
export const ACTORS = figure<Row>('actors', 'actors', countText, ({ result }) => result.actors);
export const ITEMS = figure<Row>('items', 'items', countText, ({ result }) => result.items);
export const ROUNDS = figure<Row>('rounds', 'rounds', countText, ({ result }) => result.rounds);

interface Row {
  readonly result: ScenarioSetting;
}

/** `1.84 × as long (1.74–1.90)`; a single round has no interval. */
export function asLong({ value, low, high }: Estimate): string {
  return `${figures(value)} × as long${low === high ? '' : ` (${figures(low)}–${figures(high)})`}`;
}

/** Chooses a text by a ratio of two times: whether the first is really longer, really shorter, or neither. */
export function byVerdict(
  ratio: Estimate,
  texts: Readonly<Record<'longer' | 'shorter' | 'same', string>>,
): string {
  if (isRealSpeedup(ratio)) return texts.longer;
  return isRealSpeedup(inverse(ratio)) ? texts.shorter : texts.same;
}

/** With fewer rounds, an interval is just the range of the samples. */
const ROUNDS_FOR_AN_INTERVAL = 7;

/** Warns of few rounds and of answers that differ. */
export function commonCaveats(
  { rounds, backend }: ScenarioSetting,
  { identical, maxDifference, differingVerdicts }: Agreement,
  advice = '--rounds asks for more',
): string[] {
  const caveats: string[] = [];
  if (rounds === 1) caveats.push(`There was time for only one round, so there are no intervals; ${advice}.`);
  else if (rounds < ROUNDS_FOR_AN_INTERVAL) {
    caveats.push(`With ${rounds} rounds, intervals are the range of the rounds; ${advice}.`);
  }
  if (!identical) {
    const verdicts = differingVerdicts === 0 ? 'no verdict' : `${differingVerdicts} verdicts`;
    const why = backend.name === 'wasm' ? '' : `: on ${backend.name} they depend on how work is cut`;
    caveats.push(`Answers differed by up to ${maxDifference.toPrecision(2)}, ${verdicts} among them${why}.`);
  }
  return caveats;
}
