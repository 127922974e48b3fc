import { AiopsError } from '../../core/errors.js';
import type { OutOfOrder } from '../../read/minutes/out-of-order.js';

/** The error of a slice whose records are out of order: sorting is no setting that a plan can have. */
export function orderFault(error: OutOfOrder): AiopsError {
  const { isRepeated, graceIntervals, code, message } = error;
  if (isRepeated) return error;
  const grace =
    graceIntervals === null
      ? ''
      : `plan again with --grace ${graceIntervals} (intervals) and --restart if no record goes back further, or `;
  const hint = `${grace}replay it without slices: aiops-serve replay with --sort, and with --restart into the same folder`;
  return new AiopsError(code, message, { hint, cause: error });
}
