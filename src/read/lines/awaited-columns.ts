import { plural } from '../../core/count-text.js';
import { AiopsError, type Notice } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';

/** Columns that `--columns` names and no sample has, until a record has a value in them. */
export class AwaitedColumns {
  readonly #columns: readonly string[];
  /** Indexes among the columns. */
  #awaited: number[];
  #hasRecords = false;

  constructor(columns: readonly string[] = [], awaited: readonly string[] = []) {
    this.#columns = columns;
    this.#awaited = awaited.map((name) => columns.indexOf(name));
  }

  get isWaiting(): boolean {
    return this.#awaited.length > 0;
  }

  /** Takes the values of a record, `[columns]` or `[window, columns]`. */
  see(values: Float64Array): void {
    this.#hasRecords = true;
    const width = this.#columns.length;
    this.#awaited = this.#awaited.filter((column) => {
      for (let i = column; i < values.length; i += width) if (!Number.isNaN(values[i]!)) return false;
      return true;
    });
  }

  /** Says which columns never had a value; complete once all records were read. */
  notices(): Notice[] {
    if (!this.#hasRecords || !this.isWaiting) return [];
    const names = this.#awaited.map((column) => oneLine(this.#columns[column] ?? ''));
    const text = `${plural(names.length, 'column')} of --columns without a value in any record: ${names.join(', ')}`;
    return [{ level: 'warning', text }];
  }

  /** What to end with if records were read, and none has a value in any column; otherwise null. */
  error(): AiopsError | null {
    if (!this.#hasRecords || this.#awaited.length < this.#columns.length) return null;
    const names = this.#columns.map(oneLine).join(', ');
    return new AiopsError('input_unusable', `no record has a value in the columns of --columns: ${names}`, {
      hint: 'give --columns names as they are in the file (case counts)',
    });
  }
}
