import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import type { RejectLimit, RunCounts } from '../../core/counts.js';
import { AiopsError } from '../../core/errors.js';
import { sleep } from '../../core/timer.js';
import { makeFolder, writeWhole } from '../../output/durable-files.js';
import { isErrno, nodeFiles, type Files } from '../../output/files.js';
import { AwaitedColumns } from '../../read/lines/awaited-columns.js';
import { plural } from '../../report/format.js';
import type { ReplayConfig } from '../../replay/replay-config.js';
import type { ReplayContext, ReplayOutcome } from '../../replay/replay-context.js';
import { reportRun } from '../../replay/report-run.js';
import type { RunSummary } from '../../replay/report/run-summary.js';
import { checkCommittedRejects, judgeAgain } from '../../replay/resume/complete-run.js';
import { writtenSummary } from '../../replay/resume/read-summary.js';
import type { RunProgress } from '../../replay/resume/run-facts.js';
import { NOTHING_OPEN, type LeftOpen, type SliceStart } from '../part.js';
import { asGiven, plannedByAnother, readPlan, type SealedPlan, type Slice } from '../plan/plan-file.js';
import { hasPlan, partsFolder, planPath, startPath } from '../run-layout.js';
import { checkPart } from './check-part.js';
import { findingsNotices } from './findings.js';
import { anotherRun, MergedRun } from './merged-run.js';
import {
  completeParts,
  NO_ATTEMPTS,
  ofOtherPlans,
  removeEmptyParts,
  removeMerged,
  setAside,
  setOtherAside,
  type Attempts,
} from './parts.js';
import { sharesNotice } from './shares.js';

/** How far a merge is. */
export interface MergeStep {
  /** Slices merged. */
  readonly merged: number;
  readonly slices: number;
  readonly counts: RunCounts | null;
}

export interface MergeContext extends Pick<
  ReplayContext,
  'stdin' | 'signal' | 'graceOver' | 'onNotice' | 'onActorLine'
> {
  /** Called at the start and after every slice. */
  readonly onMerged: (step: MergeStep) => void;
  readonly files?: Files;
}

export interface MergeOptions {
  /** Wait for slices that are not complete yet. */
  readonly follow: boolean;
  /** The limit on rejects is the plan's: a run that a replay has completed since is judged by that of the replay. */
  readonly isPlans?: boolean;
  /** This command has printed the plan's notices, since it made the plan. */
  readonly isOpeningShown?: boolean;
}

/** The limit on rejects that a run was completed with. */
export function limitOf({ settings }: RunSummary): RejectLimit | null {
  return (settings as Partial<Pick<ReplayConfig, 'maxRejects'>>).maxRejects ?? null;
}

export type MergeOutcome =
  | ReplayOutcome
  /** Slices are missing, by their numbers. */
  | { readonly kind: 'incomplete'; readonly missing: readonly number[] };

/** How often to look for parts, ms. */
const POLL_MS = 200;

/**
 * Joins the parts of a plan's slices to one run, in order, and reports on it once all are there. Each slice is one
 * commit, so this may be killed and started again at any time, also while slices are running.
 *
 * @throws AiopsError `output_locked` while another merge is at work, or where another command has replaced the plan;
 *   `config` where the folder holds another run; `reject_limit`, `input_unusable` as a replay does;
 *   `output_cannot_create`, `output_io`
 */
export async function merge(
  plan: SealedPlan,
  config: ReplayConfig,
  options: MergeOptions,
  context: MergeContext,
): Promise<MergeOutcome> {
  await using run = await MergedRun.open(plan, config, context);
  const { out } = config.output;
  // Plans are written under the lock that is held now.
  if (hasPlan(out) && (await readPlan(planPath(out))).sha256 !== plan.sha256) throw plannedByAnother(out);
  return await new Merge(plan, config, run, context).outcome(options);
}

class Merge {
  readonly #plan: SealedPlan;
  readonly #config: ReplayConfig;
  readonly #run: MergedRun;
  readonly #context: MergeContext;
  readonly #folder: string;
  readonly #files: Files;
  #startWritten: string | null = null;

  constructor(plan: SealedPlan, config: ReplayConfig, run: MergedRun, context: MergeContext) {
    this.#plan = plan;
    this.#config = config;
    this.#run = run;
    this.#context = context;
    this.#folder = config.output.out;
    this.#files = context.files ?? nodeFiles;
  }

  async outcome(options: MergeOptions): Promise<MergeOutcome> {
    const { signal } = this.#context;
    const { slices } = this.#plan;
    const merged = this.#run.shares;
    const done = await this.#doneBefore(options);
    if (done !== null) return done;
    // A kill may have come between commit and removal, or a part after the slice was merged.
    await removeMerged(this.#folder, merged.slice, this.#files);
    await this.#setOthersAside((await completeParts(this.#folder, this.#files)).values());
    this.#report();
    for (let slice = slices[merged.slice]; slice !== undefined; slice = slices[this.#run.shares.slice]) {
      if (signal.aborted) return this.#interrupted();
      if (this.#run.progress !== null) checkCommittedRejects(this.#run.progress, this.#config.maxRejects);
      if (await this.#appendOne(slice)) continue;
      if (options.follow) await sleep(POLL_MS, signal);
      else return { kind: 'incomplete', missing: await this.#missing() };
    }
    return this.#complete(options);
  }

  /** Null: something is left to do, even if that is only a `timing.json` that got lost. */
  async #doneBefore({ isPlans = false }: MergeOptions): Promise<MergeOutcome | null> {
    const { completion, progress, output } = this.#run;
    if (completion === null || progress === null) return null;
    const summary = await writtenSummary(this.#folder, completion, this.#files);
    if (summary === null && this.#run.isReplayed) throw anotherRun(this.#folder);
    if (summary === null) return null;
    await this.#removeLeft();
    const asked = isPlans ? { ...this.#config, maxRejects: limitOf(summary) } : this.#config;
    const found = { summary, last: progress };
    const judged = await judgeAgain(asked, output, found, this.#context.onNotice);
    return { kind: 'done-before', summary: judged };
  }

  /** A complete run may be read-only. */
  async #removeLeft(): Promise<void> {
    try {
      await removeMerged(this.#folder, Infinity, this.#files);
    } catch (error) {
      if (error instanceof AiopsError && isErrno(error.cause, 'EROFS', 'EACCES', 'EPERM')) return;
      throw error;
    }
    await removeEmptyParts(this.#folder, this.#files);
  }

  /** Appends a slice if an attempt at it is complete and good. */
  async #appendOne(slice: Slice): Promise<boolean> {
    const { good, aside } = await this.#attemptsAt(slice);
    const open = openAfter(this.#run.progress);
    for (const attempt of good) {
      const part = await checkPart(attempt, { plan: this.#plan, slice, open }, this.#files);
      if (!('why' in part)) {
        await this.#run.append(slice, part, good.length + aside);
        this.#report(); // before its parts go
        await removeMerged(this.#folder, slice.number, this.#files);
        return true;
      }
      await setAside(attempt, this.#files);
      const text = `set aside ${attempt.path}, so slice ${slice.number} must run again: ${part.why}`;
      this.#context.onNotice({ level: 'warning', text });
    }
    if (!isDeepStrictEqual(open, NOTHING_OPEN)) await this.#writeStart(slice, open);
    return false;
  }

  async #attemptsAt({ number }: Slice): Promise<Attempts> {
    const parts = await completeParts(this.#folder, this.#files);
    const attempts = parts.get(number) ?? NO_ATTEMPTS;
    const others = await this.#setOthersAside([attempts]);
    return { ...attempts, good: attempts.good.filter(({ path }) => !others.has(path)) };
  }

  /** Sets aside what slices of another plan left, or still wrote after the folder was planned again; returns paths. */
  async #setOthersAside(attempts: Iterable<Attempts>): Promise<ReadonlySet<string>> {
    const others = await ofOtherPlans(attempts, this.#plan, this.#files);
    for (const attempt of others) await setOtherAside(attempt, this.#files);
    if (others.length > 0) {
      const names = others.map(({ path }) => basename(path)).join(', ');
      const text = `set aside ${plural(others.length, 'part')} of another plan: ${names}`;
      this.#context.onNotice({ level: 'warning', text });
    }
    return new Set(others.map(({ path }) => path));
  }

  /** Attempts at the slice that begin from now on assume what the run has there. */
  async #writeStart({ number }: Slice, open: LeftOpen): Promise<void> {
    const path = startPath(this.#folder, number);
    if (this.#startWritten === path) return;
    const start: SliceStart = { plan: this.#plan.sha256, open };
    await makeFolder(partsFolder(this.#folder), this.#files);
    await writeWhole(path, `${JSON.stringify(start)}\n`, this.#files);
    this.#startWritten = path;
  }

  async #missing(): Promise<number[]> {
    const parts = await completeParts(this.#folder, this.#files);
    const rest = this.#plan.slices.slice(this.#run.shares.slice).map(({ number }) => number);
    return rest.filter((number) => (parts.get(number) ?? NO_ATTEMPTS).good.length === 0);
  }

  async #complete({ isOpeningShown = false }: MergeOptions): Promise<MergeOutcome> {
    const { output, progress, shares, resumed } = this.#run;
    if (progress === null) throw new Error('a plan has no slice');
    await this.#run.begin();
    const { facts, notices: opening } = this.#plan;
    const { found } = shares;
    const isWhole = readsStart(this.#plan);
    const awaited = new AwaitedColumns(facts.recording.columns, found.columns.awaited);
    if (!isOpeningShown) for (const notice of opening) this.#context.onNotice(notice);
    const written = {
      ...{ output, facts, progress, opening, labels: this.#run.labels },
      shown: asGiven(this.#config, this.#plan),
      extent: isWhole ? { targets: found.met } : null,
      actors: shares.actors?.most ?? null,
      sessions: { resumed, earlierMinutes: progress.counts.minutes },
      late: findingsNotices(found, awaited, shares.slice),
      notices: [sharesNotice(shares)],
      fault: isWhole ? awaited.error() : null,
    };
    const outcome = await reportRun(this.#config, written, this.#context);
    await removeMerged(this.#folder, Infinity, this.#files); // another plan may have had more slices
    await removeEmptyParts(this.#folder, this.#files);
    return outcome;
  }

  #report(): void {
    const { shares, progress } = this.#run;
    const slices = this.#plan.slices.length;
    this.#context.onMerged({ merged: shares.slice, slices, counts: progress?.counts ?? null });
  }

  #interrupted(): MergeOutcome {
    const minutes = this.#run.progress?.counts.minutes ?? 0;
    return { kind: 'interrupted', minutes, dropped: 0, resumable: true };
  }
}

/** Whether the first slice reads the inputs from their start, rather than from shortly before a range. */
function readsStart({ slices }: SealedPlan): boolean {
  const positions = slices[0]?.readFrom?.positions ?? [];
  return positions.every((position) => position === 'end' || position.byteOffset === 0);
}

function openAfter(progress: RunProgress | null): LeftOpen {
  if (progress === null) return NOTHING_OPEN;
  const { quarantines, lostInARow } = progress;
  return { quarantines, lostInARow };
}
