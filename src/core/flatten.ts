/** The items of groups, one by one. */
export async function* flatten<T>(groups: AsyncIterable<readonly T[]>): AsyncGenerator<T, undefined> {
  for await (const group of groups) yield* group;
  return undefined;
}
