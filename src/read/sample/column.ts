/** Rows whose texts are joined. */
const JOINED_ROWS = 64;
/** In no text of CSV, which is read a line at a time. */
const SEPARATOR = '\n';

/**
 * What the rows of a sample have in one field. Texts are joined: one by one they take several times as much memory, and
 * long ones keep the whole text alive that they were cut from.
 */
export class Column {
  length = 0;
  readonly #done: (string | readonly unknown[])[] = [];
  #latest: unknown[] = [];

  static of(values: Iterable<unknown>): Column {
    const column = new Column();
    for (const value of values) column.push(value);
    return column;
  }

  push(value: unknown): void {
    if (this.#latest.length === JOINED_ROWS) {
      this.#done.push(joined(this.#latest));
      this.#latest = [];
    }
    this.#latest.push(value);
    this.length++;
  }

  /** Replaces the last value. */
  replace(value: unknown): void {
    this.#latest[this.#latest.length - 1] = value;
  }

  get values(): readonly unknown[] {
    const done = this.#done.map((part) => (typeof part === 'string' ? part.split(SEPARATOR) : part));
    return [...done, this.#latest].flat();
  }
}

function joined(values: readonly unknown[]): string | readonly unknown[] {
  const areTexts = values.every((value) => typeof value === 'string' && !value.includes(SEPARATOR));
  return areTexts ? values.join(SEPARATOR) : values;
}
