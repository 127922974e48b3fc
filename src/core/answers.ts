import { rowOffsetsOf, type Answers, type Block, type MinuteLines, type RowOutputs } from './block.js';
import { errorsOf, rowErrors } from './row-errors.js';
import type { ItemError } from './types.js';

/** The answers to a part of a block: some of its series, some of its minutes. */
export interface AnswersPart {
  readonly answers: Answers;
  /** Index in the block of the part's first minute. */
  readonly firstMinute: number;
}

/**
 * Joins the answers to the parts of a block. Parts that share a minute must be given in the order of their series.
 * Lines and outputs are joined if the parts have them.
 *
 * @param minutes how many the block has
 * @throws RangeError if only some of the parts have lines, metrics or outputs
 */
export function joinAnswers(minutes: number, parts: readonly AnswersPart[]): Answers {
  const [only] = parts;
  if (parts.length === 1 && only?.answers.rowOffsets.length === minutes + 1) return only.answers;
  const rowOffsets = joinOffsets(minutes, parts, ({ answers }) => answers.rowOffsets);
  const rows = rowOffsets[minutes]!;
  const joined = {
    rowOffsets,
    statuses: new Uint8Array(rows),
    scores: new Float32Array(rows),
    anomalies: new Uint8Array(rows),
    lines: joinLines(minutes, parts, 'lines', ({ lines }) => lines),
    ...joinMetrics(minutes, parts),
    outputs: joinOutputs(rowOffsets, parts),
  };
  const offsetsOf = (i: number): Uint32Array => parts[i]!.answers.rowOffsets;
  const failed: [row: number, error: ItemError][] = [];
  forEachRun(parts, offsetsOf, rowOffsets, (part, start, end, at) => {
    const { statuses, scores, anomalies, errors: own } = parts[part]!.answers;
    joined.statuses.set(statuses.subarray(start, end), at);
    joined.scores.set(scores.subarray(start, end), at);
    joined.anomalies.set(anomalies.subarray(start, end), at);
    for (const [row, error] of errorsOf(own, start, end)) failed.push([at + row - start, error]);
  });
  const errors = rowErrors(failed);
  return errors === undefined ? joined : { ...joined, errors };
}

/** @throws RangeError unless there is exactly one answer for each row of the block */
export function checkAnswered(block: Block, { rowOffsets }: Pick<Answers, 'rowOffsets'>): void {
  const asked = rowOffsetsOf(block);
  const minutes = asked.length - 1;
  if (rowOffsets.length === asked.length && asked.every((offset, minute) => offset === rowOffsets[minute]))
    return;
  const answered = `${rowOffsets.at(-1) ?? 0} rows in ${rowOffsets.length - 1} minutes answered`;
  throw new RangeError(`${asked[minutes]!} rows in ${minutes} minutes asked, ${answered}, or in others`);
}

/** Of each file. */
function joinMetrics(minutes: number, parts: readonly AnswersPart[]): Pick<Answers, 'metrics'> {
  const files = Math.max(...parts.map(({ answers }) => answers.metrics?.length ?? 0));
  if (files <= 0) return {};
  const joined = Array.from({ length: files }, (_, file) =>
    joinLines(minutes, parts, 'metrics', ({ metrics }) => metrics?.[file] ?? null),
  );
  return { metrics: joined.filter((lines) => lines !== null) };
}

function joinLines(
  minutes: number,
  parts: readonly AnswersPart[],
  name: string,
  of: (answers: Answers) => MinuteLines | null,
): MinuteLines | null {
  const given = havingAll(parts, name, ({ answers }) => of(answers));
  if (given === null) return null;
  const offsets = joinOffsets(minutes, parts, (_, i) => given[i]!.offsets);
  const bytes = new Uint8Array(offsets[minutes]!);
  const offsetsOf = (i: number): Uint32Array => given[i]!.offsets;
  forEachRun(parts, offsetsOf, offsets, (part, start, end, at) => {
    bytes.set(given[part]!.bytes.subarray(start, end), at);
  });
  return { bytes, offsets };
}

function joinOutputs(rowOffsets: Uint32Array, parts: readonly AnswersPart[]): RowOutputs | null {
  const given = havingAll(parts, 'outputs', ({ answers }) => answers.outputs);
  if (given === null) return null;
  const rows = rowOffsets[rowOffsets.length - 1]!;
  const offsets = new Uint32Array(rows + 1);
  const offsetsOf = (i: number): Uint32Array => parts[i]!.answers.rowOffsets;
  forEachRun(parts, offsetsOf, rowOffsets, (part, start, end, at) => {
    const own = given[part]!.offsets;
    for (let row = start; row < end; row++) offsets[at + row - start + 1] = own[row + 1]! - own[row]!;
  });
  for (let row = 1; row <= rows; row++) offsets[row]! += offsets[row - 1]!;
  const values = new Float32Array(offsets[rows]!);
  forEachRun(parts, offsetsOf, rowOffsets, (part, start, end, at) => {
    const own = given[part]!;
    values.set(own.values.subarray(own.offsets[start], own.offsets[end]), offsets[at]);
  });
  return { values, offsets };
}

/** `[minutes + 1]`: where each minute begins if all parts' shares of it follow one another. */
function joinOffsets(
  minutes: number,
  parts: readonly AnswersPart[],
  offsetsOf: (part: AnswersPart, index: number) => Uint32Array,
): Uint32Array {
  const offsets = new Uint32Array(minutes + 1);
  for (const [i, part] of parts.entries()) {
    const own = offsetsOf(part, i);
    for (let m = 1; m < own.length; m++) offsets[part.firstMinute + m]! += own[m]! - own[m - 1]!;
  }
  for (let minute = 1; minute <= minutes; minute++) offsets[minute]! += offsets[minute - 1]!;
  return offsets;
}

/**
 * Visits what each part has, `[start, end)`, with the place `at` where it begins when joined: minutes that follow one
 * another there as well, as where a block is cut along its minutes, all at once.
 *
 * @param offsetsOf `[minutes + 1]` of a part: where each of its minutes begins
 * @param joined the same of the whole block
 */
function forEachRun(
  parts: readonly AnswersPart[],
  offsetsOf: (part: number) => Uint32Array,
  joined: Uint32Array,
  visit: (part: number, start: number, end: number, at: number) => void,
): void {
  const next = joined.slice(0, -1);
  for (const [part, { firstMinute }] of parts.entries()) {
    const own = offsetsOf(part);
    let start = own[0]!;
    let at = next[firstMinute]!;
    for (let m = 0; m < own.length - 1; m++) {
      const [from, minute] = [own[m]!, firstMinute + m];
      if (next[minute]! - at !== from - start) {
        if (from > start) visit(part, start, from, at);
        start = from;
        at = next[minute]!;
      }
      next[minute]! += own[m + 1]! - from;
    }
    const end = own[own.length - 1]!;
    if (end > start) visit(part, start, end, at);
  }
}

/** `[parts]`: what each part has; null: none has it. */
function havingAll<T>(
  parts: readonly AnswersPart[],
  name: string,
  of: (part: AnswersPart) => T | null,
): T[] | null {
  const given = parts.map(of).filter((value) => value !== null);
  if (given.length === 0) return null;
  if (given.length < parts.length) {
    throw new RangeError(`${given.length} of ${parts.length} parts have ${name}`);
  }
  return given;
}
