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
  let emitted: ReadStep | null = null;
  for await (const step of steps) {
    last = step;
    const minuteMs = step.batch?.minuteMs ?? null;
    if (isAgain && minuteMs !== null && minuteMs > afterMinuteMs) throw noSuchMinute(afterMinuteMs);
    if (isAgain && minuteMs === afterMinuteMs) checkReached();
    if (!isAgain) carried = sum(carried, step);
    if (minuteMs !== null) note(around, minuteMs, { fromMs, toMs });
    if (minuteMs !== null && minuteMs >= toMs) {
      // Of the minutes that the end of an input closed, only the last has a position.
      if (step.positions === null) continue;
      break;
    }
    const isLookBack = isAgain || (minuteMs !== null && minuteMs < fromMs);
    if (isLookBack) {
      if (minuteMs !== null && minuteMs >= lookBackFromMs) yield { ...step, ...NO_ACCOUNT, lookBack: true };
      if (carried.rejects.length >= MAX_CARRIED_REJECTS) {
        const { positions, isTail } = step;
        emitted = step;
        yield { batch: null, lookBack: false, positions, isTail, ...carried };
        carried = NO_ACCOUNT;
      }
    } else {
      const account = carried;
      carried = NO_ACCOUNT;
      emitted = step;
      yield { ...step, ...account };
    }
    if (minuteMs === afterMinuteMs) isAgain = false;
  }
  if (isAgain) throw noSuchMinute(afterMinuteMs);
  // Without a position after the last step, an input that was read to its end would not count as such.
  const lacksPosition = emitted !== null && emitted !== last && emitted.positions === null;
  if (last !== null && (lacksPosition || !isEmpty(carried))) {
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
