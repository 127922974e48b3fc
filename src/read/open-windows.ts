import { AiopsError } from '../core/errors.js';
import type { InputSpec } from '../core/types.js';
import { lookBackIntervals, WindowStore } from '../core/window.js';
import type { ReadOptions, Recording } from './recording.js';
import type { ReadSettings } from './options.js';

/** Settings of reading, with what the model asks of it. */
export function readOptionsFor(read: ReadSettings, { window }: InputSpec): ReadOptions {
  return { ...read, ownWindow: { window }, lookBackIntervals: lookBackIntervals(window) };
}

/** @throws AiopsError `config` where the recording lacks a column that the model needs */
export function openWindows(input: InputSpec, recording: Recording): WindowStore {
  const { columns } = input;
  const lacking = columns === 'each' ? [] : columns.filter((name) => !recording.columns.includes(name));
  if (lacking.length > 0) {
    throw new AiopsError(
      'config',
      `the model needs the columns ${list(lacking)}, but the recording has ${list(recording.columns)}`,
      { hint: 'rename columns with --map MODEL_NAME=RECORDED_NAME, or choose another model' },
    );
  }
  return new WindowStore({
    ...input,
    intervalMs: recording.intervalMs,
    recordingColumns: recording.columns,
  });
}

function list(names: readonly string[]): string {
  return names.join(', ');
}
