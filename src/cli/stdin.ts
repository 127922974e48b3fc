import { Readable } from 'node:stream';

/**
 * Standard input, if one of the inputs is `-`; otherwise nothing. Node sets O_NONBLOCK on a pipe as soon as
 * `process.stdin` is used, also for the processes that share the pipe: their reads then fail with EAGAIN.
 */
export function stdinFor(inputs: readonly string[]): Readable {
  return inputs.includes('-') ? process.stdin : Readable.from([]);
}
