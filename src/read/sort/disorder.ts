import { plural } from '../../core/count-text.js';
import type { Notice } from '../../core/errors.js';
import { repeatedTimes } from '../shared/repeated-time.js';
import { isoTime } from '../../core/time.js';

const HOUR_MS = 3_600_000;

/** What was out of order in an input. */
export class Disorder {
  readonly #file: string;
  readonly #timezone: string;
  readonly #isRepeated: (utcMs: number) => boolean;
  #count = 0;
  #first = '';
  #firstRepeated: string | null = null;

  constructor(file: string, timezone: string) {
    this.#file = file;
    this.#timezone = timezone;
    this.#isRepeated = repeatedTimes(timezone);
  }

  add(line: number, timeMs: number, newestMs: number): void {
    if (this.#count++ === 0) this.#first = `line ${line} (${isoTime(timeMs)} after ${isoTime(newestMs)})`;
    const isStepBack = newestMs - timeMs <= HOUR_MS && this.#isRepeated(timeMs);
    if (isStepBack) this.#firstRepeated ??= `line ${line} (${isoTime(timeMs)})`;
  }

  /** Forgets everything: the input is read again from its start. */
  clear(): void {
    this.#count = 0;
    this.#firstRepeated = null;
  }

  notices(): Notice[] {
    if (this.#count === 0) return [];
    const records = `${plural(this.#count, 'record')} ${this.#count === 1 ? 'was' : 'were'}`;
    const text = `sorted ${this.#file} by time: ${records} out of order, the first on ${this.#first}`;
    const notices: Notice[] = [{ level: 'info', text }];
    if (this.#firstRepeated !== null) {
      const warning = `${this.#file}: sorting cannot distinguish the times that clocks in ${this.#timezone} show twice when they go back, from ${this.#firstRepeated} on: record times in UTC or with their offset`;
      notices.push({ level: 'warning', text: warning });
    }
    return notices;
  }
}
