import { AiopsError } from '../../core/errors.js';
import type { ReadStep } from '../../core/types.js';
import { SAME_INPUT_HINT } from '../bytes/prefix-sums.js';
import type { TimeRange } from './file-minutes.js';
import { isoTime } from '../../core/time.js';

/** Which steps to emit, and which of those only as look-back; minutes in epoch ms. */
export interface StepChoice extends TimeRange {
  /** Where the look-back before the range starts. */
  readonly lookBackFromMs: number;
  /** A previous session emitted and counted the steps up to this minute; -Infinity: none. */
  readonly afterMinuteMs: number;
  /** Called when that minute comes. @throws AiopsError `config` if it cannot be the same one */
  readonly checkReached: () => void;
  /** Set to what lies around the range. */
  readonly around: MinutesAround;
}

/** Steps in the groups they are read in. */
export type StepGroups = AsyncGenerator<readonly ReadStep[], undefined>;

/** The minutes next to a time range, epoch ms; null if none was read. */
export interface MinutesAround {
  /** The first minute that was read, and the last one before the range. */
  firstMs: number | null;
  beforeMs: number | null;
  /** The first one after the range, where reading stops. */
  afterMs: number | null;
}

/** Most rejects that are carried over to the next step that counts; more are emitted in a separate step. */
const MAX_CARRIED_REJECTS = 4096;

type Account = Pick<ReadStep, 'found' | 'rejects' | 'merged' | 'filtered'>;

const NO_ACCOUNT: Account = { found: 0, rejects: [], merged: 0, filtered: 0 };

/**
 * Emits the steps of a time range, and as look-back those before it that its windows need; ends at the first minute
 * after it. Counts of steps that are not emitted, or only as look-back, carry over to the next one that counts, so that
 * the account of all emitted steps balances. Steps that a previous session emitted come as look-back.
 *
 * @throws AiopsError `config` if the last of those does not come; what `checkReached` throws
 */
export function selectSteps(groups: StepGroups, choice: StepChoice): StepGroups {
  const isAll = choice.fromMs === -Infinity && choice.toMs === Infinity && choice.afterMinuteMs === -Infinity;
  return isAll ? groups : selected(groups, choice);
}

async function* selected(groups: AsyncIterable<readonly ReadStep[]>, choice: StepChoice): StepGroups {
  const selection = new Selection(choice);
  for await (const group of groups) {
    const chosen: ReadStep[] = [];
    let isOver: boolean;
    try {
      isOver = group.some((step) => selection.endsAt(step, chosen));
    } finally {
      if (chosen.length > 0) yield chosen; // steps before a failure as well
    }
    if (isOver) break;
  }
  const rest = selection.end();
  if (rest !== null) yield [rest];
  return undefined;
}

class Selection {
  readonly #choice: StepChoice;
  #isAgain: boolean;
  #carried = NO_ACCOUNT;
  #last: ReadStep | null = null;
  #emitted: ReadStep | null = null;

  constructor(choice: StepChoice) {
    this.#choice = choice;
    this.#isAgain = choice.afterMinuteMs !== -Infinity;
  }

  /** Adds what to emit of the next step to `chosen`; returns whether the range ends before it. */
  endsAt(step: ReadStep, chosen: ReadStep[]): boolean {
    const { toMs, afterMinuteMs, checkReached, around } = this.#choice;
    this.#last = step;
    const minuteMs = step.batch?.minuteMs ?? null;
    if (this.#isAgain && minuteMs !== null && minuteMs > afterMinuteMs) throw noSuchMinute(afterMinuteMs);
    if (this.#isAgain && minuteMs === afterMinuteMs) checkReached();
    if (!this.#isAgain) this.#carried = sum(this.#carried, step);
    if (minuteMs !== null) note(around, minuteMs, this.#choice);
    // Of the minutes that the end of an input closed, only the last has a position.
    if (minuteMs !== null && minuteMs >= toMs) return step.positions !== null;
    this.#emit(step, minuteMs, chosen);
    if (minuteMs === afterMinuteMs) this.#isAgain = false;
    return false;
  }

  /** To be called after the last step; returns what else to emit. */
  end(): ReadStep | null {
    if (this.#isAgain) throw noSuchMinute(this.#choice.afterMinuteMs);
    const [last, emitted] = [this.#last, this.#emitted];
    // Without a position after the last step, an input that was read to its end would not count as such.
    const lacksPosition = emitted !== null && emitted !== last && emitted.positions === null;
    return last !== null && (lacksPosition || !isEmpty(this.#carried)) ? this.#carriedTo(last) : null;
  }

  #emit(step: ReadStep, minuteMs: number | null, chosen: ReadStep[]): void {
    const { fromMs, lookBackFromMs } = this.#choice;
    if (!this.#isAgain && (minuteMs === null || minuteMs >= fromMs)) {
      this.#emitted = step;
      chosen.push({ ...step, ...this.#carried });
      this.#carried = NO_ACCOUNT;
      return;
    }
    if (minuteMs !== null && minuteMs >= lookBackFromMs)
      chosen.push({ ...step, ...NO_ACCOUNT, lookBack: true });
    if (this.#carried.rejects.length < MAX_CARRIED_REJECTS) return;
    this.#emitted = step;
    chosen.push(this.#carriedTo(step));
    this.#carried = NO_ACCOUNT;
  }

  #carriedTo({ positions, isTail }: ReadStep): ReadStep {
    return { batch: null, lookBack: false, positions, isTail, ...this.#carried };
  }
}

function note(around: MinutesAround, minuteMs: number, { fromMs, toMs }: TimeRange): void {
  around.firstMs ??= minuteMs;
  if (minuteMs < fromMs) around.beforeMs = minuteMs;
  else if (minuteMs >= toMs) around.afterMs ??= minuteMs;
}

/** Happens only with inputs that can be read once; `compareInputs` finds out about all others. */
function noSuchMinute(afterMinuteMs: number): AiopsError {
  const minute = isoTime(afterMinuteMs);
  return new AiopsError(
    'config',
    `the input no longer has the minute ${minute}, up to which this run read it`,
    { hint: SAME_INPUT_HINT },
  );
}

function sum(a: Account, b: Account): Account {
  return {
    found: a.found + b.found,
    rejects: a.rejects.length === 0 ? b.rejects : a.rejects.concat(b.rejects),
    merged: a.merged + b.merged,
    filtered: a.filtered + b.filtered,
  };
}

function isEmpty({ found, rejects, merged, filtered }: Account): boolean {
  return found === 0 && rejects.length === 0 && merged === 0 && filtered === 0;
}
