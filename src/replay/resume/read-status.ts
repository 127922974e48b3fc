import { basename, dirname, join } from 'node:path';

import { AiopsError } from '../../core/errors.js';
import type { InputPosition } from '../../core/input-position.js';
import { METRICS_FORMATS, metricsFiles } from '../../core/metric-files.js';
import { isoTime } from '../../core/time.js';
import type { RunStatus, StatusProgress, StatusTiming } from './status-report.js';
import { inspectFiles, type DamagedFile } from '../../output/check-committed.js';
import { isErrno, nodeFiles, type Files } from '../../output/files.js';
import { journalPath, readJournal, type JournalContents } from '../../output/journal.js';
import { pathsOf, REJECTS_NAME, resultsName } from '../../output/output-paths.js';
import { readHolder } from '../../output/lock-file.js';
import { holderState, thisHolder, type LockHolder } from '../../output/lock-holder.js';
import { reportedErrors } from '../report/errors.js';
import { reportedRejects } from '../report/rejects.js';
import { previousJournal } from './previous-journal.js';
import { writtenSummary } from './read-summary.js';
import type { RunCompletion, RunFacts, RunProgress } from './run-facts.js';

/** A run of which nothing is written yet. */
interface Planned {
  readonly facts: RunFacts;
  /** Whether it replaces the run in the folder. */
  readonly isReplacing: boolean;
}

/**
 * What the journal in a folder says about its run, and whether a process is at work on it. Takes no lock and changes
 * nothing, so it may be called at any time.
 *
 * @param planned what its journal will begin with, where there is none yet, or one of a run that is replaced
 * @throws AiopsError `input_missing` where there is no journal, or this user may not read the run; `config` where it is
 * not a journal of this program, `output_io`
 */
export async function runStatus(
  folder: string,
  files: Files = nodeFiles,
  planned: Planned | null = null,
): Promise<RunStatus> {
  try {
    return await readStatus(folder, files, planned);
  } catch (error) {
    if (!(error instanceof AiopsError) || !isErrno(error.cause, 'EACCES', 'EPERM')) throw error;
    const { message, hint, cause } = error;
    throw new AiopsError('input_missing', message, { ...(hint === undefined ? {} : { hint }), cause });
  }
}

async function readStatus(folder: string, files: Files, planned: Planned | null): Promise<RunStatus> {
  // First, so that a run which ends while we look is reported as running, not as killed.
  const held = await folderHolder(folder, files);
  const found = planned?.isReplacing === true ? null : await readJournal(folder, files);
  if (found === null && planned === null) throw await noRun(folder, files);
  const journal = found ?? emptyJournal(planned?.facts ?? null);
  const previous = previousJournal(folder, journal);
  const { facts, completion } = previous;
  const { program, startedAt, settings, recording, model, input, backend } = facts;
  return {
    folder,
    state: found === null && held === null ? 'planned' : stateOf(held, completion !== null),
    holder: held === null ? null : shownHolder(held.holder),
    program,
    startedAt,
    resumed: journal.resumed,
    settings,
    inputs: recording.files.map(({ plan }, index) => plan?.file ?? `input ${index + 1}`),
    isLive: recording.isLive,
    layout: recording.layout,
    columns: recording.columns,
    intervalMs: recording.intervalMs,
    model: { ...model, ...input },
    backend,
    progress: progressOf(previous.lastCommit(), facts),
    completedAt: completion?.at ?? null,
    timing: await timingOf(folder, completion),
    results: journal.results,
    ...(journal.metrics.length === 0 ? {} : { metrics: journal.metrics }),
    damaged: await damagedFiles(folder, journal, files),
  };
}

function emptyJournal(facts: RunFacts | null): JournalContents {
  const asked = facts?.settings['--results-format'];
  const metrics = metricsFiles(METRICS_FORMATS.find((format) => format === asked));
  const own = { results: resultsName(asked === 'csv' ? 'csv' : 'jsonl'), rejects: REJECTS_NAME, metrics };
  return { facts, ...own, replaced: [], commits: [], completion: null, resumed: 0 };
}

/** If the name of an input was given, hints at the folder that a replay of it writes to by default. */
async function noRun(folder: string, files: Files): Promise<AiopsError> {
  let hint = 'name the output folder of a replay, the one that --out gave it (default: INPUT.aiops)';
  for (const meant of [`${basename(folder)}.aiops`, join(dirname(folder), `${basename(folder)}.aiops`)]) {
    const journal = await files.entry(journalPath(meant)).catch(() => null);
    if (journal?.kind !== 'file') continue;
    hint = `there is one in ${meant}: aiops-serve status ${meant}`;
    break;
  }
  return new AiopsError('input_missing', `there is no run in ${folder}: it has no journal.jsonl`, { hint });
}

async function timingOf(folder: string, completion: RunCompletion | null): Promise<StatusTiming | null> {
  const summary = completion === null ? null : await writtenSummary(folder, completion);
  if (summary === null) return null;
  const { counts, execution, elapsedMs, comparingMs, usage, throughput, deadlineMs, blocks, minutes } =
    summary;
  return { counts, execution, elapsedMs, comparingMs, usage, throughput, deadlineMs, blocks, minutes };
}

async function damagedFiles(
  folder: string,
  journal: JournalContents,
  files: Files,
): Promise<readonly DamagedFile[]> {
  const last = journal.commits.at(-1);
  if (last === undefined) return [];
  const state = journal.completion === null ? 'open' : 'complete';
  return (await inspectFiles(pathsOf(folder, journal), last, { state, files })).damaged;
}

type Held = { readonly holder: LockHolder; readonly state: Awaited<ReturnType<typeof holderState>> };

async function folderHolder(folder: string, files: Files): Promise<Held | null> {
  const holder = await readHolder(folder, files);
  return holder === null ? null : { holder, state: await holderState(holder, await thisHolder()) };
}

function stateOf(held: Held | null, isComplete: boolean): RunStatus['state'] {
  switch (held?.state) {
    case 'running':
    case 'stopped':
      return held.state;
    case 'unseen':
      return isComplete ? 'complete' : 'held';
    case 'dead':
      return isComplete ? 'complete' : 'killed';
    case undefined:
      return isComplete ? 'complete' : 'ended';
  }
}

function shownHolder({ pid, host, since }: LockHolder): RunStatus['holder'] {
  return { pid, host, since };
}

function progressOf(last: RunProgress | null, { recording }: RunFacts): StatusProgress | null {
  if (last === null) return null;
  return {
    committedAt: last.at,
    firstMinute: last.firstMinuteMs === null ? null : isoTime(last.firstMinuteMs),
    lastMinute: last.minuteMs === null ? null : isoTime(last.minuteMs),
    counts: last.counts,
    rejects: reportedRejects(last.rejects),
    errors: reportedErrors(last.errors ?? [], last.counts),
    inputShare: last.ended ? 1 : shareOf(last.positions, recording),
    incidents: last.incidents,
    quarantines: last.quarantines.filter(({ untilMs }) => untilMs > (last.minuteMs ?? -Infinity)),
  };
}

/**
 * By bytes, of the sizes that the files had; null where one of them has no size, or is packed and not read to its end.
 */
function shareOf(
  positions: readonly InputPosition[],
  { files }: RunFacts['recording'],
): StatusProgress['inputShare'] {
  let doneBytes = 0;
  let totalBytes = 0;
  for (const [index, { identity, isPacked }] of files.entries()) {
    const position = positions[index];
    if (identity === null || position === undefined) return null;
    if (position !== 'end' && (isPacked || position.byteOffset > identity.sizeBytes)) return null;
    doneBytes += position === 'end' ? identity.sizeBytes : position.byteOffset;
    totalBytes += identity.sizeBytes;
  }
  return totalBytes === 0 ? null : doneBytes / totalBytes;
}
