import { fileURLToPath, pathToFileURL } from 'node:url';

export const ERRNO = { ENOSPC: -28, EIO: -5, EACCES: -13, EROFS: -30, EMFILE: -24 } as const;
export type FaultCode = keyof typeof ERRNO;

/** What happens at one file operation of the program. */
export type FaultAction =
  /** `torn`: half of what is written is, then the process dies; like `after` where nothing is written. */
  | { readonly kind: 'kill'; readonly when: 'before' | 'torn' | 'after' }
  /** `torn`: half of what is written is before it fails, as on a disk that fills. */
  | { readonly kind: 'fail'; readonly code: FaultCode; readonly torn: boolean; readonly forever: boolean }
  /** A write takes, or a read gives, only a part of the bytes, and says so. */
  | { readonly kind: 'short'; readonly forever: boolean };

/** What the preloaded module (preload.ts) does to the program. */
export interface FaultPlan {
  /** Only operations on what is in this folder count. */
  readonly under: string;
  /** Of them, only those that can change something there; otherwise reading counts as well. */
  readonly changesOnly: boolean;
  /** Where the operations go as they are done, a JSON line each. */
  readonly log: string;
  /** Which operation, from 1; 0: none. */
  readonly at: number;
  readonly action: FaultAction | null;
}

/** One line of the log. */
export interface FileOperation {
  readonly name: string;
  /** Relative to the folder. */
  readonly path: string;
  /** Whether it can change something there. */
  readonly changes: boolean;
  /** How much a `read` of a handle asks for. */
  readonly bytes?: number;
}

/** Environment of a program that meets its file operations as planned. */
export function withFaults(plan: FaultPlan): Readonly<Record<string, string>> {
  const preload = pathToFileURL(fileURLToPath(new URL('./preload.js', import.meta.url))).href;
  return { NODE_OPTIONS: `--import=${preload}`, FAULT_PLAN: JSON.stringify(plan) };
}
