/** What went wrong, for scripts that react to it; determines the exit status (cli/exit-codes.ts). */
export type ErrorCode =
  | 'usage'
  | 'input_empty'
  | 'input_unusable'
  | 'input_out_of_order'
  | 'reject_limit'
  | 'input_missing'
  | 'actor_failed'
  | 'tool_failed'
  | 'unsupported'
  | 'output_cannot_create'
  | 'output_io'
  | 'output_locked'
  | 'config'
  | 'model'
  | 'backend'
  | 'backend_missing'
  | 'incomplete'
  | 'interrupted'
  | 'internal';

/** What hints propose that not all commands have the same flags for, worded for one of them. */
export interface Remedies {
  /** Replace what the run has written. */
  readonly startOver: string;
  readonly anotherFolder: string;
  /** Say where the folder of the run is now. */
  readonly newLocation: string;
  /** Of rejects. */
  readonly allowMore: string;
  /** Take the folder from a holder that this host cannot see. */
  readonly takeFolder: string;
  /** What else a change to the reading of a run takes; empty: nothing. */
  readonly rereadRun: string;
  /** After the old bytes of an input are back. */
  readonly resume: string;
}

export const REPLAY_REMEDIES: Remedies = {
  startOver: 'start over with --restart',
  anotherFolder: 'choose another folder with --out',
  newLocation: 'name the new location with --out',
  allowMore: 'allow more with --max-rejects',
  takeFolder: 'take the folder with --break-lock',
  rereadRun: 'add --restart if --out holds results of an earlier try',
  resume:
    'once its old bytes are back, the same command resumes the run, otherwise use --restart or another --out',
};

export type Hint = string | ((remedies: Remedies) => string);

/**
 * An error that a user can act on: shown without a stack.
 * `message` says what went wrong and where, `hint` what to do about it.
 */
export class AiopsError extends Error {
  override readonly name = 'AiopsError';
  readonly code: ErrorCode;
  readonly #hint: Hint | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: Hint | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.#hint = options.hint;
  }

  /** For `replay`. */
  get hint(): string | undefined {
    return this.hintWith(REPLAY_REMEDIES);
  }

  /** For a command that has these remedies. */
  hintWith(remedies: Remedies): string | undefined {
    return typeof this.#hint === 'function' ? this.#hint(remedies) : this.#hint;
  }
}

/** Something the user should know that is not an error: what was assumed, downgraded or ignored. */
export interface Notice {
  readonly level: 'info' | 'warning';
  readonly text: string;
}

/** The message of a caught value, which may be anything. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
