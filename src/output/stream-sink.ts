import { once } from 'node:events';
import type { Writable } from 'node:stream';

import { AiopsError } from '../core/errors.js';

/** The reader of our standard output has gone, as after `| head`: a reason to end, not an error. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/** Whether an error says that a stream has lost its reader: a pipe's process has ended, a terminal was closed. */
export function isGone(
  error: NodeJS.ErrnoException,
  stream: Writable & { readonly isTTY?: boolean },
): boolean {
  if (error.code === 'EIO') return stream.isTTY === true;
  return error.code === 'EPIPE' || error.code === 'ECONNRESET';
}

/** Writes to a stream that it does not own and never ends. */
export class StreamSink {
  readonly #stream: Writable;
  readonly #name: string;
  #failure: Error | null = null;

  constructor(stream: Writable, name = 'standard output') {
    this.#stream = stream;
    this.#name = name;
    stream.on('error', (error) => {
      this.#failure = error;
    });
  }

  /**
   * Resolves when the stream takes more.
   *
   * @param data text, or bytes that are not to be changed afterwards
   * @throws OutputClosed if the reader has gone
   * @throws AiopsError `output_io`
   */
  async write(data: string | Uint8Array): Promise<void> {
    if (data.length === 0) return;
    this.#check();
    if (!this.#stream.write(data)) await once(this.#stream, 'drain').catch(() => undefined);
    this.#check();
  }

  /**
   * Resolves once everything has left the process.
   *
   * @throws OutputClosed if the reader has gone
   * @throws AiopsError `output_io`
   */
  async settle(): Promise<void> {
    await new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
    this.#check();
  }

  #check(): void {
    if (this.#failure === null) return;
    if (isGone(this.#failure, this.#stream)) throw new OutputClosed();
    throw new AiopsError('output_io', `cannot write to ${this.#name}: ${this.#failure.message}`, {
      cause: this.#failure,
    });
  }
}
