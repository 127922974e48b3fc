export interface ProgramFacts {
  readonly name: string;
  readonly version: string;
}

/** The machine that figures are of. */
export interface HostFacts {
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  /** That this process may use. */
  readonly processors: number;
}
