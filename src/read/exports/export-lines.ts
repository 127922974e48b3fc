import { isUtf8 } from 'node:buffer';
import { AiopsError } from '../../core/errors.js';
import type { ExportInput } from './export.js';

/** Makes lines of the table, each with its line end, of a line of an export; what it throws is `input_unusable`. */
type TranslateLine = (line: string) => string;

const NEWLINE = 10;
const BYTE_ORDER_MARK = '\uFEFF';

/** Cuts an export into lines, and emits what becomes of them. */
export class ExportLines {
  readonly #input: ExportInput;
  readonly #translate: TranslateLine;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #isFirst = true;

  constructor(input: ExportInput, translate: TranslateLine) {
    this.#input = input;
    this.#translate = translate;
  }

  /** @throws AiopsError `input_unusable`: a line is too long; and what translating a line throws */
  push(bytes: Buffer): void {
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      const lines = Buffer.concat([...this.#pending, bytes.subarray(0, end)]);
      this.#pending = [];
      this.#pendingBytes = 0;
      this.#emit(lines);
    }
    if (end === bytes.length) return;
    this.#pending.push(bytes.subarray(end));
    this.#pendingBytes += bytes.length - end;
    if (this.#pendingBytes > this.#input.options.maxLineBytes)
      throw this.#unusable('has a line that is too long', 'raise --max-line');
  }

  /** Takes a last line without an end, which only a line that shows its own end may be. */
  endLine(): void {
    if (this.#pendingBytes > 0) this.push(Buffer.of(NEWLINE));
  }

  /**
   * @throws AiopsError `input_unusable` if the last line has no end: a cut number or name would look like a whole one
   */
  end(): void {
    if (this.#pendingBytes === 0) return;
    const hint = 'export or copy it again; if it is complete, add a line end';
    throw this.#unusable('is cut off: its last line does not end', hint);
  }

  #emit(lines: Buffer): void {
    const isText = isUtf8(lines);
    const text = lines.toString(isText ? 'utf8' : 'latin1');
    let table = '';
    const flush = (): void => {
      if (table !== '') this.#input.emit(Buffer.from(table));
      table = '';
    };
    for (
      let start = 0, end = text.indexOf('\n');
      end >= 0;
      start = end + 1, end = text.indexOf('\n', start)
    ) {
      const bytes = isText ? null : lines.subarray(start, end + 1);
      if (bytes !== null && !isUtf8(bytes)) {
        // The reader of the table rejects it, with these bytes.
        flush();
        this.#input.emit(bytes);
        continue;
      }
      table += this.#translate(
        this.#lineOf(bytes?.toString('utf8', 0, end - start) ?? text.slice(start, end)),
      );
    }
    flush();
  }

  #lineOf(line: string): string {
    const isMarked = this.#isFirst && line.startsWith(BYTE_ORDER_MARK);
    this.#isFirst = false;
    return line.slice(isMarked ? 1 : 0, line.endsWith('\r') ? -1 : undefined);
  }

  #unusable(what: string, hint: string): AiopsError {
    return new AiopsError('input_unusable', `${this.#input.file} ${what}`, { hint });
  }
}
