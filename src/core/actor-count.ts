/** How many actors: a number, a share of the usable processors, or as many as those. */
export type ActorCount =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'auto' };

/** Whole actors: a share of the processors is rounded down, and there is always at least one. */
export function resolveActors(wanted: ActorCount, processors: number): number {
  if (wanted.kind === 'count') return wanted.count;
  return Math.max(1, Math.floor(wanted.kind === 'auto' ? processors : processors * wanted.share));
}
