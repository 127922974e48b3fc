/** What is to be said of an actor's memory, to be read after its name. */
interface Finding {
  readonly what: string;
  /** Another actor is to take its place. */
  readonly isToGo: boolean;
}

/** Growth over its first measure from which on an actor that began above the limit is replaced. */
const GROWTH = 1.5;
const MIB = 2 ** 20;

/**
 * Finds actors that have outgrown a limit. One that is above it from its first answer on would be no smaller as
 * another process: it stays, which is told once, until it has grown by half.
 */
export class MemoryLimit {
  readonly #limitBytes: number | null;
  #firstBytes: number | null = null;
  #hasTold = false;

  constructor(limitBytes: number | null) {
    this.#limitBytes = limitBytes;
  }

  /** Another process answers from now on. */
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
      if (this.#hasTold) return null;
      this.#hasTold = true;
      return {
        what: `${sizes}, from its first answer on: it stays until it has grown by half`,
        isToGo: false,
      };
    }
    return rssBytes > this.#limitBytes ? { what: `${sizes}, and is replaced`, isToGo: true } : null;
  }
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
