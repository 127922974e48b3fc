/** How many actors: a number, a share of the usable processors, or one per processor. */
export type ActorCount =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'auto' };

/** The number of actors: a share of the processors is rounded down, to at least one. */
export function resolveActors(wanted: ActorCount, processors: number): number {
  if (wanted.kind === 'count') return wanted.count;
  return Math.max(1, Math.floor(wanted.kind === 'auto' ? processors : processors * wanted.share));
}
