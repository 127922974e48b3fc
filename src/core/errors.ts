/** What went wrong, for whoever has to act on it; the exit code follows from it (cli/exit-codes.ts). */
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
  | 'interrupted'
  | 'internal';

/**
 * An error that a user can act on: shown without a stack.
 * `message` says what was wrong and where, `hint` what to do about it.
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

/** A thing worth telling the user that is not an error: what was assumed, downgraded or left out. */
export interface Notice {
  readonly level: 'info' | 'warning';
  readonly text: string;
}

/** What a caught value says; anything may be thrown. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
