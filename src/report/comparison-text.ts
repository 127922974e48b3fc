import { agrees, type Agreement, type Arm } from '../core/comparison.js';
import { plural } from './format.js';

/** What a way to serve is called. */
export function armName(arm: Arm, actors: number): string {
  switch (arm) {
    case 'sequential-per-item':
      return 'sequential, per item';
    case 'sequential-batched':
      return 'sequential, batched';
    case 'parallel':
      return `parallel, ${plural(actors, 'actor')}`;
  }
}

/** Whether answers are those that they were compared with. */
export function agreementText(agreement: Agreement, tolerance: number): string {
  if (agreement.identical) return 'identical';
  const difference = `max difference ${agreement.maxDifference.toExponential(1)}`;
  return agrees(agreement, tolerance)
    ? `same, ${difference}`
    : `DIFFER, ${difference}, ${agreement.differingVerdicts} verdicts`;
}
