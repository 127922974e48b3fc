import assert from 'node:assert/strict';

import { faultCase } from './amounts.js';

/** So many are told in full; the others are counted. */
const MOST_TOLD = 8;

/** Cases that go on after one of them failed, so that one run shows all that is wrong. */
export class CaseFailures {
  readonly #pattern: string;
  readonly #messages: string[] = [];

  /** @param pattern selects the test file */
  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  /** Runs case `index`, if it is asked for, and keeps what it throws. */
  async run(index: number, what: string, work: () => Promise<void>): Promise<void> {
    try {
      await faultCase(this.#pattern, index, what, work);
    } catch (error) {
      this.#messages.push((error as Error).message);
    }
  }

  /** Fails if a case has. */
  assertNone(): void {
    const told = this.#messages.slice(0, MOST_TOLD).join('\n\n');
    assert.equal(this.#messages.length, 0, `${this.#messages.length} cases failed\n${told}`);
  }
}
