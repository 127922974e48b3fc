import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';

import type { ActorCount } from '../../core/actor-count.js';
import type { RunCounts } from '../../core/counts.js';
import { makeFolder } from '../../output/durable-files.js';
import { isErrno, nodeFiles } from '../../output/files.js';
import { readJournal } from '../../output/journal.js';
import { cannotWrite } from '../../output/output-errors.js';
import { OutOfOrder } from '../../read/minutes/out-of-order.js';
import { replay } from '../../replay/replay.js';
import type { ReplayConfig } from '../../replay/replay-config.js';
import type { ReplayContext } from '../../replay/replay-context.js';
import { previousJournal } from '../../replay/resume/previous-journal.js';
import { isOfPlan } from '../merge/run-of-plan.js';
import {
  NOTHING_OPEN,
  partCompletion,
  partFacts,
  sliceStart,
  type PartFacts,
  type SliceStart,
} from '../part.js';
import {
  configOf,
  plannedByAnother,
  readPlan,
  sliceOf,
  type SealedPlan,
  type Slice,
} from '../plan/plan-file.js';
import { partName, partOfName, partsFolder, startPath, unfinishedPart } from '../run-layout.js';
import { orderFault } from './order-fault.js';
import { SliceRun } from './slice-run.js';

export interface SliceRequest {
  /** Of a `plan.json`, which is in the folder of the run. */
  readonly planPath: string;
  /** From 1. */
  readonly number: number;
  /** Null: as in the plan. */
  readonly actors: ActorCount | null;
}

export type SliceOutcome =
  | { readonly kind: 'complete'; readonly folder: string; readonly counts: RunCounts }
  /** Its part is complete already, or merged. */
  | { readonly kind: 'done-before'; readonly what: 'complete' | 'merged' }
  /** A signal ended it, and nothing is left of it. */
  | { readonly kind: 'interrupted' };

const MERGED_BEFORE: SliceOutcome = { kind: 'done-before', what: 'merged' };

export type SliceContext = Omit<ReplayContext, 'stdin' | 'stdout'>;

/**
 * Replays a slice into a part of its own, which gets its name once it is complete.
 *
 * @throws AiopsError as `replay`, `config` too where inputs, model or machine are not those of the plan
 */
export async function runSlice(request: SliceRequest, context: SliceContext): Promise<SliceOutcome> {
  const { planPath, number, actors } = request;
  const plan = await readPlan(planPath);
  const slice = sliceOf(plan, number);
  const run = dirname(planPath);
  const start = await readStart(run, plan, slice);
  const done = await doneBefore(run, plan, slice, start);
  if (done !== null) return { kind: 'done-before', what: done };

  const name = randomBytes(6).toString('hex');
  const folder = unfinishedPart(run, number, name);
  const attempt = { plan, slice, name, open: start.open };
  const config = partConfig(configOf(plan), folder, { number, actors });
  const how = { stdin: Readable.from([]), stdout: process.stdout, onNotice: exceptPlanned(plan, context) };
  await makeFolder(partsFolder(run));
  try {
    const outcome = await replay(
      config,
      { ...context, ...how },
      async (asked) => new SliceRun(asked, attempt),
    );
    if (outcome.kind !== 'complete') return { kind: 'interrupted' };
    if (await isMerged(run, plan, slice)) return MERGED_BEFORE;
    await refuseReplaced(planPath, plan);
    const complete = join(partsFolder(run), partName(number, name));
    await publish(folder, complete);
    return { kind: 'complete', folder: complete, counts: outcome.summary.counts };
  } catch (error) {
    // The merge has removed the folder of an attempt that came too late.
    if (await isMerged(run, plan, slice)) return MERGED_BEFORE;
    await refuseReplaced(planPath, plan);
    throw error instanceof OutOfOrder ? orderFault(error) : error;
  } finally {
    // What cannot be removed is, as after a kill, once the slice is merged.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Passes on notices that the plan does not have: the merge gives those. */
function exceptPlanned(
  { notices }: SealedPlan,
  { onNotice }: Pick<SliceContext, 'onNotice'>,
): SliceContext['onNotice'] {
  const planned = new Set(notices.map(({ text }) => text));
  return (notice) => {
    if (!planned.has(notice.text)) onNotice(notice);
  };
}

/** How a part differs from the run: it keeps everything in its folder, and is not judged. */
function partConfig(
  config: ReplayConfig,
  out: string,
  { number, actors }: Pick<SliceRequest, 'number' | 'actors'>,
): ReplayConfig {
  return {
    ...config,
    actors: actors ?? config.actors,
    compare: number === 1 ? config.compare : 'none',
    output: { ...config.output, out, rejectsFile: null, trace: false, isPart: true },
    backfill: { ...config.backfill, restart: false, breakLock: false, commitIntervalMs: PART_COMMIT_MS },
    maxRejects: null,
    gates: [],
  };
}

/** A part is never resumed, so it commits only now and then. */
const PART_COMMIT_MS = 60_000;

async function publish(folder: string, complete: string): Promise<void> {
  try {
    await nodeFiles.syncFolder(folder);
    await rename(folder, complete);
    await nodeFiles.syncFolder(dirname(complete));
  } catch (cause) {
    throw cannotWrite(complete, cause);
  }
}

/** A plan that replaces another one removes the parts of that. @throws AiopsError `output_locked` */
async function refuseReplaced(planPath: string, { sha256 }: SealedPlan): Promise<void> {
  const now = await readPlan(planPath).catch(() => null);
  if (now !== null && now.sha256 !== sha256) throw plannedByAnother(dirname(planPath));
}

/** How the slice must start, as far as the merge has found out. */
async function readStart(run: string, plan: SealedPlan, { number }: Slice): Promise<SliceStart> {
  const none = { plan: plan.sha256, open: NOTHING_OPEN };
  try {
    const start = sliceStart(JSON.parse(await readFile(startPath(run, number), 'utf8')));
    return start.plan === plan.sha256 ? start : none;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return none;
    throw error;
  }
}

async function doneBefore(
  run: string,
  plan: SealedPlan,
  slice: Slice,
  start: SliceStart,
): Promise<'complete' | 'merged' | null> {
  if (await isMerged(run, plan, slice)) return 'merged';
  for (const name of await readdir(partsFolder(run)).catch(() => [])) {
    if (partOfName(name)?.slice !== slice.number) continue;
    const facts = await completePart(join(partsFolder(run), name));
    if (facts?.part.plan !== plan.sha256) continue;
    if (isDeepStrictEqual(facts.part.open, start.open)) return 'complete';
  }
  return null;
}

async function isMerged(run: string, plan: SealedPlan, { until }: Slice): Promise<boolean> {
  const contents = await readJournal(run);
  const journal = contents === null ? null : previousJournal(run, contents);
  if (contents === null || journal === null || !isOfPlan(contents, journal.facts, plan)) return false;
  const { ended = false, minuteMs = null } = journal.lastCommit() ?? {};
  return ended || (until !== null && minuteMs !== null && minuteMs >= until.minuteMs);
}

/** Null: it is not complete, or not readable. */
async function completePart(folder: string): Promise<PartFacts | null> {
  try {
    const journal = await readJournal(folder);
    if (journal === null || journal.completion === null) return null;
    partCompletion(journal.metrics)(journal.completion);
    return partFacts(journal.facts);
  } catch {
    return null;
  }
}
