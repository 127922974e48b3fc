import type { Notice } from '../../core/errors.js';
import { joinedAwaited, type AwaitedTally } from './awaited-columns.js';
import { joinedLate, lateNotice, type LateField } from './plan.js';
import type { ReadRules } from './records.js';

/** What records hold in columns without a value in the sample. */
export interface ColumnsSeen {
  readonly late: readonly LateField[];
  readonly awaited: AwaitedTally;
}

/** Of two parts of a recording, the second of which comes after the first. */
export function joinedColumns(before: ColumnsSeen, after: ColumnsSeen): ColumnsSeen {
  const late = joinedLate(before.late, after.late);
  return { late, awaited: joinedAwaited(before.awaited, after.awaited) };
}

type Counting = Pick<ReadRules, 'late' | 'awaited'>;

export function columnsSeen({ late, awaited }: Counting): ColumnsSeen {
  return { late: late.found(), awaited: awaited.tally() };
}

export function columnNotices({ late, awaited }: Counting): Notice[] {
  return [...late.found().map(lateNotice), ...awaited.notices()];
}
