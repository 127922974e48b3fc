import type { TextBlock } from './lines.js';

/** Names kept; with more targets than this alive, records share their strings less. */
const MAX_NAMES = 65_536;

/** One string per target for all its records, which keeps no block of input alive. */
export class TargetNames {
  readonly #names = new Map<string, string>();

  /** The target's name at `[start, end)` of the block as it stands there. */
  at(block: TextBlock, start: number, end: number): string {
    const known = this.#names.get(block.text.substring(start, end));
    if (known !== undefined) return known;
    if (this.#names.size >= MAX_NAMES) this.#names.clear();
    const name = block.bytes.toString('utf8', start, end);
    // Not the substring: that would hold on to the whole block's text.
    this.#names.set(block.bytes.toString('latin1', start, end), name);
    return name;
  }
}
