import { once } from 'node:events';
import type { Writable } from 'node:stream';

import { AiopsError } from '../core/errors.js';
import type { LineSink } from './line-file.js';

/** The reader of our standard output has gone, as after `| head`: a reason to end, not an error. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/** Whether an error says that nobody reads any more: a pipe without its reader, a terminal that was closed. */
export function isGone(
  error: NodeJS.ErrnoException,
  stream: Writable & { readonly isTTY?: boolean },
): boolean {
  if (error.code === 'EIO') return stream.isTTY === true;
  return error.code === 'EPIPE' || error.code === 'ECONNRESET';
}

/** Writes to a stream that somebody else owns; it is never ended here. */
export class StreamSink implements LineSink {
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
   * @throws OutputClosed when the reader has gone
   * @throws AiopsError `output_io`
   */
  async write(text: string): Promise<void> {
    if (text === '') return;
    this.#check();
    if (!this.#stream.write(text)) await once(this.#stream, 'drain').catch(() => undefined);
    this.#check();
  }

  async flush(): Promise<void> {
    // nothing waits here
  }

  /**
   * @throws OutputClosed when the reader has gone
   * @throws AiopsError `output_io`
   */
  async settle(): Promise<void> {
    await new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
    this.#check();
  }

  async publish(): Promise<void> {
    // a stream has no name to take
  }

  async abandon(): Promise<void> {
    // nothing to undo
  }

  #check(): void {
    if (this.#failure === null) return;
    if (isGone(this.#failure, this.#stream)) throw new OutputClosed();
    throw new AiopsError('output_io', `cannot write to ${this.#name}: ${this.#failure.message}`, {
      cause: this.#failure,
    });
  }
}
