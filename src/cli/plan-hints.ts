import { AiopsError } from '../core/errors.js';

/** Hints for `replay` that name flags which commands on a plan lack, and what leads to the same there. */
const REWORDED: readonly (readonly [string, string])[] = [
  ['start over with --restart', 'plan again with --restart'],
  ['name the new location with --out', 'name the new location'],
  ['choose another folder with --out', 'plan again with another --out'],
  ['choose another --out', 'plan again with another --out'],
  [
    'or allow more with --max-rejects',
    'or allow more: the same replay with a higher --max-rejects, without --engine, completes the run',
  ],
];

/** Runs a command on a plan, such that hints of its errors name flags of `plan` as such. */
export async function withPlanHints<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof AiopsError) || error.hint === undefined) throw error;
    const hint = REWORDED.reduce((text, [from, to]) => text.replaceAll(from, to), error.hint);
    throw new AiopsError(error.code, error.message, { hint, cause: error });
  }
}
