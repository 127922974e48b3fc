import { rowOffsetsOf, type Answers, type Block, type MinuteLines, type RowOutputs } from './block.js';

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
 * @throws RangeError if only some of the parts have lines, or outputs
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
    lines: joinLines(minutes, parts),
    outputs: joinOutputs(rowOffsets, parts),
  };
  forEachMinute(parts, rowOffsets, (part, start, end, at) => {
    const { statuses, scores, anomalies } = parts[part]!.answers;
    joined.statuses.set(statuses.subarray(start, end), at);
    joined.scores.set(scores.subarray(start, end), at);
    joined.anomalies.set(anomalies.subarray(start, end), at);
  });
  return joined;
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

function joinLines(minutes: number, parts: readonly AnswersPart[]): MinuteLines | null {
  const given = havingAll(parts, 'lines', ({ answers }) => answers.lines);
  if (given === null) return null;
  const offsets = joinOffsets(minutes, parts, (_, i) => given[i]!.offsets);
  const bytes = new Uint8Array(offsets[minutes]!);
  const next = offsets.slice(0, minutes);
  for (const [i, { firstMinute }] of parts.entries()) {
    const own = given[i]!;
    for (let m = 0; m < own.offsets.length - 1; m++) {
      const share = own.bytes.subarray(own.offsets[m], own.offsets[m + 1]);
      bytes.set(share, next[firstMinute + m]);
      next[firstMinute + m]! += share.length;
    }
  }
  return { bytes, offsets };
}

function joinOutputs(rowOffsets: Uint32Array, parts: readonly AnswersPart[]): RowOutputs | null {
  const given = havingAll(parts, 'outputs', ({ answers }) => answers.outputs);
  if (given === null) return null;
  const rows = rowOffsets[rowOffsets.length - 1]!;
  const offsets = new Uint32Array(rows + 1);
  forEachMinute(parts, rowOffsets, (part, start, end, at) => {
    const own = given[part]!.offsets;
    for (let row = start; row < end; row++) offsets[at + row - start + 1] = own[row + 1]! - own[row]!;
  });
  for (let row = 1; row <= rows; row++) offsets[row]! += offsets[row - 1]!;
  const values = new Float32Array(offsets[rows]!);
  forEachMinute(parts, rowOffsets, (part, start, end, at) => {
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

/** Visits the rows `[start, end)` of each minute of each part, with the row `at` where they begin when joined. */
function forEachMinute(
  parts: readonly AnswersPart[],
  rowOffsets: Uint32Array,
  visit: (part: number, start: number, end: number, at: number) => void,
): void {
  const next = rowOffsets.slice(0, -1);
  for (const [i, { answers, firstMinute }] of parts.entries()) {
    const own = answers.rowOffsets;
    for (let m = 0; m < own.length - 1; m++) {
      const [start, end] = [own[m]!, own[m + 1]!];
      if (start === end) continue;
      visit(i, start, end, next[firstMinute + m]!);
      next[firstMinute + m]! += end - start;
    }
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
