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

/**
 * An error that a user can act on: shown without a stack.
 * `message` says what went wrong and where, `hint` what to do about it.
 */
export class AiopsError extends Error {
  override readonly name = 'AiopsError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
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
