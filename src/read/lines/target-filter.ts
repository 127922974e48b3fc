import { shardOf, type Shard } from '../../core/shard.js';
import type { RejectFacts } from '../../core/types.js';
import { wildcard } from '../shared/wildcard.js';
import type { TextBlock } from './lines.js';

/** Verdicts that are remembered; with more targets than this, some are decided again. */
const MAX_KNOWN = 65_536;

/** Which targets a filter met, if it filters at all. */
export interface MetTargets {
  /** Distinct names, at most `MAX_KNOWN`. */
  readonly count: number;
  /** Whether there were more than `count`. */
  readonly isMore: boolean;
  /** Whether there may have been more: several readers met targets, which of these are the same is not known. */
  readonly isLeast?: boolean;
  /** Whether `--targets` selects one of them. */
  readonly hasNamed: boolean;
  /** Whether `--shard` has one of those. */
  readonly hasSelected: boolean;
}

export const NONE_MET: MetTargets = { count: 0, isMore: false, hasNamed: false, hasSelected: false };

/** What two readers of a recording met. */
export function joinedMet(a: MetTargets, b: MetTargets): MetTargets {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  return {
    count: Math.max(a.count, b.count),
    isMore: a.isMore || b.isMore,
    isLeast: true,
    hasNamed: a.hasNamed || b.hasNamed,
    hasSelected: a.hasSelected || b.hasSelected,
  };
}

/** The targets that `--targets` (names in which `*` stands for any text) and `--shard` select. */
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
      selected = this.#decide(target);
      this.#known.set(target, selected);
    }
    return selected;
  }

  get met(): MetTargets {
    const count = this.#isMore ? MAX_KNOWN : this.#known.size;
    return { count, isMore: this.#isMore, hasNamed: this.#hasNamed, hasSelected: this.#hasSelected };
  }

  #decide(target: string): boolean {
    const isNamed = this.#patterns === null || this.#patterns.some((pattern) => pattern(target));
    const isSelected =
      isNamed && (this.#shard === null || shardOf(target, this.#shard.count) === this.#shard.index);
    this.#hasNamed ||= isNamed;
    this.#hasSelected ||= isSelected;
    return isSelected;
  }
}

/** Whether a shard keeps a reject: the shard of its target does, or shard 1 if it has no target. */
export function isOfShard({ target }: RejectFacts, shard: Shard | null): boolean {
  if (shard === null) return true;
  return shard.index === (target === null ? 1 : shardOf(target, shard.count));
}

/** Names that are kept; with more targets than this, records share fewer strings. */
const MAX_NAMES = 65_536;

/** One string per target for all its records, which keeps no block of input alive. */
export class TargetNames {
  readonly #names = new Map<string, string>();

  /** The target's name at `[start, end)` of the block. */
  at(block: TextBlock, start: number, end: number): string {
    const known = this.#names.get(block.text.substring(start, end));
    if (known !== undefined) return known;
    if (this.#names.size >= MAX_NAMES) this.#names.clear();
    const name = block.bytes.toString('utf8', start, end);
    // Not the substring: it would keep the whole block's text alive.
    this.#names.set(block.bytes.toString('latin1', start, end), name);
    return name;
  }
}
