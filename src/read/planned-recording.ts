import type { AiopsError, Notice } from '../core/errors.js';
import type { InputPosition } from '../core/input-position.js';
import { oneLine } from '../core/one-line.js';
import { skippedTimes } from '../core/skipped-time.js';
import type { ParseTime } from '../core/time.js';
import type { ReadStep, Reject } from '../core/types.js';
import { BlockAssembler } from './lines/assembler.js';
import { CsvReader } from './lines/csv.js';
import { MinuteCollector } from './minutes/file-minutes.js';
import { JsonBatchesReader } from './lines/json-batches.js';
import { JsonRowsReader } from './lines/json-rows.js';
import { LineCursor } from './lines/lines.js';
import { LiveFills } from './minutes/live-merge.js';
import { LiveMinutes } from './minutes/live.js';
import { mergeMinutes } from './minutes/merge.js';
import type { MergedInput } from './minutes/merge.js';
import type { ReadOptions } from './options.js';
import { pinRecording } from './snapshot/pin.js';
import { isOfShard } from './minutes/ownership.js';
import { LateFields, OTHER_FIELDS } from './lines/plan.js';
import type { FilePlan } from './lines/plan.js';
import { readMinutes } from './minutes/read-minutes.js';
import { RecordMaker } from './lines/records.js';
import type { BlockReader, ReadRules, RecordSink } from './lines/records.js';
import type { Recording, RecordingFacts } from './recording-types.js';
import { selectSteps } from './minutes/select-steps.js';
import type { MinutesAround } from './minutes/select-steps.js';
import { sortHint } from './minutes/sort-hint.js';
import { closeAll } from './bytes/source.js';
import type { ByteSource } from './bytes/source.js';
import { TargetFilter } from './lines/target-filter.js';
import type { TimeRange } from './minutes/time-range.js';

/** An input that is open, and how it is to be read. */
export interface PlannedInput {
  readonly source: ByteSource;
  /** Null: it has no record. */
  readonly plan: FilePlan | null;
  /** Where reading it begins. */
  readonly start: InputPosition;
  /** The minute that its rejects count to before its first record with a readable time, epoch ms. */
  readonly headMs: number;
  /** Call once. */
  chunks(): AsyncIterable<Buffer>;
}

/** How reading goes on where a run was committed; minutes in epoch ms, -Infinity where there was none. */
export interface GoingOn {
  /** Minutes up to this one are behind the positions that reading begins at. */
  readonly handedOnMs: number;
  /** Steps up to this minute are handed out again, for the windows only. */
  readonly afterMinuteMs: number;
}

export const FROM_THE_BEGINNING: GoingOn = { handedOnMs: -Infinity, afterMinuteMs: -Infinity };

/** What holds for all inputs alike; the fields that only show while they are read are counted in it. */
export function readRules(options: ReadOptions, parseTime: ParseTime, intervalMs: number): ReadRules {
  const { ownWindow, maxLineBytes, shard, timezone } = options;
  const filter = new TargetFilter(options.targets, shard);
  const explainTime = skippedTimes(timezone);
  return {
    parseTime,
    explainTime,
    intervalMs,
    filter,
    shard,
    ownWindow,
    maxLineBytes,
    late: new LateFields(),
  };
}

/** Inputs whose plans are known, as a recording to be read. */
export function plannedRecording(
  inputs: readonly PlannedInput[],
  facts: RecordingFacts,
  rules: ReadRules,
  options: ReadOptions,
  goingOn: GoingOn,
): Recording {
  const sources = inputs.map(({ source }) => source);
  const isLive = options.live === true && sources.some(({ live }) => live);
  const range: TimeRange = { fromMs: options.fromMs ?? -Infinity, toMs: options.toMs ?? Infinity };
  const lookBackFromMs = range.fromMs - options.lookBackIntervals * facts.intervalMs;
  const merged = (input: PlannedInput): MergedInput => ({
    start: input.start,
    minutes: minutesOf(input, rules, options, range, goingOn.handedOnMs),
  });
  const checkReached = (): void => {
    for (const source of sources) source.checkReached();
  };
  const around: MinutesAround = { firstMs: null, beforeMs: null, afterMs: null };
  const choice = { ...range, lookBackFromMs, afterMinuteMs: goingOn.afterMinuteMs, checkReached, around };
  const steps = (
    onNotice: (notice: Notice) => void = () => undefined,
  ): AsyncGenerator<ReadStep, undefined> => {
    rules.late.onFirst = (field) => onNotice(lateNotice(field, 'has a value now'));
    return selectSteps(
      mergeMinutes(inputs.map(merged), options.duplicates, range, liveFills(inputs, options, facts)),
      choice,
    );
  };
  return {
    ...facts,
    hasLabels: inputs.some(({ plan }) => plan !== null && plan.labelField !== null),
    isLive,
    steps,
    lateNotices: () => [...lateNotices(rules.late), ...sources.flatMap(grownNotices)],
    extent: () => ({ ...around, targets: rules.filter.met }),
    progress: () => progressOf(sources),
    pin: () => pinRecording({ ...facts, isLive }, inputs),
    digestUpdates: () => sources.map(({ file }) => file?.digestUpdate() ?? null),
    checkInputs: () => checkInputs(sources),
    close: () => closeAll(sources),
    [Symbol.asyncDispose]: () => closeAll(sources),
  };
}

/** A reader of the format and layout that the plan names. */
export function openReader(plan: FilePlan, rules: ReadRules, sink: RecordSink, firstLine = 1): BlockReader {
  const take = (reject: Reject): void => {
    if (isOfShard(reject, rules.shard)) sink.reject(reject);
    else sink.filtered(reject.source.line, reject.source.item);
  };
  const cursor = new LineCursor(plan.file, rules.maxLineBytes, take, firstLine);
  const maker = new RecordMaker(cursor, rules, sink, plan.columns.length);
  if (plan.format === 'csv') return new CsvReader(maker, plan);
  return plan.layout === 'rows' ? new JsonRowsReader(maker, plan) : new JsonBatchesReader(maker, plan);
}

function minutesOf(
  input: PlannedInput,
  rules: ReadRules,
  options: ReadOptions,
  range: TimeRange,
  handedOnMs: number,
): MergedInput['minutes'] {
  const { source, plan, start, headMs } = input;
  if (plan === null || start === 'end') return null;
  const { grace, maxAhead = Infinity, duplicates, timezone } = options;
  const { intervalMs, maxLineBytes } = rules;
  const collector = new MinuteCollector(
    {
      intervalMs,
      grace,
      duplicates,
      range,
      headMs,
      sortHint: sortHint(plan, timezone),
      prefixAt: (byteOffset) => source.prefixAt(byteOffset),
    },
    { position: start, minuteMs: handedOnMs },
  );
  const live =
    options.live === true && source.live ? new LiveMinutes(collector, { intervalMs, grace, maxAhead }) : null;
  const chunks = live?.watch(input.chunks()) ?? input.chunks();
  const assembler = new BlockAssembler(maxLineBytes, source.byteOffset);
  const reader = openReader(plan, rules, live ?? collector, start.line);
  return readMinutes(chunks, assembler, reader, collector);
}

/** Of several inputs, one of which may be silent for long while others go on; null: none may. */
function liveFills(
  inputs: readonly PlannedInput[],
  { live, grace }: ReadOptions,
  { intervalMs }: RecordingFacts,
): LiveFills | null {
  const mayBeSilent = live === true && inputs.length > 1 && inputs.some(({ source }) => source.live);
  return mayBeSilent ? new LiveFills((1 + grace) * intervalMs) : null;
}

function lateNotices(late: LateFields): Notice[] {
  return [...late.counts].map(([field, count]) =>
    lateNotice(field, `has a value in ${count} record${count === 1 ? '' : 's'}`),
  );
}

function lateNotice(field: string, seen: string): Notice {
  const name = field === OTHER_FIELDS ? 'any further column like these' : `column ${oneLine(field)}`;
  return {
    level: 'warning',
    text: `ignored ${name}: it was empty in the sample and ${seen}; add it with --columns`,
  };
}

/** What a file grew by after its end was read: nothing is lost, but a reader of the report may look for it. */
function grownNotices({ name, file }: ByteSource): Notice[] {
  if (file === null || file.grownBytes === 0) return [];
  const bytes = `${file.grownBytes} byte${file.grownBytes === 1 ? '' : 's'}`;
  return [
    { level: 'info', text: `${name} grew by ${bytes} after its end was read: they are left to the next run` },
  ];
}

async function checkInputs(sources: readonly ByteSource[]): Promise<AiopsError | null> {
  for (const { file } of sources) await file?.check();
  for (const { file } of sources) {
    const moved = (await file?.moved()) ?? null;
    if (moved !== null) return moved;
  }
  return null;
}

function progressOf(sources: readonly ByteSource[]): ReturnType<Recording['progress']> {
  let readBytes = 0;
  let totalBytes: number | null = 0;
  for (const source of sources) {
    readBytes += source.readBytes();
    totalBytes = totalBytes === null || source.sizeBytes === null ? null : totalBytes + source.sizeBytes;
  }
  return { readBytes, totalBytes };
}
