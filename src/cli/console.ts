import { styleText } from 'node:util';

import type { AiopsError, Notice } from '../core/errors.js';
import { OutputClosed, StreamSink } from '../output/stream-sink.js';
import { oneLine } from '../core/one-line.js';

/** A progress bar on the terminal's last line, hidden while another line is printed. */
export interface SharedProgress {
  hide(): void;
  show(): void;
}

/** Writes everything that is not data to standard error. */
export class Console {
  readonly #quiet: boolean;
  readonly #stream: NodeJS.WriteStream;
  #progress: SharedProgress | null = null;

  constructor(options: { quiet: boolean; stream: NodeJS.WriteStream }) {
    this.#quiet = options.quiet;
    this.#stream = options.stream;
    this.#stream.on('error', () => undefined); // a closed terminal must not turn into a crash
  }

  shareWith(progress: SharedProgress): void {
    this.#progress = progress;
  }

  info(text: string): void {
    if (!this.#quiet) this.#line(printable(text));
  }

  /** A line that the user's own code wrote to standard error: shown even when quiet. */
  forward(text: string): void {
    this.#line(printable(text));
  }

  notice(notice: Notice): void {
    if (notice.level === 'info') this.info(notice.text);
    else this.#line(`${this.#paint('yellow', 'warning:')} ${printable(notice.text)}`);
  }

  error(error: AiopsError): void {
    this.#line(`${this.#paint('red', 'error:')} ${printable(error.message)}`);
    if (error.hint !== undefined) this.#line(`  ${printable(error.hint)}`);
  }

  #line(text: string): void {
    this.#progress?.hide();
    this.#stream.write(`${text}\n`);
    this.#progress?.show();
  }

  #paint(color: 'red' | 'yellow', text: string): string {
    const plain = !this.#stream.isTTY || (process.env['NO_COLOR'] ?? '') !== '';
    return plain ? text : styleText(color, text);
  }
}

/** Names come from files: characters that control a terminal or reverse text are shown as codes. */
export function printable(text: string): string {
  return text.replaceAll('\t', '  ').split('\n').map(oneLine).join('\n');
}

/**
 * Writes all of the text to standard output.
 *
 * @throws AiopsError `output_io`; a reader that closes the pipe is not an error
 */
export async function print(text: string): Promise<void> {
  const sink = new StreamSink(process.stdout);
  try {
    await sink.write(text);
    await sink.settle();
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}
