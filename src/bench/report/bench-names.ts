import type { BreakEven } from './bench-summary.js';
import { plural } from '../../report/format.js';

/** What one set of processes measured: a backend and a batch size, with `auto` resolved. */
interface OfSetup {
  readonly backend: { readonly name: string; readonly batchSize: number | null };
}

/** `node with batches of 64`: a setup inside a sentence. */
export function setupName({ backend: { name, batchSize } }: OfSetup): string {
  return batchSize === null ? name : `${name} with batches of ${batchSize}`;
}

/** `node, batches of 64`: a setup as a name. */
export function setupText(backend: string, batchSize: number | null): string {
  return `${backend}${batchSize === null ? '' : `, batches of ${batchSize}`}`;
}

/** `500 items on wasm`: no two cases of a benchmark have the same name. */
export function caseName({ items, backend }: OfSetup & { readonly items: number }): string {
  return `${plural(items, 'item')} on ${setupText(backend.name, backend.batchSize)}`;
}

/** Cases of one setup together, by its text, in the order in which they were measured. */
export function bySetup<Case extends OfSetup>(cases: readonly Case[]): Map<string, Case[]> {
  const found = new Map<string, Case[]>();
  for (const one of cases) {
    const key = setupText(one.backend.name, one.backend.batchSize);
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  return found;
}

/** Whether a break-even is of the setup that a case was measured with. */
export function isOfSetup({ backend, batchSize }: BreakEven, one: OfSetup): boolean {
  return one.backend.name === backend && one.backend.batchSize === batchSize;
}
