import { AiopsError } from '../../../core/errors.js';
import { wildcard } from '../../shared/wildcard.js';
import { listNames } from '../names.js';

/**
 * Indexes of the columns that `--rate` names; none: it is not given.
 *
 * @throws AiopsError `input_unusable` if a name matches no column
 */
export function rateColumns(rate: readonly string[] | undefined, columns: readonly string[]): number[] {
  const chosen = new Set<number>();
  for (const name of rate ?? []) {
    const matches = wildcard(name);
    const found = [...columns.keys()].filter((column) => matches(columns[column]!));
    for (const column of found) chosen.add(column);
    if (found.length > 0) continue;
    throw new AiopsError('input_unusable', `--rate: no metric column ${name}: found ${listNames(columns)}`, {
      hint: 'give --rate=NAMES the columns that are counters, or --rate alone for all',
    });
  }
  return [...chosen].sort((a, b) => a - b);
}
