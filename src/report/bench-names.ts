import { plural } from './format.js';

/** `wasm, batches of 32`: a backend, with the batch size where its calls have one. */
export function setupText(backend: string, batchSize: number | null): string {
  return `${backend}${batchSize === null ? '' : `, batches of ${batchSize}`}`;
}

/** `500 items on wasm`: no two cases of a benchmark have the same name. */
export function caseName({
  items,
  backend,
}: {
  readonly items: number;
  readonly backend: { readonly name: string; readonly batchSize: number | null };
}): string {
  return `${plural(items, 'item')} on ${setupText(backend.name, backend.batchSize)}`;
}
