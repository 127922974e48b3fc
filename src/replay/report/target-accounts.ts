import { ScoreCounts } from '../../core/score-counts.js';
import { LabelAccount, type AccountTally, type DetectionFigures } from './label-account.js';

/** Different scores that are distinguished, counted per target: a day of 500 targets, in at most some 16 MB. */
const DISTINCT_SCORES = 2 ** 20;
/** How many targets get figures; further ones count in the overall figures only. */
const MOST_TARGETS = 1024;

export interface TargetFigures extends DetectionFigures {
  readonly target: string;
}

export interface TargetTally extends AccountTally {
  readonly target: string;
}

/**
 * Accounts of the first targets by name, in code-unit order. Which targets these are does not depend on the order in
 * which they are met, and none of their records was missed, so accounts of parts of a run add up to those of the run.
 */
export class TargetAccounts {
  readonly #scores = new ScoreCounts(DISTINCT_SCORES);
  readonly #accounts = new Map<string, LabelAccount>();
  /** The last of their names. */
  #last = '';
  #recordsOfOthers = 0;

  /** Records of targets without an account. */
  get recordsOfOthers(): number {
    return this.#recordsOfOthers;
  }

  get droppedBits(): number {
    return this.#scores.droppedBits;
  }

  enter(target: string, score: number | null, isPositive: boolean, flagged: boolean | null): void {
    const account = this.#accountOf(target);
    if (account === null) this.#recordsOfOthers++;
    else account.enter(score, isPositive, flagged);
  }

  /** In the order in which targets were met. */
  figures(): TargetFigures[] {
    return Array.from(this.#accounts, ([target, account]) => ({ target, ...account.figures() }));
  }

  tallies(): TargetTally[] {
    return Array.from(this.#accounts, ([target, account]) => ({ target, ...account.tally() }));
  }

  /** Adds the accounts of records that come next. */
  join(tallies: readonly TargetTally[], recordsOfOthers: number): void {
    this.#recordsOfOthers += recordsOfOthers;
    for (const { target, ...tally } of tallies) {
      const account = this.#accountOf(target);
      if (account === null) this.#recordsOfOthers += tally.counts.records;
      else account.join(tally);
    }
  }

  /** Null: the target has none. */
  #accountOf(target: string): LabelAccount | null {
    const known = this.#accounts.get(target);
    if (known !== undefined) return known;
    if (this.#accounts.size === MOST_TARGETS) {
      if (target > this.#last) return null;
      this.#dropLast();
    }
    const account = new LabelAccount(this.#scores);
    this.#accounts.set(target, account);
    if (target > this.#last) this.#last = target;
    return account;
  }

  #dropLast(): void {
    const account = this.#accounts.get(this.#last);
    this.#recordsOfOthers += account?.records ?? 0;
    account?.close();
    this.#accounts.delete(this.#last);
    this.#last = '';
    for (const name of this.#accounts.keys()) if (name > this.#last) this.#last = name;
  }
}
