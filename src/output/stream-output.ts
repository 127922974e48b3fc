import type { Writable } from 'node:stream';

import { resultsHeader } from '../core/result-lines.js';
import type { Reject } from '../core/types.js';
import { BufferedFile } from './buffered-file.js';
import type { Files } from './files.js';
import type { SocketLock } from './folder-lock.js';
import { checkRejectsFile, refuseFilledRejects, type RejectsKind } from './preflight.js';
import { readTail, type FileLine } from './read-back.js';
import { rejectLines } from './reject-lines.js';
import type { RunOutput, RunOutputOptions } from './run-output.js';
import { StreamSink } from './stream-sink.js';

export interface StreamOutputStreams {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly rejectsKind: RejectsKind;
  /** On a named rejects file. */
  readonly rejectsLock: SocketLock | null;
  readonly files: Files;
}

/**
 * Results on standard output. Without a journal, only what has left the process counts: the rejects of a minute are in
 * their file before its results are written, so a kill loses none whose results were seen.
 */
export class StreamOutput implements RunOutput {
  readonly previous = null;
  readonly keepsTrace = false;
  readonly keepsReport = false;
  readonly #options: RunOutputOptions;
  readonly #streams: StreamOutputStreams;
  #results: StreamSink | null = null;
  #rejects: BufferedFile | StreamSink | null = null;

  constructor(options: RunOutputOptions, streams: StreamOutputStreams) {
    this.#options = options;
    this.#streams = streams;
  }

  get keepsRejects(): boolean {
    return this.#options.rejectsFile !== null;
  }

  async preflight({ replace }: { readonly replace: boolean }): Promise<void> {
    const { rejectsFile, appendRejects = false } = this.#options;
    const { rejectsKind, files } = this.#streams;
    if (rejectsFile === null || rejectsKind !== 'file') return;
    if (!replace && !appendRejects) await refuseFilledRejects(rejectsFile, files);
    await checkRejectsFile(rejectsFile, files);
  }

  isBare(): Promise<boolean> {
    return Promise.resolve(false);
  }

  async checkCommitted(): Promise<void> {
    // nothing is ever committed
  }

  async begin(_facts: unknown, { replace }: { readonly replace: boolean }): Promise<void> {
    await this.preflight({ replace });
    this.#rejects = await this.#openRejects(replace);
    this.#results = new StreamSink(this.#streams.stdout);
    await this.#results.write(resultsHeader(this.#options.format));
  }

  async resume(): Promise<never> {
    throw new Error('no previous run to resume');
  }

  async writeLines(lines: Uint8Array): Promise<void> {
    if (this.#results === null) throw new Error('the output was not begun');
    await this.#results.write(lines);
  }

  async writeMetrics(): Promise<void> {
    // there is no file for them
  }

  async writeRejects(rejects: readonly Reject[]): Promise<void> {
    await this.#rejects?.write(rejectLines(rejects));
    if (this.#rejects instanceof BufferedFile) await this.#rejects.flush();
  }

  async writeTiming(): Promise<void> {
    // there is no file for it
  }

  async writeTrace(): Promise<void> {
    // there is no file for it
  }

  async commit(): Promise<void> {
    if (this.#rejects instanceof BufferedFile) await this.#rejects.sync();
  }

  async *committed(): AsyncGenerator<readonly FileLine[]> {
    // nothing can be read back
  }

  async finish(): Promise<void> {
    await this.#results?.settle();
    await this.commit();
    await this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    if (this.#rejects instanceof BufferedFile) await this.#rejects.release();
    await this.#streams.rejectsLock?.release();
  }

  async #openRejects(replace: boolean): Promise<BufferedFile | StreamSink | null> {
    const { rejectsFile } = this.#options;
    const { stderr, rejectsKind, files } = this.#streams;
    if (rejectsFile === null) return null;
    // Not by its name: opening it again would give it a second write position, and a socket cannot be opened.
    if (rejectsKind === 'stderr') return new StreamSink(stderr, 'standard error');
    const file = await BufferedFile.open(rejectsFile, 'stream', files);
    try {
      if (rejectsKind === 'file') await (replace ? file.startAt(0) : startLine(file, files));
      return file;
    } catch (error) {
      await file.release();
      throw error;
    }
  }
}

/** Ends a line that a killed run left unfinished, so that the next one starts on a new line. */
async function startLine(file: BufferedFile, files: Files): Promise<void> {
  if (file.lengthBytes === 0) return;
  const last = await readTail(files, file.path, { lengthBytes: file.lengthBytes, tailBytes: 1 });
  if (String.fromCharCode(...last) !== '\n') await file.write('\n');
}
