/** Remembered verdicts; more targets than this in one run are asked for again. */
const MAX_KNOWN = 65_536;

/** Which targets `--targets` selects: names, `*` standing for any text. */
export class TargetFilter {
  readonly #patterns: readonly RegExp[] | null;
  readonly #known = new Map<string, boolean>();

  constructor(targets: readonly string[] | undefined) {
    this.#patterns = targets?.map(wildcard) ?? null;
  }

  selects(target: string): boolean {
    if (this.#patterns === null) return true;
    let selected = this.#known.get(target);
    if (selected === undefined) {
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      selected = this.#patterns.some((pattern) => pattern.test(target));
      this.#known.set(target, selected);
    }
    return selected;
  }
}

function wildcard(pattern: string): RegExp {
  const literals = pattern.split('*').map((text) => text.replace(/[\\^$.+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`, 's');
}
