/** What a process has used, or several of them. */
export interface ProcessUse {
  /** Processor time, user and system, ms; of several processes the sum. */
  readonly cpuMs: number;
  /** Peak of resident memory, bytes; of several processes that of the largest. */
  readonly maxRssBytes: number;
}

export const NO_USE: ProcessUse = { cpuMs: 0, maxRssBytes: 0 };

/** What two processes have used, or two groups of them. */
export function joinedUse(a: ProcessUse, b: ProcessUse): ProcessUse {
  return { cpuMs: a.cpuMs + b.cpuMs, maxRssBytes: Math.max(a.maxRssBytes, b.maxRssBytes) };
}
