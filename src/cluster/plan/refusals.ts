import { AiopsError } from '../../core/errors.js';
import { peekOutput } from '../../output/left-folder.js';
import { openFolderOutput } from '../../output/open-output.js';
import type { InputSnapshot } from '../../read/snapshot/snapshot.js';
import type { ReplayConfig } from '../../replay/replay-config.js';
import { REPLAY_METRICS } from '../../replay/report/replay-metrics.js';
import { gateThatNeeds, type Gate } from '../../report/gates.js';
import { hasPlan } from '../run-layout.js';
import { idlePlan } from './idle-plan.js';
import type { SealedPlan } from './plan-file.js';

/** @throws AiopsError `usage` for a run that has no slices, by its settings */
export function refuseUnplannable(config: ReplayConfig): void {
  const { inputs, pace, compare } = config;
  const { out, trace } = config.output;
  if (inputs.includes('-')) {
    throw new AiopsError(
      'usage',
      'standard input cannot be cut into slices: it has no middle to start from',
      {
        hint: 'save it to a file first',
      },
    );
  }
  if (pace !== null) throw unplannable('--pace', 'slices run at the same time');
  if (out === '-') throw unplannable('--out -', 'slices are merged in a folder');
  if (trace) throw unplannable('--trace', 'a trace shows one session');
  if (compare === 'all') throw unplannable('--compare all', 'a merge compares no ways to serve');
  refuseUngated(config);
}

function refuseUngated({ gates }: ReplayConfig): void {
  const compared = gateThatNeeds('comparison', gates, REPLAY_METRICS);
  if (compared !== undefined) throw ungated(compared, 'a merge compares no ways to serve');
  const started = gates.find(({ metric }) => metric === 'start');
  if (started !== undefined) throw ungated(started, 'a merge starts no actors');
}

function ungated({ condition }: Gate, why: string): AiopsError {
  return new AiopsError('usage', `--fail-if '${condition}' will have no value: ${why}`, {
    hint: 'drop the gate, or check it in a replay without slices',
  });
}

function unplannable(flag: string, why: string): AiopsError {
  return new AiopsError('usage', `${flag} cannot be used with slices: ${why}`, { hint: `drop ${flag}` });
}

/**
 * Returns a plan that the new one may replace; null: there is none.
 *
 * @throws AiopsError `config` where the folder has a run or a plan
 */
export async function refuseEarlierRun(config: ReplayConfig): Promise<SealedPlan | null> {
  const {
    output,
    backfill: { restart },
  } = config;
  if (restart) return null;
  const idle = await idlePlan(config);
  if (idle !== null) return idle;
  const left = await peekOutput(output, { restart });
  const isPlanned = hasPlan(output.out);
  if (!isPlanned && (left.previous === null || (await left.isBare()))) return null;
  throw new AiopsError('config', `${output.out} has a ${isPlanned ? 'plan' : 'run'} already`, {
    hint: isPlanned
      ? 'run its slices, choose another --out, or replace the plan with --restart'
      : 'choose another --out, or replace the run with --restart',
  });
}

/** Refuses at once what the merge would refuse once all slices have run. @throws AiopsError as `openFolderOutput` does */
export async function refuseUnwritable({ inputs, output, backfill }: ReplayConfig): Promise<void> {
  await using opened = await openFolderOutput(output, { ...backfill, inputs });
  await opened.preflight({ replace: backfill.restart });
}

/** @throws AiopsError `config` for an input that cannot be read from its middle */
export function refuseUncuttable(inputs: readonly string[], { files }: InputSnapshot): void {
  for (const [i, { identity, isPacked, exportedFrom, isSorted = false }] of files.entries()) {
    const name = inputs[i] ?? '';
    if (exportedFrom !== undefined) {
      throw uncuttable(
        name,
        'it is an export of a monitoring system, which is read from its start',
        'replay it without slices, or write it as CSV in time order first, a row per time and series',
      );
    }
    if (isPacked)
      throw uncuttable(name, 'it is compressed', 'unpack it first, for instance with gunzip --keep');
    if (isSorted) {
      throw uncuttable(
        name,
        'it is not in time order',
        'replay it without slices, which sorts it while reading; or write it in time order (a database with ORDER BY), and plan that file without --sort',
      );
    }
    if (identity === null) throw uncuttable(name, 'it is not a file', 'save it to a file first');
  }
}

function uncuttable(name: string, why: string, hint: string): AiopsError {
  return new AiopsError('config', `${name} cannot be cut into slices: ${why}`, { hint });
}
