import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { RandomStream } from '#build/core/random.js';
import { syntheticColumns, syntheticMinutes } from '#build/bench/synthetic.js';
import { isoTime } from '#build/core/time.js';

import {
  csvHeader,
  csvRows,
  jsonBatch,
  jsonRows,
  type TextRecord,
} from '../../../scripts/shared/recording-text.mjs';

export const LAYOUTS = ['csv', 'jsonl', 'batches'] as const;
export type RecordingLayout = (typeof LAYOUTS)[number];

export const PACKINGS = ['plain', 'two files', 'gzip', 'standard input'] as const;
export type RecordingPacking = (typeof PACKINGS)[number];

/** A recording as the program gets it. */
export interface RecordedInput {
  readonly layout: RecordingLayout;
  readonly packing: RecordingPacking;
  /** Arguments that name it. */
  readonly args: readonly string[];
  /** What comes on standard input. */
  readonly stdin: Buffer;
  /** Whole texts of its files, by name. */
  readonly texts: ReadonlyMap<string, Buffer>;
}

export interface RecordingSize {
  readonly minutes: number;
  readonly targets: number;
}

/** Minutes of which one has something wrong in it; an early one always has. */
const ONE_IN = 9;
const EARLY = 2;

/**
 * A made-up recording with rejects (broken lines, text for a number, no time) and duplicates in it; the same seed
 * gives the same bytes.
 */
export function recordedInput(
  layout: RecordingLayout,
  packing: RecordingPacking,
  size: RecordingSize,
  seed: number,
): RecordedInput {
  const extension = layout === 'csv' ? 'csv' : 'jsonl';
  const texts = new Map<string, Buffer>();
  if (packing === 'two files') {
    texts.set(`a.${extension}`, recordingText(layout, size, seed, 0, 2));
    texts.set(`b.${extension}`, recordingText(layout, size, seed, 1, 2));
  } else {
    const name = packing === 'gzip' ? `recording.${extension}.gz` : `recording.${extension}`;
    texts.set(name, recordingText(layout, size, seed, 0, 1));
  }
  const onStdin = packing === 'standard input';
  return {
    layout,
    packing,
    args: onStdin ? ['-', '--format', extension] : [...texts.keys()],
    stdin: onStdin ? Buffer.concat([...texts.values()]) : Buffer.alloc(0),
    texts,
  };
}

/** Writes the input's files into a folder, each up to a share of its bytes. */
export function writeInput(folder: string, input: RecordedInput, share = 1): void {
  mkdirSync(folder, { recursive: true });
  if (input.packing === 'standard input') return;
  for (const [name, text] of input.texts) {
    const part = text.subarray(0, Math.ceil(text.length * share));
    writeFileSync(join(folder, name), input.packing === 'gzip' ? gzipSync(part) : part);
  }
}

/**
 * Appends to files in a folder what they lack up to another share, in place, as whoever writes a log does; to packed
 * ones as a further member.
 */
export function growInput(folder: string, input: RecordedInput, from: number, to: number): void {
  if (input.packing === 'standard input') return; // more of it comes the next time
  for (const [name, text] of input.texts) {
    const part = text.subarray(Math.ceil(text.length * from), Math.ceil(text.length * to));
    appendFileSync(join(folder, name), input.packing === 'gzip' ? gzipSync(part) : part);
  }
}

function recordingText(
  layout: RecordingLayout,
  { minutes, targets }: RecordingSize,
  seed: number,
  part: number,
  parts: number,
): Buffer {
  const columns = syntheticColumns(2);
  const random = new RandomStream(seed, part);
  const texts = [layout === 'csv' ? csvHeader(columns, true) : ''];
  const options = {
    targets,
    columns: 2,
    minutes,
    seed,
    missingShare: 0.01,
    gapsPerDay: 2,
    anomaliesPerDay: 1,
  };
  let minute = 0;
  for (const { minuteMs, records } of syntheticMinutes(options)) {
    minute += 1;
    const all = records.map(({ target, values, label }) => ({
      target,
      values: values.map((value) => (value === null ? '' : String(value))),
      label: String(label),
    }));
    const mine = all.filter((_, index) => index % parts === part);
    if (mine.length === 0) continue;
    const isWrong = random.nextInteger(1, ONE_IN) === 1 || minute === EARLY;
    texts.push(minuteText(layout, isoTime(minuteMs), columns, isWrong ? withDuplicate(mine, random) : mine));
    if (isWrong) texts.push(wrongLine(layout, isoTime(minuteMs), random));
  }
  return Buffer.from(texts.join(''));
}

function minuteText(
  layout: RecordingLayout,
  time: string,
  columns: readonly string[],
  records: readonly TextRecord[],
): string {
  if (layout === 'csv') return csvRows(time, records);
  return layout === 'jsonl' ? jsonRows(time, columns, records) : jsonBatch(time, columns, records);
}

function withDuplicate(records: readonly TextRecord[], random: RandomStream): TextRecord[] {
  const again = records[random.nextInteger(0, records.length - 1)];
  return again === undefined ? [...records] : [...records, again];
}

/** A line that no record comes of. */
function wrongLine(layout: RecordingLayout, time: string, random: RandomStream): string {
  const lines =
    layout === 'csv'
      ? [`${time},"x"y,1,2,0\n`, `${time},host,much,2,0\n`, 'no time,host,1,2,0\n', `${time},short\n`]
      : ['{"timestamp": \n', '[1, 2]\n', '{"timestamp": "no time", "target": "host", "gauge_1": 1}\n'];
  return lines[random.nextInteger(0, lines.length - 1)] ?? '\n';
}
