import { readPlace } from '../lines/read-place.js';
import { sleep } from '../../core/timer.js';
import type { MinuteRecord, Reject } from '../../core/types.js';
import { inPieces } from '../bytes/chunks.js';
import type { ByteSource } from '../bytes/source.js';
import type { FileFormat, FilePlan } from '../lines/plan.js';
import { openReader } from '../lines/reader.js';
import type { ReadRules } from '../lines/records.js';
import type { ReadOptions } from '../options.js';
import type { KnownForm } from './row-sampler.js';
import { Sampler, type FileSample } from './sampler.js';

/** How long an input that may be live must be silent before its sample counts as complete. */
const SILENT_MS = 200;
/** The same for one that trickles in. */
const TRICKLING_MS = 2000;

export interface SampledSource {
  readonly source: ByteSource;
  readonly sample: FileSample;
  /** The chunks of the sample. */
  readonly sampled: readonly Buffer[];
  /** All chunks, those of the sample first. Call once. */
  chunks(): AsyncIterable<Buffer>;
}

/** How to take a sample. */
export interface SampleTaking {
  readonly maxBytes: number;
  /** What another sample of the file has shown already. */
  readonly known?: KnownForm | null;
}

/**
 * Reads the beginning of an input until its columns and interval are clear, or `maxBytes` are read.
 *
 * @throws AiopsError `input_unusable` if there is no time column; and what the source throws
 */
export async function takeSample(
  source: ByteSource,
  options: ReadOptions,
  { maxBytes, known = null }: SampleTaking,
): Promise<SampledSource> {
  const { name: file, byteOffset } = source;
  const { format: given } = options;
  const format = given === 'csv' || given === 'jsonl' ? given : formatByName(file);
  const sampler = new Sampler({ file, format, byteOffset, maxBytes, known }, options);
  const chunks = source.chunks();
  let pending: Promise<IteratorResult<Buffer, undefined>> | null = null;
  let hasEnded = false;
  let firstAtMs = Infinity;
  let sampledBytes = 0;
  // An endless line must not be kept as a sample.
  while (!sampler.isEnough && sampledBytes < maxBytes + options.maxLineBytes) {
    pending ??= chunks.next();
    const isLong = performance.now() - firstAtMs > TRICKLING_MS;
    if (source.live && ((await isSilent(pending)) || isLong) && sampler.wouldDo) break;
    const { value } = await pending;
    pending = null;
    if (value === undefined) {
      hasEnded = true;
      break;
    }
    firstAtMs = Math.min(firstAtMs, performance.now());
    sampler.push(value);
    sampledBytes += value.length;
  }
  const sample = sampler.finish(hasEnded);
  const sampled = sampler.chunks;

  async function* all(): AsyncGenerator<Buffer, undefined> {
    // Shifted one by one, so that the sample does not stay in memory.
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
  return { source, sample, sampled, chunks: all };
}

/** What to look for in a sample. */
export interface SampleSearch {
  record(record: MinuteRecord): boolean;
  reject(reject: Reject): boolean;
  filtered(): boolean;
}

/** Reads the sample as the file will be read, until the search returns true; returns whether it did. */
export function searchSample(
  { source, sample, sampled }: SampledSource,
  plan: FilePlan,
  rules: ReadRules,
  search: SampleSearch,
): boolean {
  const state = { isFound: false, isOver: false };
  const look = (line: number, matches: () => boolean): void => {
    // The chunks may hold more than the sample, depending on how they arrived.
    state.isOver ||= line > sample.lastLine;
    if (!state.isOver) state.isOver = state.isFound = matches();
    if (state.isOver) reader.stop();
  };
  const sink = {
    record: (record: MinuteRecord) => look(readPlace(record.source).line, () => search.record(record)),
    reject: (reject: Reject) => look(readPlace(reject.source).line, () => search.reject(reject)),
    filtered: (line: number) => look(line, () => search.filtered()),
  };
  const { byteOffset, origins } = source;
  const reader = openReader(plan, rules, sink, { byteOffset, line: 1, origins });
  for (const piece of inPieces(sampled)) {
    reader.push(piece);
    if (state.isOver) return state.isFound;
  }
  reader.end();
  return state.isFound;
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

function extensionOf(name: string): string {
  return /\.[^./\\]*$/.exec(name)?.[0].toLowerCase() ?? '';
}
