import { minuteRows, type MinuteRows } from '../core/block.js';
import { minuteErrors } from '../core/row-errors.js';
import type { RejectLimit } from '../core/counts.js';
import type { Incident } from '../core/incidents.js';
import type { ReadStep } from '../core/types.js';
import { EveryItemLost } from '../pool/actor-errors.js';
import type { Executors } from '../pool/executors.js';
import type { ServedBlock } from './served-block.js';
import type { RunTotals } from './totals.js';

/** The steps of a block that count. */
export interface TakenSteps {
  readonly taken: readonly ReadStep[];
  /** How many of them have a minute. */
  readonly minutes: number;
  /** Why the next step does not count, or why none may follow; null: all count. */
  readonly failure: { readonly error: unknown } | null;
}

export interface TakingParts {
  readonly totals: RunTotals;
  readonly incidents: Executors['incidents'];
  readonly maxRejects: RejectLimit | null;
}

/**
 * Counts steps and the rows of their minutes, one after another, up to the first that fails: a run ends at the same
 * step however many share a block.
 *
 * @param served the block of their minutes; null: they have none
 */
export function takeSteps(
  steps: readonly ReadStep[],
  served: Pick<ServedBlock, 'answers' | 'failure'> | null,
  parts: TakingParts,
): TakenSteps {
  let minutes = 0;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    try {
      takeStep(step, step.batch === null || served === null ? null : rowsOf(served, minutes), parts);
    } catch (error) {
      return { taken: steps.slice(0, i), minutes, failure: { error } };
    }
    if (step.batch !== null) minutes++;
    try {
      parts.totals.counters.checkRejects(parts.maxRejects, false);
    } catch (error) {
      return { taken: steps.slice(0, i + 1), minutes, failure: { error } };
    }
  }
  return { taken: steps, minutes, failure: null };
}

/** @throws why the minute cannot be answered */
function rowsOf({ answers, failure }: Pick<ServedBlock, 'answers' | 'failure'>, minute: number): TakenRows {
  if (failure !== null && minute >= answers.rowOffsets.length - 1) throw failure.error;
  return { ...minuteRows(answers, minute), errors: minuteErrors(answers, minute) };
}

interface TakenRows extends MinuteRows {
  readonly errors: ReturnType<typeof minuteErrors>;
}

function takeStep(
  step: ReadStep,
  rows: TakenRows | null,
  { totals, incidents }: Omit<TakingParts, 'maxRejects'>,
): void {
  if (step.batch !== null && rows !== null && !totals.losses.takes(rows.statuses)) {
    throw new EveryItemLost(lastLoss(incidents.take(step.batch.minuteMs)));
  }
  totals.addStep(step);
  if (step.batch !== null && rows !== null) totals.addMinute(step.batch, rows, rows.errors);
}

/** The last one in the order of minutes, whose parts actors answer in any order. */
function lastLoss(incidents: readonly Incident[]): string | null {
  const losses = incidents.filter(({ kind }) => kind === 'lost');
  return (
    losses.toSorted((a, b) => (a.minuteMs ?? -Infinity) - (b.minuteMs ?? -Infinity)).at(-1)?.reason ?? null
  );
}
