import { AiopsError, type Notice } from '../../core/errors.js';
import type { ChosenModel } from '../../model/model-choice.js';
import { readJournal } from '../../output/journal.js';
import type { ReplayConfig } from '../replay-config.js';
import { addsInputs } from './added-inputs.js';
import { previousJournal } from './previous-journal.js';
import { knownDifferences } from './previous-run.js';
import { refuseDifferences } from './result-settings.js';
import { compareWithSnapshot } from './resume-plan.js';
import { runStatus } from './status.js';

/** What a run would find in its output; `resumes` and `complete` only if it has the same inputs and settings. */
export interface EarlierRun {
  readonly state: 'none' | 'replaced' | 'resumes' | 'complete';
  /** The last minute that is committed, ISO 8601; null: none. */
  readonly lastMinute: string | null;
}

/**
 * Looks at what an output folder holds, without locking or changing it.
 *
 * @throws AiopsError `config` if it holds another run, or an input has changed; `output_locked` if a process holds it
 */
export async function findEarlierRun(
  config: ReplayConfig,
  model: ChosenModel,
  onNotice: (notice: Notice) => void,
): Promise<EarlierRun> {
  const { out } = config.output;
  const contents = out === '-' ? null : await readJournal(out);
  if (contents === null) return { state: 'none', lastMinute: null };
  const { state, holder, progress } = await runStatus(out);
  const lastMinute = progress?.lastMinute ?? null;
  if (state === 'running' || state === 'stopped' || state === 'held') {
    throw new AiopsError('output_locked', `process ${holder?.pid ?? ''} holds ${out}: it is ${state}`, {
      hint: 'wait until it ends, or choose another --out',
    });
  }
  if (config.backfill.restart) return { state: 'replaced', lastMinute };
  const journal = previousJournal(out, contents);
  refuseDifferences(knownDifferences(journal.facts, config, model), out);
  const { changes } = await compareWithSnapshot(journal.facts, journal.commits(), config, onNotice);
  const isComplete = journal.completion !== null && journal.lastCommit()?.ended === true;
  const isSame = changes.every((change) => change === 'same') && !addsInputs(journal.facts, config.inputs);
  return { state: isComplete && isSame ? 'complete' : 'resumes', lastMinute };
}

/** What an output holds, for people. */
export function earlierRunText({ state, lastMinute }: EarlierRun, out: string): string {
  const upTo = lastMinute === null ? 'before its first minute' : `after ${lastMinute}`;
  switch (state) {
    case 'none':
      return out === '-' ? 'results go to standard output' : `${out}: there is no run yet, so it starts one`;
    case 'replaced':
      return `${out}: --restart replaces the run there`;
    case 'resumes':
      return `${out}: resumes the run there ${upTo}`;
    case 'complete':
      return `${out}: the run there is complete, so it repeats the report of that`;
  }
}
