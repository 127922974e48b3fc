import { Readable } from 'node:stream';

import { plural } from '../../core/count-text.js';
import { AiopsError, REPLAY_REMEDIES } from '../../core/errors.js';
import { OutOfOrder } from '../../read/minutes/out-of-order.js';
import type { ReadOptions } from '../../read/options.js';
import { openRecording } from '../../read/recording.js';
import type { SurveyedFile } from '../../read/survey.js';

/**
 * Why inputs cannot be cut of which reading met a record out of order. Where it was met says little about the others,
 * and its line is counted from the middle of a file, so the inputs are surveyed.
 *
 * `input_out_of_order`
 */
export async function uncuttableOrder(
  cause: OutOfOrder,
  inputs: readonly string[],
  options: ReadOptions,
): Promise<AiopsError> {
  const unordered = await unorderedIn(inputs, options);
  const names = unordered.length > 0 ? unordered.map(({ name }) => name) : [cause.file];
  return new AiopsError('input_out_of_order', `${orderText(names)} be cut by time`, {
    hint: orderHint(cause, unordered),
    cause,
  });
}

/** Files that are named; the others are counted. */
const MOST_NAMED = 3;

function orderText(names: readonly string[]): string {
  if (names.length === 1) return `${names.join()} is not in time order, so it cannot`;
  const others = names.length - MOST_NAMED;
  const more = others > 0 ? ` and ${plural(others, 'other')}` : '';
  return `${names.slice(0, MOST_NAMED).join(', ')}${more} are not in time order, so they cannot`;
}

/** The files that go back further than `--grace` allows, as far as a survey sees. */
async function unorderedIn(inputs: readonly string[], options: ReadOptions): Promise<SurveyedFile[]> {
  try {
    await using recording = await openRecording(inputs, options, Readable.from([]));
    const { files } = await recording.survey();
    return files.filter(({ refusal }) => refusal instanceof OutOfOrder);
  } catch {
    return []; // the disorder is what to report
  }
}

function orderHint(met: OutOfOrder, unordered: readonly SurveyedFile[]): string | undefined {
  if (met.isRepeated) return met.hintWith({ ...REPLAY_REMEDIES, rereadRun: '' });
  const graces = [met, ...unordered.map(({ refusal }) => refusal)].map((error) =>
    error instanceof OutOfOrder ? (error.graceIntervals ?? Infinity) : 0,
  );
  const most = Math.max(...graces);
  const isSure = unordered.length > 0 && unordered.every(({ read }) => read === 'all');
  const proviso = isSure ? '' : ' if no record goes back further';
  const grace = most === Infinity ? '' : `allow it with --grace ${most} (intervals)${proviso}, or `;
  return `${grace}replay it without slices, with --sort; aiops-serve inspect, with the same inputs and flags of reading, shows where it goes back`;
}
