import type { RunCounts } from '../core/counts.js';
import type { Notice } from '../core/errors.js';
import { shellPath } from '../core/shell-word.js';
import { plural } from '../report/format.js';
import { errorTexts, type ReportedErrors } from '../replay/report/errors.js';
import { rejectTexts, type ReportedReject } from '../replay/report/rejects.js';

type FailureCounts = Pick<RunCounts, 'error' | 'rejected'>;

/** What ends a run with status 3. */
export interface Failures {
  readonly counts: FailureCounts;
  readonly rejects: readonly ReportedReject[];
  readonly errors?: ReportedErrors;
  /** Of `counts`, what only the run in the output folder can explain. */
  readonly earlier?: FailureCounts;
}

/** A warning for each thing that ended a run with status 3. */
export function failureNotices(
  { counts, rejects, errors, earlier = { error: 0, rejected: 0 } }: Failures,
  { rejectsAllowed, out }: { readonly rejectsAllowed: boolean; readonly out: string },
): Notice[] {
  const rejectedBefore = rejectsAllowed ? 0 : earlier.rejected;
  const failed = counts.error - earlier.error;
  const texts = [
    ...(rejectedBefore + earlier.error === 0 ? [] : [earlierText(rejectedBefore, earlier.error, out)]),
    ...(rejectsAllowed ? [] : rejectTexts(rejects)),
    ...(failed === 0 ? [] : errorTexts(errors ?? { listed: [], others: failed })),
  ];
  return texts.map((text) => ({ level: 'warning', text }));
}

function earlierText(rejected: number, error: number, out: string): string {
  const counted = [
    ...(rejected === 0 ? [] : [`${plural(rejected, 'record')} rejected`]),
    ...(error === 0 ? [] : [`${plural(error, 'item')} failed`]),
  ];
  return `${out} holds ${counted.join(' and ')}; aiops-serve status ${shellPath(out)} says why`;
}
