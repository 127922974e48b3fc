import type { Notice } from '../core/errors.js';

/** Notices of a run: passed on immediately, without duplicates, and kept for the report. */
export class NoticeLog {
  readonly #onNotice: (notice: Notice) => void;
  readonly #notices = new Map<string, Notice>();

  constructor(onNotice: (notice: Notice) => void) {
    this.#onNotice = onNotice;
  }

  get all(): readonly Notice[] {
    return [...this.#notices.values()];
  }

  add(notice: Notice): void {
    if (this.#notices.has(notice.text)) return;
    this.#notices.set(notice.text, notice);
    this.#onNotice(notice);
  }
}
