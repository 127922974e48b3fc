export interface ProgramFacts {
  readonly name: string;
  readonly version: string;
}

/** The machine that was measured. */
export interface HostFacts {
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  /** Processors that this process may use. */
  readonly processors: number;
}
