/** What arms are to serve: minutes of so many items. */
export interface CasePlan {
  readonly items: number;
  /** Full: all arms. Probe: batched arms only, to see how times grow with the items. */
  readonly kind: 'full' | 'probe';
  /** Time for each arm, ms. */
  readonly timeMs: number;
}

/** A probe's share of an arm's time: it needs a median only, no percentiles. */
const PROBE_SHARE = 1 / 3;

/** A single number of items gets two probes, for fewer and for more of them; several need none. */
export function casePlans(items: readonly number[], timeMs: number): CasePlan[] {
  const full = items.map((count): CasePlan => ({ items: count, kind: 'full', timeMs }));
  const [only] = items;
  if (only === undefined || items.length > 1) return full;
  const sizes = [Math.round(only / 5), only * 4].filter((count) => count > 0 && count !== only);
  const probes = sizes.map((count): CasePlan => ({
    items: count,
    kind: 'probe',
    timeMs: timeMs * PROBE_SHARE,
  }));
  return [...full, ...probes];
}
