import { shardOf } from '../../core/shard.js';
import type { Shard } from '../../core/shard.js';
import { wildcard } from '../../core/wildcard.js';

/** Remembered verdicts; more targets than this in one run are asked for again. */
const MAX_KNOWN = 65_536;

/** What a filter met, if it filters at all. */
export interface MetTargets {
  /** Distinct names, at most `MAX_KNOWN`. */
  readonly count: number;
  /** Whether there were more than `count`. */
  readonly isMore: boolean;
  /** Whether `--targets` selects one of them. */
  readonly hasNamed: boolean;
  /** Whether `--shard` has one of those. */
  readonly hasSelected: boolean;
}

/** Which targets `--targets` selects, names with `*` standing for any text, and `--shard`. */
export class TargetFilter {
  readonly #patterns: readonly ((target: string) => boolean)[] | null;
  readonly #shard: Shard | null;
  readonly #known = new Map<string, boolean>();
  #isMore = false;
  #hasNamed = false;
  #hasSelected = false;

  constructor(targets: readonly string[] | undefined, shard: Shard | null) {
    this.#patterns = targets?.map(wildcard) ?? null;
    this.#shard = shard;
  }

  selects(target: string): boolean {
    if (this.#patterns === null && this.#shard === null) return true;
    let selected = this.#known.get(target);
    if (selected === undefined) {
      if (this.#known.size >= MAX_KNOWN) {
        this.#known.clear();
        this.#isMore = true;
      }
      selected = this.#judge(target);
      this.#known.set(target, selected);
    }
    return selected;
  }

  get met(): MetTargets {
    const count = this.#isMore ? MAX_KNOWN : this.#known.size;
    return { count, isMore: this.#isMore, hasNamed: this.#hasNamed, hasSelected: this.#hasSelected };
  }

  #judge(target: string): boolean {
    const isNamed = this.#patterns === null || this.#patterns.some((pattern) => pattern(target));
    const isSelected =
      isNamed && (this.#shard === null || shardOf(target, this.#shard.count) === this.#shard.index);
    this.#hasNamed ||= isNamed;
    this.#hasSelected ||= isSelected;
    return isSelected;
  }
}
