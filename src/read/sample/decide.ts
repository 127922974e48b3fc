import type { ParseTime } from '../../core/time.js';
import type { NumberFormat } from '../lines/number-format.js';
import type { ReadOptions } from '../options.js';
import type { Decision } from './decision.js';
import { decideLabel } from './label.js';
import { decideNumbers } from './number-format.js';
import type { SampledTable } from './table.js';
import { decideTargets } from './target.js';
import { decideTime } from './time-column.js';

/** What the fields of a file are, by their names in the file. */
export interface FileFields {
  readonly time: string;
  /** Several together name a target; none: the file is one series. */
  readonly targets: readonly string[];
  readonly label: string | null;
  readonly numbers: NumberFormat;
  readonly decisions: readonly Decision[];
}

/**
 * Decides by the first rows of a file what its fields are. Later decisions build on earlier ones.
 *
 * @throws AiopsError `input_unusable` if there is no time column, or not one that a flag names
 */
export function decideFields(sampled: SampledTable, options: ReadOptions, parseTime: ParseTime): FileFields {
  const { file, table } = sampled;
  const time = decideTime(sampled, options, parseTime);
  // Rows without a time name nothing if there are others.
  const times = table.lineColumn(time.field);
  const dated = { file, table: table.where((row) => isTime(times[row], parseTime)) };
  const numbers = decideNumbers(dated.table, time.field, options);
  const targets = decideTargets(dated, time.field, options);
  const label = decideLabel(dated, [time.field, ...targets.fields], options);
  const decisions = [time.decision, ...numbers.decisions, targets.decision, label.decision];
  return {
    time: time.field,
    targets: targets.fields,
    label: label.field,
    numbers: numbers.format,
    decisions,
  };
}

function isTime(value: unknown, parseTime: ParseTime): boolean {
  return (typeof value === 'string' || typeof value === 'number') && !Number.isNaN(parseTime(value));
}
