import { AiopsError } from '../core/errors.js';
import { LookBack, lookBackIntervals } from '../core/look-back.js';
import { RATE_LOOK_BACK } from './shared/rates.js';
import type { InputSpec } from '../core/types.js';
import type { ReadOptions, ReadSettings } from './options.js';
import type { Recording } from './recording.js';

/** Completes the settings with what the model requires. */
export function readOptionsFor(read: ReadSettings, { window }: InputSpec): ReadOptions {
  const before = lookBackIntervals(window);
  // A window that a record brings lacks the value before it, so it can't be turned into rates.
  if (read.rate !== undefined)
    return { ...read, ownWindow: null, lookBackIntervals: before + RATE_LOOK_BACK };
  return { ...read, ownWindow: { window }, lookBackIntervals: before };
}

/**
 * What is carried from minute to minute for the model to look back on.
 *
 * @throws AiopsError `config` if the recording lacks a column that the model needs
 */
export function lookBackFor(input: InputSpec, recording: Recording): LookBack {
  const { columns } = input;
  const missing = columns === 'each' ? [] : columns.filter((name) => !recording.columns.includes(name));
  if (missing.length > 0) {
    throw new AiopsError(
      'config',
      `the model needs the ${missing.length === 1 ? 'column' : 'columns'} ${missing.join(', ')}, but the recording has ${recording.columns.join(', ')}`,
      { hint: 'rename columns with --map MODEL_NAME=RECORDED_NAME, or choose another model' },
    );
  }
  return new LookBack({
    ...input,
    intervalMs: recording.intervalMs,
    recordingColumns: recording.columns,
  });
}
