import type { Notice } from '../../core/errors.js';
import type { ChosenModel } from '../../model/model-choice.js';
import type { LeftOutput } from '../../output/run-output.js';
import type { ReplayConfig } from '../replay-config.js';
import type { ReplayContext } from '../replay-context.js';
import { previousJournal } from './previous-journal.js';
import { knownDifferences } from './result-settings.js';

interface AskedRun extends Pick<ReplayContext, 'settingText'> {
  readonly output: LeftOutput;
  readonly config: ReplayConfig;
  readonly model: ChosenModel;
}

/**
 * Says that a run is begun again rather than resumed: one that ended before it wrote anything, so that a command that
 * failed can be corrected and given again, or one that is complete without a record and had other settings. Null: it is
 * resumed, or complete.
 *
 * @throws AiopsError `config` for a journal that can't be read; `output_io`
 */
export async function begunAgain({ output, config, model, settingText }: AskedRun): Promise<Notice | null> {
  const { previous } = output;
  const { out } = config.output;
  if (previous === null || !(await output.isBare())) return null;
  const { facts, completion } = previousJournal(out, previous);
  if (completion !== null && knownDifferences(facts, config, model, settingText).length === 0) return null;
  return { level: 'info', text: `the run in ${out} had written nothing, so it is begun again` };
}
