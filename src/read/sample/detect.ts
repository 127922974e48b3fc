import { sleep } from '../../core/timer.js';
import type { ParseTime } from '../../core/time.js';
import { BlockAssembler } from '../lines/assembler.js';
import type { Piece } from '../lines/assembler.js';
import { LineCursor } from '../lines/lines.js';
import type { ReadOptions } from '../options.js';
import type { FileFormat } from '../lines/plan.js';
import { Sampler } from './sample.js';
import type { FileSample } from './sample.js';
import type { ByteSource } from '../bytes/source.js';

/** How long an input that may be live has to be silent before what it gave is taken for a sample. */
const SILENT_MS = 200;
/** The same, if it gives little by little instead of being silent. */
const LITTLE_MS = 2000;

export interface SampledSource {
  readonly source: ByteSource;
  readonly series: string;
  readonly sample: FileSample;
  /** The chunks that the sample was taken from; `chunks` gives them again. */
  readonly sampled: readonly Buffer[];
  /** All chunks, those of the sample first. Call once. */
  chunks(): AsyncIterable<Buffer>;
}

/**
 * Reads the beginning of an input until its columns and interval are clear, or `maxBytes` are read.
 *
 * @throws AiopsError `input_unusable` when there is no time column; and what the source throws
 */
export async function takeSample(
  source: ByteSource,
  options: ReadOptions,
  parseTime: ParseTime,
  maxBytes: number,
): Promise<SampledSource> {
  const series = seriesName(source.name);
  const format = options.format === 'auto' ? formatByName(source.name) : options.format;
  const sampler = new Sampler({ file: source.name, series, format, maxBytes }, options, parseTime);
  const cursor = new LineCursor(source.name, options.maxLineBytes, (reject) => sampler.passOver(reject));
  const assembler = new BlockAssembler(options.maxLineBytes, source.byteOffset);
  const chunks = source.chunks();
  const sampled: Buffer[] = [];
  let pending: Promise<IteratorResult<Buffer, undefined>> | null = null;
  let hasEnded = false;
  let firstAtMs = Infinity;
  let sampledBytes = 0;
  // A line without end must not be kept as a sample.
  while (!sampler.isEnough && sampledBytes < maxBytes + options.maxLineBytes) {
    pending ??= chunks.next();
    const isLong = performance.now() - firstAtMs > LITTLE_MS;
    if (source.live && ((await isSilent(pending)) || isLong) && sampler.wouldDo()) break;
    const { value } = await pending;
    pending = null;
    if (value === undefined) {
      hasEnded = true;
      break;
    }
    firstAtMs = Math.min(firstAtMs, performance.now());
    sampled.push(value);
    sampledBytes += value.length;
    for (const piece of assembler.push(value)) feed(piece);
  }
  for (const piece of hasEnded ? assembler.end() : assembler.drain()) feed(piece);

  function feed(piece: Piece): void {
    if (piece.kind === 'long-line') {
      cursor.rejectLongLine(cursor.line + 1, piece.byteOffset, piece.head, piece.sizeBytes);
      return;
    }
    const { block, last } = piece;
    cursor.enter(block);
    if (!sampler.read(cursor, last)) assembler.giveBack(block.bytes.subarray(cursor.next));
  }

  async function* all(): AsyncGenerator<Buffer, undefined> {
    // Given away one by one, so that the sample does not stay in memory.
    for (let chunk = sampled.shift(); chunk !== undefined; chunk = sampled.shift()) yield chunk;
    if (hasEnded) return undefined;
    if (pending !== null) {
      const { value } = await pending;
      if (value === undefined) return undefined;
      yield value;
    }
    yield* { [Symbol.asyncIterator]: () => chunks };
    return undefined;
  }
  return { source, series, sample: sampler.finish(), sampled, chunks: all };
}

async function isSilent(pending: Promise<unknown>): Promise<boolean> {
  const stop = new AbortController();
  const silence = sleep(SILENT_MS, stop.signal).then(() => true);
  const arrived = pending.then(
    () => false,
    () => false,
  );
  const silent = await Promise.race([arrived, silence]);
  stop.abort();
  return silent;
}

const EXTENSIONS: Readonly<Record<string, FileFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'jsonl',
};

function formatByName(name: string): FileFormat | null {
  return EXTENSIONS[extensionOf(name.replace(/\.gz$/i, ''))] ?? null;
}

/** A file's base name without the extensions that say what it is. */
function seriesName(name: string): string {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1).replace(/\.gz$/i, '');
  const extension = extensionOf(base);
  const isKnown = extension in EXTENSIONS || extension === '.txt' || extension === '.log';
  return isKnown && base.length > extension.length ? base.slice(0, -extension.length) : base;
}

function extensionOf(name: string): string {
  return /\.[^./\\]*$/.exec(name)?.[0].toLowerCase() ?? '';
}
