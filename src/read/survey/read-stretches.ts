import { AiopsError } from '../../core/errors.js';
import { closeRead, openFile } from '../bytes/file-facts.js';
import { fileBytes, type ByteWatch } from '../bytes/raw-bytes.js';
import type { ByteSource } from '../bytes/source.js';
import type { FilePlan } from '../lines/plan.js';
import { openReader, type LineAssembler } from '../lines/reader.js';
import type { ReadRules } from '../lines/records.js';
import { OrderWatch } from './order.js';
import type { Section } from './section.js';
import { Stretch } from './stretch.js';

const NEWLINE = 10;

/** An open input that has records, from its start. */
export interface SurveyedInput {
  readonly source: ByteSource;
  readonly plan: FilePlan;
  /** The minute of rejects before its first record with a readable time, epoch ms. */
  readonly headMs: number;
  /** Call once. */
  chunks(): AsyncIterable<Buffer>;
}

export interface StretchOptions {
  readonly rules: ReadRules;
  readonly intervalMs: number;
  readonly grace: number;
  /** Per read. */
  readonly blockBytes: number;
  /** How much of each input to read, bytes of text. */
  readonly mostBytes: number;
  /** What the head belongs to. */
  readonly head: Section;
  /** Adds a section for a stretch that lies apart. */
  readonly apart: () => Section;
}

/** What was read of one input. */
export interface ReadStretches {
  readonly order: OrderWatch;
  /** Bytes of text. */
  readonly readBytes: number;
  readonly read: 'all' | 'head' | 'head, middle and tail';
}

/**
 * Reads an input, or, of one that is longer than `mostBytes`, its head, middle and tail, each a third of that; of one
 * that can only be read from its start, its head.
 *
 * @throws AiopsError what reading it throws
 */
export async function readStretches(input: SurveyedInput, options: StretchOptions): Promise<ReadStretches> {
  const { source, plan, headMs } = input;
  const { rules, intervalMs, grace, mostBytes, head } = options;
  const order = new OrderWatch(intervalMs, grace);
  const sizeBytes = seekableBytes(source);
  const isLong = sizeBytes !== null && sizeBytes > mostBytes;
  const partBytes = isLong ? Math.floor(mostBytes / 3) : mostBytes;
  const stretch = new Stretch(head, order, { beginsInside: false, headMs });
  const start = { byteOffset: source.byteOffset, line: 1, origins: source.origins };
  const reader = openReader(plan, rules, stretch, start);
  let readBytes = 0;
  let isComplete = true;
  for await (const chunk of input.chunks()) {
    if (readBytes >= partBytes) {
      isComplete = false; // there is more
      break;
    }
    reader.push(chunk);
    head.tookText(chunk.length);
    readBytes += chunk.length;
  }
  if (isComplete) {
    reader.end();
    return { order, readBytes, read: 'all' };
  }
  reader.drain();
  stretch.endInside(plan.file);
  if (!isLong) return { order, readBytes, read: 'head' };
  head.encode(); // counts its duplicates before those of later stretches
  for (const atByte of [Math.floor((sizeBytes - partBytes) / 2), sizeBytes - partBytes]) {
    const range = { atByte, partBytes, isTail: atByte + partBytes >= sizeBytes };
    readBytes += await readInside(input, order, range, options);
  }
  return { order, readBytes, read: 'head, middle and tail' };
}

/** The size of an input that can be read from any byte; null: it cannot. */
function seekableBytes({ file, isPacked, origins, sizeBytes }: ByteSource): number | null {
  return file === null || isPacked || origins !== null ? null : sizeBytes;
}

/** Higher than that of any header or line to skip. */
const INSIDE_LINE = 2 ** 31;

/** A file that is only looked at: bytes are not compared with what earlier sessions read. */
const LOOK: ByteWatch = {
  add: () => undefined,
  checkEnd: () => Promise.resolve(),
  checkOverlap: (atByte) =>
    Promise.resolve(
      new AiopsError('input_unusable', `bytes before ${atByte} changed while they were read`, {
        hint: 'look at the file again once no program changes it',
      }),
    ),
};

/** Reads from the first line that begins after a byte on; returns how many bytes were read. */
async function readInside(
  { source, plan, headMs }: SurveyedInput,
  order: OrderWatch,
  range: { readonly atByte: number; readonly partBytes: number; readonly isTail: boolean },
  { rules, blockBytes, apart }: StretchOptions,
): Promise<number> {
  const { atByte, partBytes, isTail } = range;
  const section = apart();
  const stretch = new Stretch(section, order, { beginsInside: true, headMs });
  const handle = await openFile(source.name);
  try {
    const bytes = { blockBytes, startByte: atByte, endByte: isTail ? Infinity : atByte + partBytes };
    let reader: LineAssembler | null = null;
    let readBytes = 0;
    for await (const chunk of fileBytes(source.name, handle, bytes, LOOK).chunks) {
      readBytes += chunk.length;
      section.tookText(chunk.length);
      if (reader !== null) {
        reader.push(chunk);
        continue;
      }
      const next = chunk.indexOf(NEWLINE) + 1;
      if (next === 0) continue;
      const byteOffset = atByte + readBytes - chunk.length + next;
      reader = openReader(plan, rules, stretch, { byteOffset, line: INSIDE_LINE });
      reader.push(chunk.subarray(next));
    }
    if (isTail) reader?.end();
    else {
      reader?.drain();
      stretch.endInside(plan.file);
    }
    section.encode();
    return readBytes;
  } finally {
    await closeRead(handle);
  }
}
