/** A problem with an actor that did not end the run. */
export interface Incident {
  /**
   * `lost`: an actor died, hung or broke the protocol, and was replaced; `grown`: it was replaced because of its
   * memory use; `retried`: a chunk was sent to another actor, or minute by minute; `isolated`: its items were tried one
   * by one; `quarantined`: an item that crashes actors was found, and its series is skipped for a while.
   */
  readonly kind: 'lost' | 'grown' | 'retried' | 'isolated' | 'quarantined';
  readonly actor: string;
  /** The minute being served; null: none. */
  readonly minuteMs: number | null;
  /** A sentence for the user: what happened, and why. */
  readonly text: string;
  /** Of `lost` only: what happened, without what is done about it. */
  readonly reason?: string;
  /** Of `quarantined` only. */
  readonly quarantine?: Quarantine;
}

/** A series whose row at `fromMs` crashes every actor that gets it: skipped until the row has left the window. */
export interface Quarantine {
  readonly target: string;
  readonly column: string | null;
  readonly fromMs: number;
  /** The first minute in which it is tried again. */
  readonly untilMs: number;
}
