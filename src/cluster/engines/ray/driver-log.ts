import type { Notice } from '../../../core/errors.js';
import { count, number, object, ShapeError, text } from '../../../core/shape.js';
import type { FailedSlice } from '../engine.js';

const driverEvent = object(
  { event: text, slice: count },
  { seconds: number, node: text, status: number, log: text },
);

/** The driver's log: what is new in it becomes notices. */
export class DriverLog {
  readonly #onNotice: (notice: Notice) => void;
  #taken = 0;
  /** The slice that failed for good. */
  failed: FailedSlice | null = null;
  /** Whether a slice was done. */
  hasDone = false;

  constructor(onNotice: (notice: Notice) => void) {
    this.#onNotice = onNotice;
  }

  /** @param whole the log so far */
  take(whole: string): void {
    const end = whole.lastIndexOf('\n') + 1;
    const lines = whole.slice(this.#taken, end).split('\n');
    this.#taken = end;
    for (const line of lines.filter((each) => each.startsWith('{"event"'))) this.#enter(line);
  }

  #enter(line: string): void {
    const { event, slice, node, status = NaN, log = '' } = parsedEvent(line) ?? NO_EVENT;
    const where = node === undefined ? `slice ${slice}` : `slice ${slice} on ${node}`;
    const how = event === 'lost' ? 'was lost' : `ended with status ${status}`;
    if (event === 'done') this.hasDone = true;
    if (event === 'overdue') this.#warn(`${where} takes long; a second attempt starts`);
    if (event === 'failed' || event === 'lost')
      this.#warn(`${where} ${how}; it runs again: ${lastLine(log)}`);
    if (event === 'gave-up') {
      this.failed = { number: slice, status };
      this.#warn(`${where} failed for good:\n${log.trim()}`);
    }
  }

  #warn(text: string): void {
    this.#onNotice({ level: 'warning', text });
  }
}

const NO_EVENT: ReturnType<typeof driverEvent> = { event: '', slice: 0 };

function parsedEvent(line: string): ReturnType<typeof driverEvent> | null {
  try {
    return driverEvent(JSON.parse(line));
  } catch (error) {
    if (error instanceof ShapeError || error instanceof SyntaxError) return null;
    throw error;
  }
}

export function lastLine(said: string): string {
  return said.trim().split('\n').at(-1) ?? '';
}
