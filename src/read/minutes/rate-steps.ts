import { Rates } from '../shared/rates.js';
import type { ReadStep } from '../../core/types.js';
import type { RecordingFacts } from '../lines/plan.js';
import type { StepGroups } from './select-steps.js';

/** Turns the counters of a recording into rates. */
export async function* rateSteps(
  groups: AsyncIterable<readonly ReadStep[]>,
  counters: readonly number[],
  { intervalMs }: Pick<RecordingFacts, 'intervalMs'>,
): StepGroups {
  const rates = new Rates(counters, intervalMs);
  for await (const group of groups) {
    for (const { batch } of group) if (batch !== null) rates.apply(batch);
    yield group;
  }
  return undefined;
}
