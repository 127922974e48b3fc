import { dirname, join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { checkFiles, entryOf } from './committed-ends.js';
import { linesWithin, NOTHING } from './committed-files.js';
import { NotPlainFile, type Files } from './files.js';
import type { CommittedEnds, JournalContents } from './journal.js';
import { cannotCreate } from './output-errors.js';
import { growingPaths, rejectsLabel, UNKNOWN_REPORTS, RESULTS_NAMES } from './output-paths.js';
import type { RejectsPlace } from './rejects-place.js';
import type { ResultsFormat } from './result-lines.js';

/** Where a run writes to: a folder or `-`, and where its rejects go, if not to the folder. */
interface Places {
  readonly out: string;
  readonly format: ResultsFormat;
  readonly rejectsFile: string | null;
  /** Whether rejects beside results on standard output are added to those of earlier runs. */
  readonly appendRejects?: boolean;
}

/**
 * Looks whether a run can begin or go on where it writes to, and changes nothing.
 *
 * @param prior what an earlier run in the folder left; null: nothing
 * @throws AiopsError `config`, `output_io`, `output_cannot_create`
 */
export async function checkPlaces(
  { out, format, rejectsFile, appendRejects = false }: Places,
  prior: JournalContents | null,
  {
    replace,
    rejectsPlace,
    files,
  }: { readonly replace: boolean; readonly rejectsPlace: RejectsPlace; readonly files: Files },
): Promise<void> {
  if (out === '-') {
    if (rejectsFile === null || rejectsPlace !== 'file') return;
    if (!replace && !appendRejects) await refuseFilled(rejectsFile, files);
    await checkRejectsPlace(rejectsFile, files);
    return;
  }
  const paths = growingPaths(out, format, rejectsFile);
  if (!replace && prior === null) {
    await refuseUnknown([...RESULTS_NAMES, ...UNKNOWN_REPORTS], out, files);
    await refuseUnknownRejects(paths.rejects, files);
  } else if (!replace && prior !== null) {
    refuseOtherRejects(prior, rejectsLabel(out, paths.rejects), out);
    if (prior.completion !== null) await checkFiles(paths, committed(prior), { isComplete: true, files });
  }
  await checkRejectsPlace(paths.rejects, files);
}

/**
 * Looks whether an earlier run's files still hold what it committed last.
 *
 * @throws AiopsError `output_io`; `config` where its rejects are in another file
 */
export async function checkCommitted(
  { out, format, rejectsFile }: Places,
  prior: JournalContents,
  files: Files,
): Promise<void> {
  const paths = growingPaths(out, format, rejectsFile);
  refuseOtherRejects(prior, rejectsLabel(out, paths.rejects), out);
  await checkFiles(paths, committed(prior), { isComplete: prior.completion !== null, files });
}

/** The lines of a file that an earlier run committed. @throws AiopsError `output_io` */
export async function* committedLines(
  { out, format, rejectsFile }: Places,
  prior: JournalContents | null,
  kind: 'timings' | 'results',
  files: Files,
): AsyncGenerator<string> {
  if (prior === null) return;
  yield* linesWithin(growingPaths(out, format, rejectsFile)[kind], committed(prior).lengths[kind], files);
}

function committed({ commits }: JournalContents): CommittedEnds {
  return commits.at(-1) ?? NOTHING;
}

/**
 * Keeps results and reports from being overwritten that no replay in this folder wrote: those of a benchmark, say.
 *
 * @throws AiopsError `config`
 */
async function refuseUnknown(names: readonly string[], folder: string, files: Files): Promise<void> {
  for (const name of names) {
    const path = join(folder, name);
    const entry = await entryOf(path, files);
    // An empty one is what a run leaves that was killed while it began.
    if (entry === null || entry.sizeBytes === 0) continue;
    const what = UNKNOWN_REPORTS.includes(name)
      ? `${path} exists, but no replay in this folder wrote it`
      : `${path} is there, but no journal says which run wrote it`;
    throw new AiopsError('config', what, {
      hint: 'choose another folder with --out, or have --restart replace it',
    });
  }
}

/**
 * Keeps a file from being overwritten that no run in the folder made for its rejects. Even an empty one may be that
 * of another run, which has rejected nothing yet.
 *
 * @throws AiopsError `config`
 */
async function refuseUnknownRejects(path: string, files: Files): Promise<void> {
  if ((await entryOf(path, files))?.kind !== 'file') return;
  throw new AiopsError('config', `${path} is there, and is not the rejects file of a run in this folder`, {
    hint: REPLACING,
  });
}

/**
 * Nothing tells which file is that of a run without a folder, so one with something in it is taken to be another's.
 *
 * @throws AiopsError `config`
 */
async function refuseFilled(path: string, files: Files): Promise<void> {
  const entry = await entryOf(path, files);
  if (entry?.kind !== 'file' || entry.sizeBytes === 0) return;
  throw new AiopsError('config', `${path} has something in it, which the rejects would replace`, {
    hint: REPLACING,
  });
}

const REPLACING =
  'remove it if nobody needs it, choose another file with --rejects, or have --restart replace it';

/**
 * Rejects that a run has kept do not move: the same name may be another file, in another working directory for
 * instance.
 *
 * @param now how a journal would name the file that is asked for
 * @throws AiopsError `config`
 */
function refuseOtherRejects({ rejects }: JournalContents, now: string, folder: string): void {
  if (rejects === now) return;
  throw new AiopsError('config', `the run in ${folder} keeps its rejects in ${rejects}, not in ${now}`, {
    hint: 'name that file with --rejects, choose another --out, or begin anew with --restart',
  });
}

/** Shows before anything is changed that a file for rejects could not be made. @throws AiopsError `output_cannot_create` */
async function checkRejectsPlace(path: string, files: Files): Promise<void> {
  const entry = await entryOf(path, files);
  if (entry?.kind === 'file') return;
  if (entry !== null) throw cannotCreate(path, new NotPlainFile());
  try {
    await files.mayMakeIn(dirname(path));
  } catch (cause) {
    throw cannotCreate(path, cause);
  }
}
