/** What a terminal of so many columns shows in the end of all that was written to it, and whether its cursor is shown. */
export class Screen {
  readonly #columns: number;
  readonly #lines: string[][] = [[]];
  /** Rows that go on in the next one. */
  readonly #wrapped = new Set<number>();
  #row = 0;
  #column = 0;
  #saved = { row: 0, column: 0 };
  #wraps = true;
  cursorShown = true;

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** @throws Error at a sequence that this screen does not know, so that nothing is overlooked */
  write(text: string): void {
    // eslint-disable-next-line no-control-regex -- what steers a terminal is a control character
    for (const [part] of text.matchAll(/\u001b\[\??[\d;]*[A-Za-z]|\u001b[78]|[^]/gu)) {
      if (part === '\r') this.#column = 0;
      else if (part === '\n') this.#moveTo(this.#row + 1, this.#column);
      else if (part === '\b') this.#column = Math.max(0, this.#column - 1);
      else if (part.startsWith('\u001b')) this.#steer(part.slice(1));
      else this.#put(part);
    }
  }

  /** Lines without what is blank at their end; those that were wrapped are one. */
  text(): string {
    const lines = this.#lines.map((line) => line.join(''));
    return lines
      .map((line, row) => (this.#wrapped.has(row) ? line : `${line.trimEnd()}\n`))
      .join('')
      .trimEnd();
  }

  get column(): number {
    return this.#column;
  }

  #put(char: string): void {
    if (this.#column >= this.#columns) {
      if (this.#wraps) {
        this.#wrapped.add(this.#row);
        this.#moveTo(this.#row + 1, 0);
      } else this.#column = this.#columns - 1;
    }
    const line = this.#lines[this.#row] ?? [];
    while (line.length < this.#column) line.push(' ');
    line[this.#column] = char;
    this.#column += 1;
  }

  #moveTo(row: number, column: number): void {
    this.#row = Math.max(0, row);
    this.#column = Math.max(0, column);
    while (this.#lines.length <= this.#row) this.#lines.push([]);
  }

  #steer(sequence: string): void {
    const kind = sequence.at(-1) ?? '';
    const count = Number(/\d+/.exec(sequence)?.[0] ?? 0);
    if (sequence === '7') this.#saved = { row: this.#row, column: this.#column };
    else if (sequence === '8') this.#moveTo(this.#saved.row, this.#saved.column);
    else if (sequence.startsWith('[?7')) this.#wraps = kind === 'h';
    else if (sequence.startsWith('[?25')) this.cursorShown = kind === 'h';
    else if (kind === 'K') this.#clear(count);
    else if (kind === 'G') this.#column = Math.max(count, 1) - 1;
    else if ('ABCD'.includes(kind)) this.#step(kind, Math.max(count, 1));
    else if (kind !== 'm') throw new Error(`the screen does not know ${JSON.stringify(sequence)}`);
  }

  #step(kind: string, count: number): void {
    if (kind === 'A') this.#moveTo(this.#row - count, this.#column);
    else if (kind === 'B') this.#moveTo(this.#row + count, this.#column);
    else this.#moveTo(this.#row, this.#column + (kind === 'C' ? count : -count));
  }

  #clear(what: number): void {
    const line = this.#lines[this.#row] ?? [];
    if (what === 2) line.length = 0;
    else if (what === 0) line.length = Math.min(line.length, this.#column);
    else line.fill(' ', 0, this.#column + 1);
  }
}
