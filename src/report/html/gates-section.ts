import { failedGates, gateText, type GateResult } from '../gates.js';
import { noticesMarkup, type PageSection } from './parts.js';

/** What became of `--fail-if`; nothing where it was not given. */
export function gatesSections(gates: readonly GateResult[]): PageSection[] {
  if (gates.length === 0) return [];
  const failed = failedGates(gates);
  const lines = gates.map((gate) => ({
    level: failed.includes(gate) ? 'failed' : 'passed',
    text: gateText(gate),
  }));
  return [{ id: 'gates', title: 'Gates', body: noticesMarkup(lines) }];
}
