import { joinAnswers, type AnswersPart } from '../core/answers.js';
import { cutMinutes, type Answers, type Block } from '../core/block.js';
import { LossStreak } from '../core/loss-streak.js';
import type { Quarantines } from '../core/quarantines.js';
import type { BlockRun } from '../core/executor.js';
import type { BlockTiming } from '../core/types.js';

/** A block that was dispatched to actors. */
export interface DispatchedBlock {
  readonly block: Block;
  readonly run: Promise<BlockRun>;
  /** Serves it once more, or some of its minutes. */
  readonly again: (block: Block) => Promise<BlockRun>;
  /** Whether it is a minute that nothing else was under way with. */
  readonly isAlone: boolean;
  /** When its first minute was to begin, on the clock of its timing; null: it had no schedule. */
  readonly dueAtMs: number | null;
}

/** A block and its answers, in its turn. */
export interface ServedBlock extends Pick<DispatchedBlock, 'block' | 'isAlone' | 'dueAtMs'> {
  /** To its minutes, up to the first that cannot be answered. */
  readonly answers: Answers;
  readonly timing: BlockTiming;
  /** Why the next minute cannot be answered; null: all are. */
  readonly failure: { readonly error: unknown } | null;
}

/**
 * The answers to a block in its turn. What earlier blocks found counts in this one as well, even if it was answered
 * before: so results don't depend on how many are under way. Where the block as a whole can't be answered, its minutes
 * are served one by one: so they don't depend on its length either.
 *
 * @param known how many quarantines there were when the block was dispatched
 * @param losses those of the minutes before; not changed
 * @throws what serving rejects with, where not even the first minute can be answered
 */
export async function servedInTurn(
  { block, run, again, isAlone, dueAtMs }: DispatchedBlock,
  quarantines: Quarantines,
  known: number,
  losses: Pick<LossStreak, 'length'>,
): Promise<ServedBlock> {
  const about = { block, isAlone, dueAtMs };
  try {
    let answered = await run;
    while (quarantines.affects(block, known)) {
      known = quarantines.added;
      answered = await again(block);
    }
    return { ...about, ...answered, failure: null };
  } catch (error) {
    if (block.minutesMs.length === 1) throw error;
    return { ...about, ...(await minuteByMinute(block, again, new LossStreak(losses.length))) };
  }
}

/** @param streak ends the serving at the minute that makes it too long, which the answers still have */
async function minuteByMinute(
  block: Block,
  serve: (minute: Block) => Promise<BlockRun>,
  streak: LossStreak,
): Promise<Omit<ServedBlock, 'block' | 'isAlone' | 'dueAtMs'>> {
  const minutes = block.minutesMs.length;
  const parts: AnswersPart[] = [];
  const timings: BlockTiming[] = [];
  let failure: ServedBlock['failure'] = null;
  for (let minute = 0; minute < minutes && failure === null; minute++) {
    try {
      const { answers, timing } = await serve(cutMinutes(block, { start: minute, end: minute + 1 }));
      parts.push({ answers, firstMinute: minute });
      timings.push(timing);
      if (!streak.takes(answers.statuses)) break;
    } catch (error) {
      if (minute === 0) throw error;
      failure = { error };
    }
  }
  return { answers: joinAnswers(parts.length, parts), timing: sumOf(timings), failure };
}

/** @param timings of at least one minute, served one after another */
function sumOf(timings: readonly BlockTiming[]): BlockTiming {
  const total = (of: (timing: BlockTiming) => number): number =>
    timings.reduce((sum, timing) => sum + of(timing), 0);
  return {
    minutes: timings.length,
    items: total(({ items }) => items),
    startedAtMs: timings[0]!.startedAtMs,
    endedAtMs: timings[timings.length - 1]!.endedAtMs,
    wallMs: total(({ wallMs }) => wallMs),
    gatherMs: total(({ gatherMs }) => gatherMs),
    chunks: timings.flatMap(({ chunks }) => chunks),
  };
}
