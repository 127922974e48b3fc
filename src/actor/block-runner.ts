/** What answers the items of a chunk: a user's analyzer, which gets items, or a bundle, which works along series. */
import type { Block } from '../core/block.js';
import type { CallStyle, MissingPolicy } from '../core/types.js';
import type { RowPlan } from '../core/windows.js';
import type { RowAnswers } from './row-answers.js';

/** The items of a block, and how to answer them. */
export interface BlockWork {
  readonly block: Block;
  readonly plan: RowPlan;
  readonly missing: MissingPolicy;
  readonly style: CallStyle;
  /** Items of a call, at most; a call with a fixed batch shape has at least one batch. */
  readonly callItems: number;
}

/** To be called between two calls of the model or analyzer, and awaited; null: no pause is due. */
export type Pause = () => Promise<void> | null;

export interface BlockRunner {
  /**
   * Answers every item of the plan.
   *
   * @throws what the analyzer or model throws, and Error if an analyzer's answers violate the contract
   */
  run(work: BlockWork, rows: RowAnswers, pause: Pause): Promise<void>;
}

/** The actor reports after each call, so a call should not take longer than this. */
const CALL_MS = 250;

/** How many items a call may have, judging by the time that the last one took. */
export class CallPace {
  #itemMs: number | null = null;

  /** Items that take up to 250 ms, at least one; `untimed` before the first call. */
  items(untimed: number): number {
    if (this.#itemMs === null) return untimed;
    return Math.max(1, Math.floor(CALL_MS / this.#itemMs));
  }

  add(items: number, elapsedMs: number): void {
    this.#itemMs = elapsedMs / items;
  }
}
