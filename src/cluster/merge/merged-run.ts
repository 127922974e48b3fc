import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import { AiopsError } from '../../core/errors.js';
import type { FolderOutput } from '../../output/folder-output.js';
import { nodeFiles, type Files } from '../../output/files.js';
import { entriesOf, headerOf, ofKind, type GrowingKind } from '../../output/growing-files.js';
import type { JournalContents } from '../../output/journal.js';
import { wroteNothing } from '../../output/left-folder.js';
import { openFolderOutput } from '../../output/open-output.js';
import type { ReplayConfig } from '../../replay/replay-config.js';
import { previousJournal } from '../../replay/resume/previous-journal.js';
import type { RunLabels } from '../../replay/report/run-labels.js';
import type { RunCompletion, RunProgress } from '../../replay/resume/run-facts.js';
import type { SealedPlan, Slice } from '../plan/plan-file.js';
import { pieces } from '../pieces.js';
import type { GoodPart } from './check-part.js';
import { joinedProgress } from './joined-progress.js';
import { newNotices } from './findings.js';
import { MergedLabels, type MergedLabelsOptions } from './merged-labels.js';
import { isOfPlan, isOlder, lastShares } from './run-of-plan.js';
import { NOTHING_MERGED, withSlice, type MergedShares } from './shares.js';

interface Opened extends MergedLabelsOptions {
  readonly output: FolderOutput;
  /** It holds nothing of the plan's run. */
  readonly begins: boolean;
  /** It holds another run, which the plan replaces. */
  readonly isReplaced: boolean;
}

export interface Merged {
  readonly progress: RunProgress | null;
  readonly shares: MergedShares;
  readonly completion: RunCompletion | null;
  /** A replay completed it, so a merge leaves it as it is. */
  readonly isReplayed?: boolean;
}

/** The run that slices are appended to: an ordinary run, with one commit per slice. */
export class MergedRun implements AsyncDisposable {
  readonly output: FolderOutput;
  readonly #opened: Opened;
  /** How often its merge was resumed. */
  readonly resumed: number;
  readonly completion: RunCompletion | null;
  readonly isReplayed: boolean;
  #progress: RunProgress | null;
  #shares: MergedShares;
  /** Null: not begun. */
  #labels: MergedLabels | null = null;

  private constructor(opened: Opened, merged: Merged) {
    const { output, begins } = opened;
    this.output = output;
    this.#opened = opened;
    this.resumed = output.previous === null || begins ? 0 : output.previous.resumed + 1;
    this.completion = merged.completion;
    this.isReplayed = merged.isReplayed ?? false;
    this.#progress = merged.progress;
    this.#shares = merged.shares;
  }

  /**
   * Locks the run's folder and reads what is merged there. Changes nothing else.
   *
   * @throws AiopsError `output_locked`; `config` if the folder holds another run; as `openOutput` does
   */
  static async open(
    plan: SealedPlan,
    config: ReplayConfig,
    { onNotice, files = nodeFiles }: Pick<Opened, 'onNotice'> & { readonly files?: Files },
  ): Promise<MergedRun> {
    const { breakLock } = config.backfill;
    const folder = config.output.out;
    const output = await openFolderOutput(config.output, { breakLock, inputs: config.inputs, files });
    try {
      const { previous } = output;
      const merged = previous && (mergedIn(previous, plan, folder) ?? replayed(previous, plan, folder));
      const mayReplace = previous === null || isOlder(previous, plan);
      const isReplaced = merged === null && config.backfill.restart && mayReplace;
      const begins = merged === null;
      if (begins && previous !== null && !isReplaced) {
        const isBare = mayReplace && (await wroteNothing(folder, previous, files));
        if (!isBare) throw anotherRun(folder);
      }
      if (merged === null || merged.completion === null) await output.preflight({ replace: isReplaced });
      else await output.checkCommitted();
      return new MergedRun({ output, begins, isReplaced, plan, folder, files, onNotice }, merged ?? NONE);
    } catch (error) {
      await output.close();
      throw error;
    }
  }

  /** The run's last commit; null: nothing is merged. */
  get progress(): RunProgress | null {
    return this.#progress;
  }

  get shares(): MergedShares {
    return this.#shares;
  }

  /** Counts of labelled records; null: there are no labels, or the counts are lost. Only once the run has begun. */
  get labels(): RunLabels | null {
    return this.#labels?.sum ?? null;
  }

  /** Continues the run in its folder, or begins it. @throws AiopsError `output_cannot_create`, `output_io` */
  async begin(): Promise<MergedLabels> {
    if (this.#labels !== null) return this.#labels;
    const { begins, isReplaced: replace } = this.#opened;
    const labels = await MergedLabels.open(this.#opened, this.#shares);
    const { previous } = this.output;
    if (previous === null || begins) await this.output.begin(this.#opened.plan.facts, { replace });
    else await this.output.resume(previous.commits.length - 1, this.#opened.plan.facts);
    this.#labels = labels;
    return labels;
  }

  /**
   * Appends the next slice and commits it.
   *
   * @param attempts that were complete, this one included
   * @throws AiopsError `output_io`, also where the part is no longer what was checked; nothing is committed then
   */
  async append(slice: Slice, part: GoodPart, attempts: number): Promise<void> {
    const merging = await this.begin();
    const labels = await merging.add(slice.number, part.labels);
    for (const [kind] of entriesOf(part.files)) await this.#appendFile(kind, part);
    const at = new Date().toISOString();
    const progress = joinedProgress(this.#progress, part.progress, { at, ended: slice.until === null });
    const { host } = part.of;
    const added = { host, attempts, progress: part.progress, labels, found: part.found };
    const shares = withSlice(this.#shares, added);
    await this.output.commit({ ...progress, merged: shares });
    for (const notice of newNotices(this.#shares.found, shares.found)) this.#opened.onNotice(notice);
    this.#progress = progress;
    this.#shares = shares;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.output.close();
  }

  async #appendFile(kind: GrowingKind, { paths, files }: GoodPart): Promise<void> {
    const path = ofKind(paths, kind);
    const hash = createHash('sha256');
    // The merged file has its header already.
    let headerBytes = Buffer.byteLength(headerOf(kind, this.#opened.plan.config.output.format));
    for await (const piece of pieces(path, this.#opened.files)) {
      hash.update(piece);
      const header = Math.min(headerBytes, piece.length);
      headerBytes -= header;
      await this.output.append(kind, piece.subarray(header));
    }
    if (hash.digest('hex') === ofKind(files, kind).sha256) return;
    throw new AiopsError('output_io', `${path} was changed while it was merged`, {
      hint: 'run the same command again: the slice runs again if its part is damaged',
    });
  }
}

const NONE: Merged = { progress: null, shares: NOTHING_MERGED, completion: null };

/** What a run's journal says of the merge; null: it is not a merge of this plan. @throws AiopsError `config` */
export function mergedIn(previous: JournalContents, plan: SealedPlan, out: string): Merged | null {
  const journal = previousJournal(out, previous);
  if (!isDeepStrictEqual(journal.facts, plan.facts)) return null;
  const progress = journal.lastCommit();
  const { completion } = journal;
  if (progress === null) return { ...NONE, completion };
  const shares = lastShares(previous);
  return shares === null ? null : { progress, shares, completion };
}

/** The plan's run if a replay completed it, so that no slice is left to merge; null: it did not. */
function replayed(previous: JournalContents, plan: SealedPlan, out: string): Merged | null {
  const journal = previousJournal(out, previous);
  const { facts, completion } = journal;
  const progress = journal.lastCommit();
  if (completion === null || progress?.ended !== true || !isOfPlan(previous, facts, plan)) return null;
  return { progress, completion, shares: { ...NOTHING_MERGED, slice: plan.slices.length }, isReplayed: true };
}

export function anotherRun(out: string): AiopsError {
  return new AiopsError('config', `${out} holds a run that was not made from its plan alone`, {
    hint: 'if a replay has resumed it, complete it with that command; otherwise make the plan again with another --out',
  });
}
