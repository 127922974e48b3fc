import { styleText } from 'node:util';

import type { AiopsError, Notice } from '../core/errors.js';

/** Everything that is not data goes to standard error through here. */
export class Console {
  readonly #quiet: boolean;
  readonly #stream: NodeJS.WriteStream;
  #clearProgress: () => void = () => undefined;

  constructor(options: { quiet: boolean; stream: NodeJS.WriteStream }) {
    this.#quiet = options.quiet;
    this.#stream = options.stream;
    this.#stream.on('error', () => undefined); // a closed terminal must not turn into a crash
  }

  /** A progress bar that shares the terminal gets out of the way before each line. */
  shareWith(clearProgress: () => void): void {
    this.#clearProgress = clearProgress;
  }

  info(text: string): void {
    if (!this.#quiet) this.#line(printable(text));
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
    this.#clearProgress();
    this.#stream.write(`${text}\n`);
  }

  #paint(color: 'red' | 'yellow', text: string): string {
    const plain = !this.#stream.isTTY || (process.env['NO_COLOR'] ?? '') !== '';
    return plain ? text : styleText(color, text);
  }
}

/** Names come from files: what would steer a terminal is shown as a code instead. */
export function printable(text: string): string {
  return text.replaceAll('\t', '  ').replace(/[^\P{Cc}\n]/gu, (control) => {
    const code = control.charCodeAt(0).toString(16).padStart(2, '0');
    return `\\x${code}`;
  });
}
