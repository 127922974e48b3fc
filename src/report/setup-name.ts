/** What tells a backend and its batch size from another one, once it is known what `auto` is. */
export function setupName({
  backend: { name, batchSize },
}: {
  readonly backend: { readonly name: string; readonly batchSize: number | null };
}): string {
  return batchSize === null ? name : `${name} with batches of ${batchSize}`;
}
