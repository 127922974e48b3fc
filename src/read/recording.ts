import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import type { AiopsError, Notice } from '../core/errors.js';
import { Intervals, longestMs } from '../core/grid.js';
import { flatten } from '../core/flatten.js';
import { FILE_START, type InputPosition, type Prefix } from '../core/input-position.js';
import type { ReadStep } from '../core/types.js';
import type { DigestUpdate } from './bytes/digests.js';
import {
  blockBytesFor,
  bytesBefore,
  bytesRead,
  checkSources,
  closeAll,
  exportNotices,
  grownNotices,
  openSource,
  type ByteSource,
} from './bytes/source.js';
import { joinedState, type AgainState } from './bytes/prefix-sums.js';
import { checkOptions, refuseSameFiles } from './check-options.js';
import { AwaitedColumns } from './lines/awaited-columns.js';
import { columnNotices, columnsSeen, type ColumnsSeen } from './lines/columns-seen.js';
import type { RecordingFacts } from './lines/plan.js';
import { readRules } from './lines/reader.js';
import type { ReadRules } from './lines/records.js';
import type { MetTargets } from './lines/target-filter.js';
import type { TimeRange } from './minutes/file-minutes.js';
import { LiveFills, mergeMinutes } from './minutes/merge.js';
import { rateSteps } from './minutes/rate-steps.js';
import { selectSteps, type MinutesAround, type StepGroups } from './minutes/select-steps.js';
import type { ReadOptions } from './options.js';
import { decideAgain } from './decide-again.js';
import { reopenInput, type PlannedInput, type ReopenedInput } from './planned-input.js';
import { readMinutes } from './read-minutes.js';
import type { FileDecisions } from './sample/decision.js';
import { detect } from './sample/detect.js';
import { rateColumns } from './sample/metrics/rate-columns.js';
import {
  hasLabels,
  placesIn,
  takeSnapshot,
  type InputSnapshot,
  type ResumePoint,
} from './snapshot/snapshot.js';
import type { SortScratch } from './sort/open-sorted.js';
import { takeSamples } from './take-samples.js';
import { surveyInputs, type Survey } from './survey.js';

export type { ReadOptions } from './options.js';

const DEFAULT_SCRATCH: SortScratch = { folder: tmpdir() };

export interface ReadProgress {
  /** Bytes read of the inputs so far, compressed ones of a compressed input. */
  readonly readBytes: number;
  /** Null if the size of an input cannot be known. */
  readonly totalBytes: number | null;
}

/** What was read of a recording, to explain why nothing in it was selected. */
export interface ReadExtent extends Readonly<MinutesAround> {
  readonly targets: MetTargets;
}

/** Recorded minutes, one after another, from one or more inputs. */
export interface Recording extends RecordingFacts, AsyncDisposable {
  /** What was found, assumed and ignored. */
  readonly notices: readonly Notice[];
  /** How each file is read, and why; none where a previous run decided it. */
  readonly decisions: readonly FileDecisions[];
  readonly hasLabels: boolean;
  /** Of each input, the fields that name its targets, none if its name does; null: it has no record yet. */
  readonly targetFields: readonly (readonly string[] | null)[];
  /** Whether the clock closes minutes of an input as well: reading it again would not yield the same minutes. */
  readonly isLive: boolean;
  /**
   * The minutes in order, with counts of what was rejected, merged and filtered. Call once. `onNotice` is called at the
   * first value of each field that had none in the sample.
   *
   * @throws AiopsError `input_out_of_order`; `input_unusable` on damaged gzip, or if a file was changed or truncated
   *   while it was read; `input_missing` on an I/O error; `config` if standard input is not what the run read before.
   *   Minutes that were complete before are emitted first.
   */
  steps(onNotice?: (notice: Notice) => void): AsyncIterable<ReadStep>;
  /** Instead of `steps`: those that were read together, as a wait for each one takes longer than reading it. */
  groups(onNotice?: (notice: Notice) => void): AsyncIterable<readonly ReadStep[]>;
  /**
   * How many records had such values, which columns had none, how much files grew, and what exports hold besides; call
   * after the last step and `checkInputs`.
   */
  lateNotices(): readonly Notice[];
  /** What of `lateNotices` is added up over the parts of a recording, so far. */
  columnsSeen(): ColumnsSeen;
  /**
   * Looks at the records whatever their order, and at head, middle and tail of long inputs only: short ones are read up
   * to `surveyBytes` over all inputs. Call once, instead of `steps`.
   *
   * @throws AiopsError what reading throws, except `input_out_of_order`
   */
  survey(surveyBytes?: number): Promise<Survey>;
  /** What there is around the range and targets that were selected; call after the last step. */
  extent(): ReadExtent;
  progress(): ReadProgress;
  /** Bytes of the inputs before the positions of a step, compressed ones (roughly) of a compressed input. */
  bytesBefore(positions: readonly InputPosition[]): number;
  /** How inputs that can be read only once compare with all that earlier sessions read of them. */
  againState(): AgainState;
  /** Checksums of such inputs that were read to their end; null: another input, or not at its end yet. */
  wholeInputs(): (Prefix | null)[];
  /** How the recording is read, what its files are, and what was read of them so far. */
  snapshot(): InputSnapshot;
  /** What was read of each input since the last call, or since `snapshot`; null: nothing, or not a file. */
  digestUpdates(): (DigestUpdate | null)[];
  /**
   * Checks the files again at the end of a run: some may have been read to their end long ago.
   *
   * @returns an error to end with once everything is committed, if a path leads to another file now, or to none, or if
   *   no record had a value in any column
   * @throws AiopsError `input_unusable` if bytes that were read have changed or are gone; `input_missing`
   */
  checkInputs(): Promise<AiopsError | null>;
  /** Stops reading. Safe to call twice. */
  close(): Promise<void>;
}

/** How far a previous session got; minutes in epoch ms, -Infinity if there was none. */
interface Resumed {
  /** Minutes up to this one lie before the positions at which reading starts. */
  readonly emittedMs: number;
  /** Steps up to this minute come again, as look-back only. */
  readonly afterMinuteMs: number;
  /** Sees every step, also those before a range, and may end them early. */
  readonly watch: (groups: StepGroups) => StepGroups;
  /** Whether other parts of the recording may have values in columns that this one lacks. */
  readonly isPart: boolean;
}

const NOT_RESUMED: Resumed = {
  ...{ emittedMs: -Infinity, afterMinuteMs: -Infinity, isPart: false },
  watch: (groups) => groups,
};

/**
 * Opens recordings, `-` being standard input, and detects their format, columns and interval by a sample.
 *
 * @param allRead all that earlier sessions read of inputs that can be read only once, to compare them with
 * @throws AiopsError `usage`: an invalid option; `input_missing`: no such file, a folder, unreadable; `input_empty`: no
 *   record; `input_unusable`: no time or numeric column, a named one that is missing, no record of the sample that can
 *   be read, not text
 */
export async function openRecording(
  inputs: readonly string[],
  options: ReadOptions,
  stdin: Readable,
  scratch: SortScratch = DEFAULT_SCRATCH,
  allRead: ResumePoint['allRead'] = [],
): Promise<Recording> {
  checkOptions(inputs, options);
  await refuseSameFiles(inputs);
  const blockBytes = blockBytesFor(inputs.length);
  const sourceOptions = { blockBytes, maxExpansion: options.maxExpansion, translate: options };
  const sources: ByteSource[] = [];
  try {
    for (const [i, input] of inputs.entries()) {
      sources.push(await openSource(input, { ...sourceOptions, allRead: allRead[i] ?? null }, stdin));
    }
    const taking = { options, scratch, sourceOptions, stdin };
    const { samples, notices: sorted } = await takeSamples(inputs, sources, taking);
    const { facts, notices, decisions, files, awaited } = detect(samples, options);
    const planned = samples.map((sample, i): PlannedInput => {
      const { plan, headMs, intervalsBack } = files[i] ?? { plan: null, headMs: -Infinity, intervalsBack: 0 };
      const start = plan === null ? 'end' : FILE_START;
      const { source } = sample;
      const isSorted = source.origins !== null;
      const shortSample = sample.sample.shortOf;
      return {
        ...{ source, plan, start, headMs, intervalsBack, isSorted, shortSample },
        chunks: () => sample.chunks(),
      };
    });
    const intervals = new Intervals(facts.grid);
    const waiting = new AwaitedColumns(facts.columns, { hasRecords: false, waiting: awaited });
    const rules = readRules(options, intervals, { awaited: waiting });
    const found = { ...facts, notices: [...sorted, ...notices], decisions };
    return makeRecording(planned, found, rules, options, NOT_RESUMED);
  } catch (error) {
    await closeAll(sources);
    throw error;
  }
}

type ReopenOptions = Partial<Pick<Resumed, 'watch'> & { readonly scratch: SortScratch }>;

/**
 * Opens a recording again to resume at a commit, with the columns and the interval of its snapshot, so without a
 * sample. Steps up to the last committed minute come as look-back; later ones are those of an uninterrupted run. The
 * inputs must be those of the snapshot, which `compareInputs` checks.
 *
 * @throws AiopsError `usage`: an invalid option; `input_missing`: no such file, a folder, unreadable; `input_unusable`:
 *   not text
 */
export async function reopenRecording(
  inputs: readonly string[],
  options: ReadOptions,
  stdin: Readable,
  snapshot: InputSnapshot,
  from: ResumePoint,
  { scratch = DEFAULT_SCRATCH, watch = NOT_RESUMED.watch }: ReopenOptions = {},
): Promise<Recording> {
  checkOptions(inputs, options);
  const { maxExpansion } = options;
  const sourceOptions = { blockBytes: blockBytesFor(inputs.length), maxExpansion, translate: options };
  const sort = { options, scratch };
  const planned: ReopenedInput[] = [];
  try {
    for (const [i, input] of inputs.entries()) {
      planned.push(await reopenInput(input, i, { snapshot, from, stdin, sourceOptions, sort }));
    }
    const { columns, intervalMs, grid, intervalSource, layout } = snapshot;
    const heads = planned.map(({ head }) => head);
    const { notices, shortSamples } =
      from.decidesAgain === true
        ? await decideAgain({ inputs, snapshot, heads }, options, { sourceOptions, scratch })
        : { notices: [], shortSamples: planned.map(({ shortSample }) => shortSample) };
    const facts = { columns, intervalMs, grid, intervalSource, layout, notices, decisions: [] };
    const again = planned.map((input, i) => ({ ...input, shortSample: shortSamples[i] ?? null }));
    const emittedMs = from.positions === null ? -Infinity : (from.positionsMinuteMs ?? -Infinity);
    const afterMinuteMs = emittedMs < from.afterMinuteMs ? from.afterMinuteMs : -Infinity;
    const awaited = new AwaitedColumns(columns, from.awaited);
    const { counted } = from;
    const isOwn = counted && placesIn(snapshot, counted);
    const rules = readRules(options, new Intervals(grid), {
      awaited,
      ...(isOwn === undefined ? {} : { isOwn }),
    });
    const isPart = counted !== undefined;
    return makeRecording(again, facts, rules, options, { emittedMs, afterMinuteMs, watch, isPart });
  } catch (error) {
    await closeAll(planned.map(({ source }) => source));
    throw error;
  }
}

function makeRecording(
  inputs: readonly PlannedInput[],
  facts: RecordingFacts & Pick<Recording, 'notices' | 'decisions'>,
  rules: ReadRules,
  options: ReadOptions,
  { emittedMs, afterMinuteMs, watch, isPart }: Resumed,
): Recording {
  const sources = inputs.map(({ source }) => source);
  const isLive = options.live === true && sources.some(({ live }) => live);
  const range: TimeRange = { fromMs: options.fromMs ?? -Infinity, toMs: options.toMs ?? Infinity };
  const { intervals } = rules;
  const counters = rateColumns(options.rate, facts.columns);
  const lookBackFromMs = intervals.before(intervals.from(range.fromMs), options.lookBackIntervals);
  const around: MinutesAround = { firstMs: null, beforeMs: null, afterMs: null };
  const checkReached = (): void => sources.forEach((source) => source.checkReached());
  const groups: Recording['groups'] = (onNotice = () => undefined) => {
    rules.late.onFirst = onNotice;
    const minutes = inputs.map((input) => {
      const { plan, start } = input;
      if (plan === null || start === 'end') return { start, minutes: null };
      return { start, minutes: readMinutes({ ...input, plan, start }, rules, options, range, emittedMs) };
    });
    // One of several inputs may be silent for long while others are not.
    const mayBeSilent = isLive && inputs.length > 1;
    const live = mayBeSilent ? new LiveFills(longestMs(facts.grid, 1 + options.grace)) : null;
    const merged = watch(mergeMinutes(minutes, options.duplicates, range, live));
    const chosen = selectSteps(merged, { ...range, lookBackFromMs, afterMinuteMs, checkReached, around });
    return counters.length === 0 ? chosen : rateSteps(chosen, counters, facts);
  };
  return {
    ...facts,
    targetFields: inputs.map(({ plan }) => plan?.targetFields ?? null),
    hasLabels: hasLabels(inputs),
    isLive,
    steps: (onNotice) => flatten(groups(onNotice)),
    groups,
    survey: (surveyBytes) => surveyInputs(inputs, rules, facts, options, surveyBytes),
    lateNotices: () => [...columnNotices(rules), ...grownNotices(sources), ...exportNotices(sources)],
    columnsSeen: () => columnsSeen(rules),
    extent: () => ({ ...around, targets: rules.filter.met }),
    progress: () => bytesRead(sources),
    bytesBefore: (positions) => bytesBefore(sources, positions),
    againState: () => joinedState(sources.map((source) => source.againState())),
    wholeInputs: () => sources.map((source) => source.whole()),
    snapshot: () => takeSnapshot(facts, isLive, inputs),
    digestUpdates: () => sources.map(({ file }) => file?.digestUpdate() ?? null),
    checkInputs: async () => (await checkSources(sources)) ?? (isPart ? null : rules.awaited.error()),
    close: () => closeAll(sources),
    [Symbol.asyncDispose]: () => closeAll(sources),
  };
}
