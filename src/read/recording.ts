import type { Readable } from 'node:stream';
import { AiopsError } from '../core/errors.js';
import type { Notice } from '../core/errors.js';
import { timeParser } from '../core/time.js';
import type { ParseTime } from '../core/time.js';
import type { ReadStep } from '../core/types.js';
import { BlockAssembler } from './assembler.js';
import { chooseColumns } from './columns.js';
import { CsvReader } from './csv.js';
import { takeSample } from './detect.js';
import type { SampledSource } from './detect.js';
import { listNames } from './fields.js';
import { MinuteCollector, readMinutes } from './file-minutes.js';
import type { FileMinute } from './file-minutes.js';
import { chooseInterval } from './interval.js';
import { JsonBatchesReader } from './json-batches.js';
import { JsonRowsReader } from './json-rows.js';
import { LineCursor } from './lines.js';
import { mergeMinutes } from './merge.js';
import type { ReadOptions } from './options.js';
import { LateFields } from './plan.js';
import type { FilePlan, Layout } from './plan.js';
import { CountingSink, RecordMaker } from './records.js';
import type { BlockReader, ReadRules, RecordSink } from './records.js';
import { refuseUnreadable, refuseWithoutRecords } from './refuse.js';
import { unreadHint } from './sample.js';
import { sortHint } from './sort-hint.js';
import { openSource } from './source.js';
import type { ByteSource } from './source.js';
import { TargetFilter } from './target-filter.js';

export type { ReadOptions } from './options.js';

/** The longest line that is read unless an option says otherwise. */
export const DEFAULT_MAX_LINE_BYTES = 16 * 1024 * 1024;
/** Above what monitoring data packs to, below what deflate makes of one byte over and over (about 1,030). */
export const DEFAULT_MAX_EXPANSION = 500;
/** Bytes that are looked at to find columns and interval, over all files. */
const SAMPLE_BYTES = 16 * 1024 * 1024;
/** Blocks are smaller where many files are open, so that memory does not grow with their number. */
const MAX_BLOCK_BYTES = 256 * 1024;
const MIN_BLOCK_BYTES = 16 * 1024;
const ALL_BLOCKS_BYTES = 16 * 1024 * 1024;

export interface ReadProgress {
  /** Bytes of the inputs that were taken so far, packed ones of a packed input. */
  readonly readBytes: number;
  /** Null where an input's size cannot be known. */
  readonly totalBytes: number | null;
}

/** Recorded minutes, one after another, from one or more inputs. */
export interface Recording {
  readonly columns: readonly string[];
  readonly intervalMs: number;
  readonly intervalSource: 'given' | 'detected' | 'default';
  readonly layout: Layout;
  readonly hasLabels: boolean;
  /** What was found or assumed, and what was left out. */
  readonly notices: readonly Notice[];
  /**
   * The minutes in order, with accounts of what was rejected, merged and filtered. Call once.
   *
   * @throws AiopsError `input_out_of_order`; `input_unusable` on damaged gzip; `input_missing` on an I/O
   *   error. What was complete before is handed on first.
   */
  steps(): AsyncIterable<ReadStep>;
  /** What only showed after the sample; ask once the steps have ended. */
  lateNotices(): readonly Notice[];
  /** Records found so far, before any of them was accepted, merged or rejected; filtered ones not. */
  recordsRead(): number;
  progress(): ReadProgress;
  /** Ends reading. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Opens recordings, `-` being standard input, and finds out their format, columns and interval.
 *
 * @throws AiopsError `usage`: an option cannot be; `input_missing`: no such file, a folder, unreadable;
 *   `input_empty`: no record; `input_unusable`: no time or numeric column, a named one that is not there,
 *   no record of the sample that can be read, not text
 */
export async function openRecording(
  inputs: readonly string[],
  options: ReadOptions,
  stdin: Readable,
): Promise<Recording> {
  const parseTime = checkOptions(inputs, options);
  const share = Math.floor(ALL_BLOCKS_BYTES / inputs.length);
  const blockBytes = Math.max(MIN_BLOCK_BYTES, Math.min(MAX_BLOCK_BYTES, share));
  const sources: ByteSource[] = [];
  try {
    for (const input of inputs) sources.push(await openSource(input, blockBytes, stdin, options));
    const sampleBytes = Math.max(blockBytes, Math.floor(SAMPLE_BYTES / inputs.length));
    const sampled: SampledSource[] = [];
    for (const source of sources) sampled.push(await takeSample(source, options, parseTime, sampleBytes));
    return describe(sampled, options, parseTime);
  } catch (error) {
    await closeAll(sources);
    throw error;
  }
}

function checkOptions(inputs: readonly string[], options: ReadOptions): ParseTime {
  if (inputs.length === 0)
    throw new AiopsError('usage', 'no input named', { hint: 'name a file, or - for standard input' });
  const inputsTwice = repeated(inputs);
  if (inputsTwice.length > 0) {
    throw new AiopsError('usage', `${listNames(inputsTwice)} is named twice`, {
      hint: 'name each input once',
    });
  }
  const twice = repeated(options.columns ?? []);
  if (twice.length > 0) {
    throw new AiopsError('usage', `--columns names ${listNames(twice)} twice`, {
      hint: 'name each column once',
    });
  }
  if (options.interval !== 'auto' && !(Number.isInteger(options.interval) && options.interval > 0)) {
    throw new AiopsError('usage', `an interval of ${options.interval} ms`, {
      hint: 'give one such as 30s, 1m or 5m',
    });
  }
  try {
    return timeParser(options.timezone);
  } catch (cause) {
    throw new AiopsError('usage', `no such time zone: ${options.timezone}`, {
      hint: 'give UTC or a name such as Europe/Berlin',
      cause,
    });
  }
}

function repeated(names: readonly string[]): string[] {
  return names.filter((name, i) => names.indexOf(name) !== i);
}

function describe(all: readonly SampledSource[], options: ReadOptions, parseTime: ParseTime): Recording {
  const inputs = all.filter(({ sample }) => sample.lines > 0);
  const empty = all.filter(({ sample }) => sample.lines === 0);
  if (inputs.length === 0) throw noRecord(all);
  for (const { sample } of inputs) refuseWithoutRecords(sample);
  const chosen = chooseColumns(inputs, options);
  const layout = oneLayout(chosen.plans);
  const {
    intervalMs,
    source: intervalSource,
    notice,
  } = chooseInterval(
    options.interval,
    inputs.map(({ sample }) => sample.steps),
  );
  const late = new LateFields();
  const { ownWindow, maxLineBytes } = options;
  const filter = new TargetFilter(options.targets);
  const rules: ReadRules = { parseTime, intervalMs, filter, ownWindow, maxLineBytes, late };
  const files = inputs.map((input, i) => ({ input, plan: planAt(chosen.plans, i) }));
  refuseUnreadable(
    files.map(({ input, plan }) => ({
      plan,
      lastLine: input.sample.lastLine,
      chunks: input.sampled,
      assembler: new BlockAssembler(maxLineBytes, input.source.bomBytes),
      openReader: (sink) => openReader(plan, { ...rules, late: new LateFields() }, sink),
    })),
  );
  const sources = all.map(({ source }) => source);
  const counters: CountingSink[] = [];
  return {
    columns: chosen.columns,
    intervalMs,
    intervalSource,
    layout,
    hasLabels: chosen.plans.some((plan) => plan.labelField !== null),
    notices: [...chosen.notices, notice, ...empty.map(emptyNotice)],
    steps: () =>
      mergeMinutes(
        files.map(({ input, plan }) => minutesOf(input, plan, rules, options, counters)),
        options.duplicates,
      ),
    lateNotices: () => lateNotices(late),
    recordsRead: () => counters.reduce((sum, { records }) => sum + records, 0),
    progress: () => progressOf(sources),
    close: () => closeAll(sources),
  };
}

function minutesOf(
  input: SampledSource,
  plan: FilePlan,
  rules: ReadRules,
  options: ReadOptions,
  counters: CountingSink[],
): AsyncIterator<FileMinute[], undefined> {
  const { grace, duplicates } = options;
  const { intervalMs, maxLineBytes } = rules;
  const collector = new MinuteCollector({
    intervalMs,
    grace,
    duplicates,
    sortHint: sortHint(plan, options.timezone),
  });
  const counter = new CountingSink(collector);
  counters.push(counter);
  const assembler = new BlockAssembler(maxLineBytes, input.source.bomBytes);
  return readMinutes(input.chunks(), assembler, openReader(plan, rules, counter), collector);
}

function openReader(plan: FilePlan, rules: ReadRules, sink: RecordSink): BlockReader {
  const cursor = new LineCursor(plan.file, rules.maxLineBytes, (reject) => sink.reject(reject));
  const maker = new RecordMaker(cursor, rules, sink, plan.columns.length);
  if (plan.format === 'csv') return new CsvReader(maker, plan);
  return plan.layout === 'rows' ? new JsonRowsReader(maker, plan) : new JsonBatchesReader(maker, plan);
}

function planAt(plans: readonly FilePlan[], index: number): FilePlan {
  const plan = plans[index];
  if (plan === undefined) throw new Error(`no plan for file ${index}`);
  return plan;
}

function oneLayout(plans: readonly FilePlan[]): Layout {
  const [first] = plans;
  const other = plans.find((plan) => plan.layout !== first?.layout);
  if (first === undefined || other === undefined) return first?.layout ?? 'rows';
  throw new AiopsError(
    'input_unusable',
    `${first.file} holds ${first.layout}, but ${other.file} holds ${other.layout}: one recording has one layout`,
    { hint: 'replay them one after another' },
  );
}

function noRecord(all: readonly SampledSource[]): AiopsError {
  const names = listNames(
    all.map(({ source }) => source.name),
    3,
  );
  const header = all[0]?.sample.header ?? [];
  const unread = all.find(({ sample }) => sample.unread !== null)?.sample.unread;
  if (header.length === 0 && unread !== null && unread !== undefined) {
    const { source, reason, message } = unread;
    const text = `nothing in ${names} can be read, from ${source.file}:${source.line} on: ${message}`;
    return new AiopsError('input_unusable', text, { hint: unreadHint(reason) });
  }
  if (header.some((name) => name.includes('\r'))) {
    return new AiopsError('input_unusable', `${names}: all on one line, with carriage returns in it`, {
      hint: "make line ends of them: tr '\\r' '\\n' < FILE",
    });
  }
  return header.length > 0
    ? new AiopsError('input_empty', `${names}: a header (${listNames(header)}), but no record after it`, {
        hint: 'a recording has a header line, then a line for each target and minute',
      })
    : new AiopsError('input_empty', `${names}: empty`, { hint: 'check what was to write the recording' });
}

function emptyNotice({ source }: SampledSource): Notice {
  return { level: 'warning', text: `${source.name} holds no record` };
}

function lateNotices(late: LateFields): Notice[] {
  return [...late.counts].map(([field, count]) => ({
    level: 'warning' as const,
    text: `left out: ${field}, which had a value first after the sample, in ${count} record${count === 1 ? '' : 's'} (--columns takes it in)`,
  }));
}

function progressOf(sources: readonly ByteSource[]): ReadProgress {
  let readBytes = 0;
  let totalBytes: number | null = 0;
  for (const source of sources) {
    readBytes += source.readBytes();
    totalBytes = totalBytes === null || source.sizeBytes === null ? null : totalBytes + source.sizeBytes;
  }
  return { readBytes, totalBytes };
}

async function closeAll(sources: readonly ByteSource[]): Promise<void> {
  for (const source of sources) await source.close();
}
