import { plural } from '../../core/count-text.js';
import { AiopsError, type Notice } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';

export const NONE_AWAITED: AwaitedTally = { hasRecords: false, waiting: [] };

/** What records show of awaited columns. */
export interface AwaitedTally {
  readonly hasRecords: boolean;
  /** Names of columns without a value in any record so far. */
  readonly waiting: readonly string[];
}

/** Of two parts of a recording. */
export function joinedAwaited(a: AwaitedTally, b: AwaitedTally): AwaitedTally {
  const waiting = a.waiting.filter((name) => b.waiting.includes(name));
  return { hasRecords: a.hasRecords || b.hasRecords, waiting };
}

/** Columns that `--columns` names and no sample has, until a record has a value in them. */
export class AwaitedColumns {
  readonly #columns: readonly string[];
  /** Indexes among the columns. */
  #awaited: number[];
  #hasRecords: boolean;

  constructor(columns: readonly string[] = [], { waiting, hasRecords }: AwaitedTally = NONE_AWAITED) {
    this.#columns = columns;
    this.#awaited = waiting.map((name) => columns.indexOf(name));
    this.#hasRecords = hasRecords;
  }

  tally(): AwaitedTally {
    const waiting = this.#awaited.map((column) => this.#columns[column] ?? '');
    return { hasRecords: this.#hasRecords, waiting };
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
