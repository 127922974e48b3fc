import { shardOf } from '../core/shard.js';
import type { Shard } from '../core/shard.js';
import { wildcard } from '../core/wildcard.js';

/** Remembered verdicts; more targets than this in one run are asked for again. */
const MAX_KNOWN = 65_536;

/** Which targets `--targets` selects, names with `*` standing for any text, and `--shard`. */
export class TargetFilter {
  readonly #patterns: readonly ((target: string) => boolean)[] | null;
  readonly #shard: Shard | null;
  readonly #known = new Map<string, boolean>();

  constructor(targets: readonly string[] | undefined, shard: Shard | null) {
    this.#patterns = targets?.map(wildcard) ?? null;
    this.#shard = shard;
  }

  selects(target: string): boolean {
    if (this.#patterns === null && this.#shard === null) return true;
    let selected = this.#known.get(target);
    if (selected === undefined) {
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      selected = this.#judge(target);
      this.#known.set(target, selected);
    }
    return selected;
  }

  #judge(target: string): boolean {
    const isNamed = this.#patterns === null || this.#patterns.some((pattern) => pattern(target));
    return isNamed && (this.#shard === null || shardOf(target, this.#shard.count) === this.#shard.index);
  }
}
