import type { Notice } from '../../core/errors.js';
import type { Files } from '../../output/files.js';
import { hasLabels } from '../../read/snapshot/snapshot.js';
import { RunLabels, type LabelTallies } from '../../replay/report/run-labels.js';
import { holdsAllResults } from '../../replay/resume/run-figures.js';
import { readLabels, writeLabels } from '../label-file.js';
import type { FileSum } from '../part.js';
import type { SealedPlan } from '../plan/plan-file.js';
import { mergedLabelsPath } from '../run-layout.js';
import type { MergedShares } from './shares.js';

export interface MergedLabelsOptions {
  readonly plan: SealedPlan;
  /** Of the run. */
  readonly folder: string;
  readonly files: Files;
  readonly onNotice: (notice: Notice) => void;
}

/**
 * Counts of labelled records of the slices that are merged. Each commit has a file with them, which is written before
 * the commit and removed after the next one.
 */
export class MergedLabels {
  readonly #folder: string;
  readonly #files: Files;
  /** Null: there are no labels, or the file of the last commit is lost. */
  readonly sum: RunLabels | null;

  private constructor({ folder, files }: MergedLabelsOptions, sum: RunLabels | null) {
    this.#folder = folder;
    this.#files = files;
    this.sum = sum;
  }

  /** @throws AiopsError `output_io` */
  static async open(options: MergedLabelsOptions, merged: MergedShares): Promise<MergedLabels> {
    const { plan, folder, files, onNotice } = options;
    if (!hasLabels(plan.facts.recording.files)) return new MergedLabels(options, null);
    const sum = new RunLabels();
    if (merged.slice > 0) {
      const path = mergedLabelsPath(folder, merged.slice);
      const tallies = merged.labels === undefined ? null : await readLabels(path, merged.labels, files);
      if (tallies === null) {
        const remedy = holdsAllResults(plan.config.output)
          ? 'figures on labels are computed from the results instead'
          : 'the report has no figures on labels';
        onNotice({ level: 'warning', text: `${path} is missing or damaged: ${remedy}` });
        return new MergedLabels(options, null);
      }
      sum.join(tallies);
    }
    return new MergedLabels(options, sum);
  }

  /**
   * Adds the counts of the next slice.
   *
   * @returns the checksum of the file for the commit; null: there is none
   * @throws AiopsError `output_cannot_create`, `output_io`
   */
  async add(slice: number, tallies: LabelTallies | null): Promise<FileSum | null> {
    if (this.sum === null || tallies === null) return null;
    this.sum.join(tallies);
    return writeLabels(mergedLabelsPath(this.#folder, slice), this.sum.tallies(), this.#files);
  }
}
