/** Restarts are counted within this time. */
export const RESTART_SPAN_MS = 60_000;

/**
 * Whether a lost process may be replaced: not after more than so many losses within a minute, nor after more than so
 * many without an answer in between, however long each took.
 */
export class RestartLimit {
  readonly #restarts: number;
  #losses: { readonly atMs: number; isFruitless: boolean }[] = [];

  constructor(restarts: number) {
    this.#restarts = restarts;
  }

  /** Counts a loss; returns whether the process may be replaced. Times must be in order, ms. */
  allows(atMs: number): boolean {
    this.#losses = this.#losses.filter(
      (known) => known.isFruitless || known.atMs > atMs - RESTART_SPAN_MS, // neither count needs the others
    );
    this.#losses.push({ atMs, isFruitless: true });
    const recent = this.#losses.filter((known) => known.atMs > atMs - RESTART_SPAN_MS);
    const fruitless = this.#losses.filter((known) => known.isFruitless);
    return Math.max(recent.length, fruitless.length) <= this.#restarts;
  }

  /** The process answered. */
  achieved(): void {
    for (const known of this.#losses) known.isFruitless = false;
  }
}

/** About an actor's memory; `what` follows its name. */
interface Finding {
  readonly what: string;
  /** Whether the actor must be replaced. */
  readonly isToGo: boolean;
}

/** Growth after which an actor that began above the limit is replaced. */
const GROWTH = 1.5;
const MIB = 2 ** 20;

/**
 * Finds actors that have outgrown a limit. If an actor is above it at its first answer, a replacement would be no
 * smaller: it is kept, with one notice, until it has grown by half.
 */
export class MemoryLimit {
  readonly #limitBytes: number | null;
  #firstBytes: number | null = null;
  #hasNoticed = false;

  constructor(limitBytes: number | null) {
    this.#limitBytes = limitBytes;
  }

  /** A new process answers from now on. */
  begin(): void {
    this.#firstBytes = null;
  }

  /** @param rssBytes resident memory; 0: not known */
  check(rssBytes: number): Finding | null {
    if (this.#limitBytes === null || rssBytes === 0) return null;
    this.#firstBytes ??= rssBytes;
    const sizes = `holds ${mebibytes(rssBytes)} of memory, more than the ${mebibytes(this.#limitBytes)} allowed`;
    if (this.#firstBytes > this.#limitBytes) {
      if (rssBytes > GROWTH * this.#firstBytes) return { what: `${sizes}, and is replaced`, isToGo: true };
      if (this.#hasNoticed) return null;
      this.#hasNoticed = true;
      return {
        what: `${sizes}, since its first answer: it is kept until it has grown by half`,
        isToGo: false,
      };
    }
    return rssBytes > this.#limitBytes ? { what: `${sizes}, and is replaced`, isToGo: true } : null;
  }
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
