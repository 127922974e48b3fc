import type { Writable } from 'node:stream';

import { BufferedFile } from './buffered-file.js';
import type { Files } from './files.js';
import { readTail } from './read-tail.js';
import type { RejectsPlace } from './rejects-place.js';
import { StreamSink } from './stream-sink.js';

export interface StreamedRunOptions {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Null: rejects are only counted. */
  readonly rejects: { readonly path: string; readonly place: RejectsPlace } | null;
  /** Whether to empty a regular file of rejects first; otherwise nothing in it is changed. */
  readonly replace: boolean;
  readonly files: Files;
}

/**
 * A run with results on standard output. It has no journal, so what counts is what has left the process: the rejects
 * of a minute are in their file before its results are written, and a kill loses none whose results were seen.
 */
export class StreamedRun {
  readonly results: StreamSink;
  readonly #rejects: BufferedFile | StreamSink | null;

  private constructor(results: StreamSink, rejects: BufferedFile | StreamSink | null) {
    this.results = results;
    this.#rejects = rejects;
  }

  /** @throws AiopsError `output_cannot_create`, `output_io` */
  static async begin({ stdout, stderr, rejects, replace, files }: StreamedRunOptions): Promise<StreamedRun> {
    const results = new StreamSink(stdout);
    if (rejects === null) return new StreamedRun(results, null);
    const { path, place } = rejects;
    // Not by its name: that would be a second end of the same file, and a socket cannot be opened.
    if (place === 'stderr') return new StreamedRun(results, new StreamSink(stderr, 'standard error'));
    const file = await BufferedFile.open(path, 'stream', files);
    try {
      if (place === 'file') await (replace ? file.startAt(0) : startLine(file, files));
      return new StreamedRun(results, file);
    } catch (error) {
      await file.letGo();
      throw error;
    }
  }

  /** @throws AiopsError `output_io` */
  async writeRejects(text: string): Promise<void> {
    await this.#rejects?.write(text);
    await this.#rejects?.flush();
  }

  /** Brings the rejects to the disk. @throws AiopsError `output_io` where their file was moved or changed, for instance */
  async sync(): Promise<void> {
    if (this.#rejects instanceof BufferedFile) await this.#rejects.sync();
  }

  /** @throws AiopsError `output_io`; OutputClosed where no process reads standard output */
  async settle(): Promise<void> {
    await this.results.settle();
    await this.sync();
  }

  /** Never throws. */
  async letGo(): Promise<void> {
    if (this.#rejects instanceof BufferedFile) await this.#rejects.letGo();
  }
}

/** Ends a line that a killed run left unfinished, so that the next one stands by itself. */
async function startLine(file: BufferedFile, files: Files): Promise<void> {
  if (file.lengthBytes === 0) return;
  const last = await readTail(files, file.path, { lengthBytes: file.lengthBytes, tailBytes: 1 });
  if (String.fromCharCode(...last) !== '\n') await file.write('\n');
}
