import { NO_USE, type ProcessUse } from '../core/process-use.js';
import type { ActorUsage } from '../protocol/messages.js';

/** What all actors have used, those that are gone included. Each counts as of its last answer. */
export class ActorUse {
  readonly #cpuMs = new WeakMap<object, number>();
  #total = NO_USE;

  get total(): ProcessUse {
    return this.#total;
  }

  /** @param actor stands for one process */
  note(actor: object, { cpuMs, rssBytes }: ActorUsage): void {
    const before = this.#cpuMs.get(actor) ?? 0;
    this.#cpuMs.set(actor, cpuMs);
    this.#total = {
      cpuMs: this.#total.cpuMs + cpuMs - before,
      maxRssBytes: Math.max(this.#total.maxRssBytes, rssBytes),
    };
  }
}
