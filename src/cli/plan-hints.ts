import { AiopsError, type Remedies } from '../core/errors.js';

/** Of `slice` and `merge`, whose folder, settings and limits are those of their plan. */
const PLAN_REMEDIES: Remedies = {
  startOver: 'plan again with --restart',
  anotherFolder: 'plan again with another --out',
  newLocation: 'name the new location',
  allowMore: 'allow more: the same replay with a higher --max-rejects, without --engine, completes the run',
};

/** Runs a command on a plan, whose errors then say what to do about the plan. */
export async function withPlanHints<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof AiopsError)) throw error;
    throw new AiopsError(error.code, error.message, { hint: error.hintWith(PLAN_REMEDIES), cause: error });
  }
}
