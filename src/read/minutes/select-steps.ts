import { AiopsError } from '../../core/errors.js';
import type { ReadStep } from '../../core/types.js';
import type { TimeRange } from './time-range.js';

/** Which steps of reading are handed out, and which of them for the windows only; minutes in epoch ms. */
export interface StepChoice extends TimeRange {
  /** Minutes before the range that its windows need begin here. */
  readonly lookBackFromMs: number;
  /** Steps up to this minute were handed out once before and are in the account; -Infinity: none. */
  readonly afterMinuteMs: number;
  /** Called when that minute comes. @throws AiopsError `config` where it cannot be the one of then */
  readonly checkReached: () => void;
  /** Told of what lies around the range. */
  readonly around: MinutesAround;
}

/** The minutes next to a time range, epoch ms; null where none was read. */
export interface MinutesAround {
  /** The first minute that was read, and the last one before the range. */
  firstMs: number | null;
  beforeMs: number | null;
  /** The first one after the range: reading stops there. */
  afterMs: number | null;
}

/** Rejects that are carried over to the next step that counts; more are handed out in a step of their own. */
const MAX_CARRIED_REJECTS = 4096;

type Account = Pick<ReadStep, 'found' | 'rejects' | 'merged' | 'filtered'>;

const NO_ACCOUNT: Account = { found: 0, rejects: [], merged: 0, filtered: 0 };

/**
 * Hands out the steps of a time range, those before it that its windows need as look-back, and ends at the
 * first minute after it. What a step says of records goes over to the next one that counts, so that the
 * account of all steps handed out balances. Steps that were handed out once before come as look-back.
 *
 * @throws AiopsError `config` where the last of them does not come; what `checkReached` throws
 */
export function selectSteps(
  steps: AsyncGenerator<ReadStep, undefined>,
  choice: StepChoice,
): AsyncGenerator<ReadStep, undefined> {
  const isAll = choice.fromMs === -Infinity && choice.toMs === Infinity && choice.afterMinuteMs === -Infinity;
  return isAll ? steps : selected(steps, choice);
}

async function* selected(
  steps: AsyncIterable<ReadStep>,
  { fromMs, toMs, lookBackFromMs, afterMinuteMs, checkReached, around }: StepChoice,
): AsyncGenerator<ReadStep, undefined> {
  let isAgain = afterMinuteMs !== -Infinity;
  let carried = NO_ACCOUNT;
  let last: ReadStep | null = null;
  let handedOut: ReadStep | null = null;
  for await (const step of steps) {
    last = step;
    const minuteMs = step.batch?.minuteMs ?? null;
    if (isAgain && minuteMs !== null && minuteMs > afterMinuteMs) throw noSuchMinute(afterMinuteMs);
    if (isAgain && minuteMs === afterMinuteMs) checkReached();
    if (!isAgain) carried = sum(carried, step);
    if (minuteMs !== null) note(around, minuteMs, { fromMs, toMs });
    if (minuteMs !== null && minuteMs >= toMs) {
      // Of minutes that the end of an input closed only the last says where it goes on.
      if (step.positions === null) continue;
      break;
    }
    const isLookBack = isAgain || (minuteMs !== null && minuteMs < fromMs);
    if (isLookBack) {
      if (minuteMs !== null && minuteMs >= lookBackFromMs) yield { ...step, ...NO_ACCOUNT, lookBack: true };
      if (carried.rejects.length >= MAX_CARRIED_REJECTS) {
        const { positions, isTail } = step;
        handedOut = step;
        yield { batch: null, lookBack: false, positions, isTail, ...carried };
        carried = NO_ACCOUNT;
      }
    } else {
      const account = carried;
      carried = NO_ACCOUNT;
      handedOut = step;
      yield { ...step, ...account };
    }
    if (minuteMs === afterMinuteMs) isAgain = false;
  }
  if (isAgain) throw noSuchMinute(afterMinuteMs);
  // Without a place after the last one, an input that was read to its end would not count as such.
  const hasNoPlace = handedOut !== null && handedOut !== last && handedOut.positions === null;
  if (last !== null && (hasNoPlace || !isEmpty(carried))) {
    const { positions, isTail } = last;
    yield { batch: null, lookBack: false, positions, isTail, ...carried };
  }
  return undefined;
}

function note(around: MinutesAround, minuteMs: number, { fromMs, toMs }: TimeRange): void {
  around.firstMs ??= minuteMs;
  if (minuteMs < fromMs) around.beforeMs = minuteMs;
  else if (minuteMs >= toMs) around.afterMs ??= minuteMs;
}

/** Only an input that cannot be looked up again comes so far; `compareInputs` tells of all others. */
function noSuchMinute(afterMinuteMs: number): AiopsError {
  const minute = new Date(afterMinuteMs).toISOString();
  return new AiopsError(
    'config',
    `the input no longer has the minute ${minute}, up to which this run read it`,
    {
      hint: 'give it the same input again; or begin anew with --restart, or with another --out',
    },
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
