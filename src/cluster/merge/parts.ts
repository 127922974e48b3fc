import { dirname, join } from 'node:path';

import { isErrno, type Files } from '../../output/files.js';
import { readJournal } from '../../output/journal.js';
import { cannotRead, cannotWrite } from '../../output/output-errors.js';
import { partFacts } from '../part.js';
import type { SealedPlan } from '../plan/plan-file.js';
import { partOfName, partsFolder, slicesOfLabels } from '../run-layout.js';

const ASIDE = '.bad';
/** Of another plan, so it was no attempt at a slice of this one. */
const OTHER = '.other';

/** A complete attempt at a slice. */
export interface Attempt {
  readonly slice: number;
  /** Its folder. */
  readonly path: string;
}

/** The attempts at a slice that are complete. */
export interface Attempts {
  /** In the order of their names. */
  readonly good: readonly Attempt[];
  /** How many were set aside. */
  readonly aside: number;
}

export const NO_ATTEMPTS: Attempts = { good: [], aside: 0 };

/** The complete attempts of a run, by slice. @throws AiopsError `output_io` */
export async function completeParts(run: string, files: Files): Promise<ReadonlyMap<number, Attempts>> {
  const folder = partsFolder(run);
  const bySlice = new Map<number, Attempts>();
  for (const name of (await namesIn(folder, files)).sort()) {
    const isAside = name.endsWith(ASIDE);
    const slice = partOfName(isAside ? name.slice(0, -ASIDE.length) : name)?.slice;
    if (slice === undefined) continue;
    const { good, aside } = bySlice.get(slice) ?? NO_ATTEMPTS;
    const attempts = isAside
      ? { good, aside: aside + 1 }
      : { good: [...good, { slice, path: join(folder, name) }], aside };
    bySlice.set(slice, attempts);
  }
  return bySlice;
}

/** The attempts that were made for another plan, as far as their journals can be read. */
export async function ofOtherPlans(
  attempts: Iterable<Attempts>,
  plan: Pick<SealedPlan, 'sha256'>,
  files: Files,
): Promise<Attempt[]> {
  const others: Attempt[] = [];
  for (const attempt of [...attempts].flatMap(({ good }) => good)) {
    const madeFor = await planOf(attempt, files);
    if (madeFor !== null && madeFor !== plan.sha256) others.push(attempt);
  }
  return others;
}

/** Null: its journal is damaged or missing. */
async function planOf({ path }: Attempt, files: Files): Promise<string | null> {
  try {
    const journal = await readJournal(path, files);
    return journal === null ? null : partFacts(journal.facts).part.plan;
  } catch {
    return null;
  }
}

/** Renames an attempt so that it still counts as one, but not as complete. @throws AiopsError `output_io` */
export async function setAside(attempt: Attempt, files: Files): Promise<void> {
  await renameWith(ASIDE, attempt, files);
}

/** Renames an attempt for another plan so that it no longer counts. @throws AiopsError `output_io` */
export async function setOtherAside(attempt: Attempt, files: Files): Promise<void> {
  await renameWith(OTHER, attempt, files);
}

async function renameWith(suffix: string, { path }: Attempt, files: Files): Promise<void> {
  const aside = `${path}${suffix}`;
  await removeTree(aside, files); // an attempt of the same name that was set aside before
  try {
    await files.rename(path, aside);
    await files.syncFolder(dirname(path));
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/**
 * Removes what slices left behind that are merged: parts, those set aside, those not complete, what their starts were,
 * and their labels except for those of the last commit. An attempt that another process still writes is of no
 * use any more; it ends once it finds its folder gone.
 *
 * @param merged the number of merged slices; infinite: nothing is needed any more
 * @throws AiopsError `output_io`
 */
export async function removeMerged(run: string, merged: number, files: Files): Promise<void> {
  const folder = partsFolder(run);
  for (const name of await namesIn(folder, files)) {
    const slice = Number(/^\.?(\d+)\./.exec(name)?.[1] ?? NaN);
    const labels = slicesOfLabels(name);
    if (slice <= merged || (labels !== null && labels !== merged))
      await removeTree(join(folder, name), files);
  }
}

/** Removes the folder of parts if nothing is left in it. Never throws. */
export async function removeEmptyParts(run: string, files: Files): Promise<void> {
  await files.removeFolder(partsFolder(run)).catch(() => undefined);
}

/** Removes a file or a folder with all that is in it; a missing one is no error. @throws AiopsError `output_io` */
async function removeTree(path: string, files: Files): Promise<void> {
  try {
    const entry = await files.entry(path);
    if (entry?.kind === 'folder') {
      for (const name of await files.list(path)) await removeTree(join(path, name), files);
      await files.removeFolder(path);
    } else {
      await files.remove(path);
    }
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return; // another process was faster
    if (isErrno(cause, 'ENOTEMPTY', 'EEXIST')) return; // another process still writes there; the next merge removes it
    throw cannotWrite(path, cause);
  }
}

async function namesIn(folder: string, files: Files): Promise<string[]> {
  try {
    return await files.list(folder);
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return [];
    throw cannotRead(folder, cause);
  }
}
