import { isDeepStrictEqual } from 'node:util';
import { Readable } from 'node:stream';

import { AiopsError, type Notice } from '../../core/errors.js';
import { inputName } from '../../core/input-position.js';
import { formatDuration, isoTime } from '../../core/time.js';
import { withoutLate } from '../../read/snapshot/role-codes.js';
import { readOptionsFor } from '../../read/model-needs.js';
import { openRecording, reopenRecording, type ReadOptions } from '../../read/recording.js';
import { areOfOneRotation } from '../../read/sample/series/rotation.js';
import type { FileSnapshot, InputSnapshot } from '../../read/snapshot/snapshot.js';
import type { SortScratch } from '../../read/sort/open-sorted.js';
import type { ReplayConfig } from '../replay-config.js';
import type { RunFacts, RunProgress } from './run-facts.js';

/** A run's recording with the inputs that the command adds. */
export interface ExtendedInputs {
  readonly recording: InputSnapshot;
  /** The first minute of the added inputs, epoch ms; Infinity: they have none. */
  readonly firstMs: number;
}

/**
 * Whether a command names the inputs of a run, perhaps rotated since, and then more of them. What the files hold is
 * compared later.
 */
export function addsInputs({ settings }: Pick<RunFacts, 'settings'>, inputs: readonly string[]): boolean {
  const before = inputsOf(settings);
  if (before.length === 0 || before.length >= inputs.length) return false;
  return before.every((input, i) => input === inputs[i] || areOfOneRotation(input, inputs[i]!));
}

/** The inputs that a run was started with. */
export function inputsOf(settings: RunFacts['settings']): readonly string[] {
  const { input } = settings;
  return Array.isArray(input) ? input.filter((name) => typeof name === 'string') : [];
}

/**
 * Looks at inputs that the run did not have. They may continue it if a run over all inputs would read the earlier ones
 * in the same way, and if none of them has a record before the last committed minute, except in minutes that would be
 * redone if the inputs had grown.
 *
 * @param recording of the run, compared with its files
 * @throws AiopsError `config` if they may not; what opening a recording throws
 */
export async function withAddedInputs(
  facts: RunFacts,
  recording: InputSnapshot,
  commits: readonly RunProgress[],
  { inputs, read, output }: Pick<ReplayConfig, 'inputs' | 'read' | 'output'>,
  onNotice: (notice: Notice) => void,
): Promise<ExtendedInputs> {
  const known = recording.files.length;
  const options = readOptionsFor(read, facts.input);
  const scratch = { folder: output.out };
  const notices: Notice[] = [];
  const all = await snapshotOf(inputs, options, scratch, notices).catch((error: unknown) => {
    if (!(error instanceof AiopsError) || error.code !== 'input_unusable') throw error;
    throw cannotAdd(inputs.slice(known), [error.message], output.out, error.hint);
  });
  const reasons = [...unfitReasons(all, known, inputs), ...readingDifferences(recording, all, inputs)];
  if (reasons.length > 0) throw cannotAdd(inputs.slice(known), reasons.slice(0, 1), output.out);
  let firstMs = Infinity;
  const committed = committedMinutes(commits, known);
  for (const [i, input] of inputs.entries()) {
    if (i < known) continue;
    const minuteMs = await firstMinute(input, { ...all, files: [all.files[i]!] }, options, scratch);
    const reason = tooEarly(input, minuteMs, committed);
    if (reason !== null) throw cannotAdd(inputs.slice(known), [reason], output.out);
    firstMs = Math.min(firstMs, minuteMs);
  }
  for (const notice of notices) onNotice(notice);
  const names = inputs.slice(known).map(inputName).join(', ');
  onNotice({ level: 'info', text: `added ${names} to the inputs of the run in ${output.out}` });
  const renamed = recording.files.map((file, i): FileSnapshot => {
    const { plan } = file;
    return plan === null ? file : { ...file, plan: { ...plan, file: inputs[i]! } };
  });
  return { recording: { ...recording, files: [...renamed, ...all.files.slice(known)] }, firstMs };
}

/** How a run from the start would read the inputs. */
async function snapshotOf(
  inputs: readonly string[],
  options: ReadOptions,
  scratch: SortScratch,
  notices: Notice[],
): Promise<InputSnapshot> {
  const files = inputs.filter((input) => input !== '-');
  if (files.length < inputs.length) {
    throw new AiopsError('config', 'inputs cannot be added to a run that reads standard input', {
      hint: 'choose another --out, or start over with --restart',
    });
  }
  await using recording = await openRecording(inputs, options, Readable.from([]), scratch);
  notices.push(...recording.notices);
  return recording.snapshot();
}

function unfitReasons({ files }: InputSnapshot, known: number, inputs: readonly string[]): string[] {
  return inputs.flatMap((input, i) => {
    if (files[i]?.identity === null) return [`${input} is not a file, which every input must be to add one`];
    // How to read it is decided once, by its first records.
    return i >= known && files[i]?.plan === null ? [`${input} holds no record yet`] : [];
  });
}

/** The first minute of a file, epoch ms; Infinity: none is selected, -Infinity: many rejects come before it. */
async function firstMinute(
  input: string,
  snapshot: InputSnapshot,
  options: ReadOptions,
  scratch: SortScratch,
): Promise<number> {
  const start = { positions: null, positionsMinuteMs: null, afterMinuteMs: -Infinity };
  const whole = { ...options, fromMs: null, toMs: null };
  await using recording = await reopenRecording([input], whole, Readable.from([]), snapshot, start, {
    scratch,
  });
  for await (const { batch, rejects } of recording.steps()) {
    if (batch !== null) return batch.minuteMs;
    // A run from the start would emit them before everything else.
    if (rejects.length > 0) return -Infinity;
  }
  return Infinity;
}

interface CommittedMinutes {
  /** The last one, epoch ms; -Infinity: none. */
  readonly lastMs: number;
  /** The last one that growth of the last input to end would not redo. */
  readonly keptMs: number;
}

function committedMinutes(commits: readonly RunProgress[], known: number): CommittedMinutes {
  const isOpen = ({ positions }: RunProgress): boolean =>
    positions.slice(0, known).some((position) => position !== 'end');
  return {
    lastMs: commits.at(-1)?.minuteMs ?? -Infinity,
    keptMs: commits.findLast(isOpen)?.minuteMs ?? -Infinity,
  };
}

function tooEarly(input: string, firstMs: number, { lastMs, keptMs }: CommittedMinutes): string | null {
  if (firstMs === -Infinity) return `${input} begins with too many rejects to place them in time`;
  if (firstMs >= lastMs || firstMs > keptMs) return null;
  return `${input} begins at ${isoTime(firstMs)}, but the run has committed ${isoTime(lastMs)} without it`;
}

/** What a run over all inputs would read differently, as texts. */
function readingDifferences(before: InputSnapshot, now: InputSnapshot, inputs: readonly string[]): string[] {
  if (!isDeepStrictEqual(before.columns, now.columns))
    return [
      `the run has the columns ${before.columns.join(', ')}, all inputs have ${now.columns.join(', ')}`,
    ];
  if (before.intervalMs !== now.intervalMs) {
    const [was, is] = [before, now].map(({ intervalMs }) => formatDuration(intervalMs));
    return [`the run has an interval of ${was}, all inputs have ${is}`];
  }
  if (!isDeepStrictEqual(before.grid, now.grid)) return ['with them, intervals would begin at other times'];
  return before.files.flatMap((file, i) => {
    const other = now.files[i]!;
    const [was, is] = [seriesOf(file), seriesOf(other)];
    if (was !== is)
      return [`with them, ${inputs[i]!} would be the series ${is ?? ''} rather than ${was ?? ''}`];
    const isSame = isDeepStrictEqual(readingOf(file), readingOf(other));
    return isSame ? [] : [`with them, ${inputs[i]!} would be read in another way`];
  });
}

/** What decides how a file is read, whatever it is called. */
function readingOf({ plan, headMs }: FileSnapshot): unknown {
  if (plan === null) return null;
  // Fields without a value in the sample are ignored as well.
  const roles = [...withoutLate(plan.roles)].sort();
  return JSON.parse(JSON.stringify({ ...plan, roles, file: null, series: null, headMs }));
}

/** Null: its records name their targets. */
function seriesOf({ plan }: FileSnapshot): string | null {
  return plan === null || plan.targetFields.length > 0 || plan.wide !== null ? null : plan.series;
}

function cannotAdd(
  added: readonly string[],
  reasons: readonly string[],
  out: string,
  remedy?: string,
): AiopsError {
  const names = added.map(inputName).join(', ');
  return new AiopsError('config', `cannot add ${names} to the run in ${out}: ${reasons.join('; ')}`, {
    hint:
      remedy === undefined
        ? 'start over with --restart, which replays all inputs, with --series if they are parts of one series; or choose another --out for the new ones'
        : `${remedy}; a run with other inputs or settings takes --restart or another --out`,
  });
}
