/** Something that happened to an actor and did not end the run. */
export interface Incident {
  /**
   * `lost`: an actor died, hung or broke the protocol, and was replaced; `grown`: it was replaced for its memory;
   * `retried`: a chunk was put to another actor; `isolated`: its items were tried one by one;
   * `quarantined`: an item that costs actors was found, and its series is left out for a while.
   */
  readonly kind: 'lost' | 'grown' | 'retried' | 'isolated' | 'quarantined';
  readonly actor: string;
  /** The minute that it was about; null: between minutes. */
  readonly minuteMs: number | null;
  /** A sentence for the user: what happened, and why. */
  readonly text: string;
  /** Of `quarantined` only. */
  readonly quarantine?: Quarantine;
}

/** A series whose row at `fromMs` costs every actor that gets it: not tried before the row has left the window. */
export interface Quarantine {
  readonly target: string;
  readonly column: string | null;
  readonly fromMs: number;
  /** First minute in which it is tried again. */
  readonly untilMs: number;
}
