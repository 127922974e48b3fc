import { isDeepStrictEqual } from 'node:util';

import type { LineForm } from '../core/block.js';
import { AiopsError } from '../core/errors.js';
import { inputName } from '../core/input-position.js';
import { labelNames, type LabelNames } from '../core/metric-labels.js';
import type { Recording } from '../read/recording.js';
import type { ReplayConfig } from './replay-config.js';

/**
 * The lines that actors return.
 *
 * @throws AiopsError `input_unusable` for metrics of inputs that call their targets by different fields
 */
export function lineForm(
  { inputs, output }: Pick<ReplayConfig, 'inputs' | 'output'>,
  recording: Pick<Recording, 'targetFields'>,
): LineForm {
  const { format, anomaliesOnly, fullOutput, metrics } = output;
  const form = { format, anomaliesOnly, fullOutput };
  if (metrics === undefined) return form;
  return { ...form, metrics: { format: metrics, labels: sharedLabels(inputs, recording.targetFields) } };
}

/** @param targetFields of each input; null: it has no record, so it cannot be known yet */
function sharedLabels(inputs: readonly string[], targetFields: Recording['targetFields']): LabelNames {
  let shared: { readonly input: string; readonly labels: LabelNames } | null = null;
  for (const [i, fields] of targetFields.entries()) {
    if (fields === null) continue;
    const [input, labels] = [inputName(inputs[i] ?? ''), labelNames(fields)];
    shared ??= { input, labels };
    if (!isDeepStrictEqual(shared.labels, labels)) throw differentLabels(shared, { input, labels });
  }
  return shared?.labels ?? labelNames([]);
}

interface Labelled {
  readonly input: string;
  readonly labels: LabelNames;
}

function differentLabels(a: Labelled, b: Labelled): AiopsError {
  const named = ({ input, labels }: Labelled): string => `${input} by ${labels.target.join(', ')}`;
  return new AiopsError(
    'input_unusable',
    `metrics need the same labels in all inputs, but targets are named differently: ${named(a)}, ${named(b)}`,
    {
      hint: 'name the columns with --target-column, rename one with --map new=old, or replay the inputs separately',
    },
  );
}
