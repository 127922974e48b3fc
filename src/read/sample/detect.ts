import { AiopsError, type Notice } from '../../core/errors.js';
import { Intervals } from '../../core/grid.js';
import { oneLine } from '../../core/one-line.js';
import { placeText } from '../../core/place-text.js';
import type { Reject } from '../../core/types.js';
import type { FilePlan, Layout, RecordingFacts } from '../lines/plan.js';
import { readRules } from '../lines/reader.js';
import type { ReadRules } from '../lines/records.js';
import type { ReadOptions } from '../options.js';
import { RECORD_FORMS, remedyOf } from '../lines/reject-remedies.js';
import { chooseColumns } from './columns.js';
import { decisionNotices, noticesOf, type FileDecisions } from './decision.js';
import { chooseGrid, wallClock } from './grid/grid.js';
import { chooseInterval } from './grid/interval.js';
import { foreignHint, notRead, orForeign } from './foreign/foreign.js';
import { nameMetrics } from './metrics/metric-names.js';
import { listNames } from './names.js';
import { rangeNotices } from './grid/range.js';
import { searchSample, type SampledSource } from './sample.js';
import type { InputSeries } from './series/join-series.js';
import type { FileSample } from './sampler.js';
import { decideSeries, seriesNotices } from './series/series-notices.js';

export interface DetectedFile {
  readonly plan: FilePlan;
  /** The minute of rejects before its first record with a readable time, epoch ms. */
  readonly headMs: number;
  /** How many intervals a record of the sample goes back at most. */
  readonly intervalsBack: number;
}

/** How to read a recording, by its samples. */
export interface Detected {
  readonly facts: RecordingFacts;
  readonly notices: readonly Notice[];
  /** Of the files that have records, then of all of them together. */
  readonly decisions: readonly FileDecisions[];
  /** Columns that no sample has. */
  readonly awaited: readonly string[];
  /** In the order of the inputs; null: it has no record. */
  readonly files: readonly (DetectedFile | null)[];
}

/** A sampled input, and the target of its records if no field names one. */
export type NamedSample = SampledSource & { readonly series: InputSeries };

interface PlannedSample {
  readonly input: SampledSource;
  readonly plan: FilePlan;
}

/**
 * Decides on columns, interval and layout by the samples of all inputs.
 *
 * @throws AiopsError `input_empty`: no record; `input_unusable`: no numeric column, a named one that is missing, files
 *   of different layouts, or no record of the samples can be read
 */
export function detect(all: readonly NamedSample[], options: ReadOptions): Detected {
  const inputs = all.filter(({ sample }) => sample.lines > 0);
  const empty = all.filter(({ sample }) => sample.lines === 0);
  if (inputs.length === 0) throw noRecord(all);
  for (const { sample } of inputs) refuseWithoutRecords(sample);
  const series = inputs.flatMap(({ sample }) => sample.times.series());
  const interval = chooseInterval(series, options, wallClock(options.timezone));
  const { intervalMs } = interval;
  const { grid, decision: phase } = chooseGrid(series, intervalMs, options);
  const intervals = new Intervals(grid);
  const nested = inputs.find(({ sample }) => sample.lines === 1 && sample.head.foreign !== null)?.sample;
  const metrics = nameMetrics(inputs, options, intervals);
  const readable = inputs.map((input, i) => ({ ...input, options: metrics.options[i]! }));
  const {
    columns,
    plans,
    notices,
    decisions: found,
    awaited,
  } = orForeign(nested?.file ?? '', nested?.head.foreign ?? null, () =>
    chooseColumns(readable, options, intervals),
  );
  const samples = inputs.map((input, i): PlannedSample => ({ input, plan: plans[i]! }));
  const heads = checkRecords(samples, options, intervals);
  const files = all.map((input) => {
    const i = inputs.indexOf(input);
    if (i < 0) return null;
    return { plan: plans[i]!, headMs: heads[i]!, intervalsBack: input.sample.times.intervalsBack(intervals) };
  });
  const decisions = inputs.map((input) => decisionsOn(input, options, inputs));
  const named = metrics.decision === null ? [] : [metrics.decision];
  const ofColumns = [...named, ...found];
  const shared: FileDecisions = { file: 'all inputs', decisions: [...ofColumns, interval.decision, phase] };
  return {
    facts: { columns, intervalMs, grid, intervalSource: interval.source, layout: commonLayout(plans) },
    notices: [
      ...notices,
      ...metrics.notices,
      ...decisionNotices(decisions),
      ...seriesNotices(inputs, options, intervals),
      ...interval.notices,
      ...[...ofColumns, phase].flatMap((decision) => noticesOf(decision)),
      ...rangeNotices(options, intervals),
      ...empty.map(emptyNotice),
    ],
    decisions: [...decisions, shared],
    awaited,
    files,
  };
}

function decisionsOn(input: NamedSample, options: ReadOptions, all: readonly NamedSample[]): FileDecisions {
  const { file, head, fields } = input.sample;
  const decisions = [...head.decisions, ...(fields?.decisions ?? []), ...decideSeries(input, options, all)];
  return { file, decisions };
}

/**
 * Reads the samples with their plans; returns the minutes of rejects at the heads of the files. All shards and slices
 * must agree on both, so all targets are read, or, for the check, all that `--targets` selects.
 */
function checkRecords(
  samples: readonly PlannedSample[],
  options: ReadOptions,
  intervals: Intervals,
): number[] {
  const ofAnyShard = { ...options, shard: null };
  refuseUnreadable(samples, readRules(ofAnyShard, intervals), options.timeColumn !== undefined);
  const { targets: _, ...ofAnyTarget } = ofAnyShard;
  const rules = readRules(ofAnyTarget, intervals);
  return headMinutes(samples.map((sample) => firstMinute(sample, rules)));
}

/** The minute of the first record whose time can be read, accepted or rejected, epoch ms; NaN if there is none. */
function firstMinute({ input, plan }: PlannedSample, rules: ReadRules): number {
  let firstMs = NaN;
  const isDated = ({ minuteMs }: { readonly minuteMs: number }): boolean => {
    firstMs = minuteMs;
    return !Number.isNaN(minuteMs);
  };
  searchSample(input, plan, rules, { record: isDated, reject: isDated, filtered: () => false });
  return firstMs;
}

/**
 * For each input, the minute of rejects before its first record with a readable time: that record's, or, if its sample
 * has none, that of the first input whose sample has one. NaN in `firstMinutesMs` stands for none.
 */
export function headMinutes(firstMinutesMs: readonly number[]): number[] {
  const anyMs = firstMinutesMs.find((minuteMs) => !Number.isNaN(minuteMs)) ?? -Infinity;
  return firstMinutesMs.map((minuteMs) => (Number.isNaN(minuteMs) ? anyMs : minuteMs));
}

function commonLayout(plans: readonly FilePlan[]): Layout {
  const [first] = plans;
  const other = plans.find((plan) => plan.layout !== first?.layout);
  if (first === undefined || other === undefined) return first?.layout ?? 'rows';
  throw new AiopsError(
    'input_unusable',
    `${first.file} holds ${first.layout}, but ${other.file} holds ${other.layout}: a recording has one layout`,
    { hint: 'replay them one after another' },
  );
}

function emptyNotice({ source }: SampledSource): Notice {
  return { level: 'warning', text: `${source.name} holds no record` };
}

function noRecord(all: readonly SampledSource[]): AiopsError {
  const files = all.map(({ source }) => source.name);
  const names = listNames(files, 3);
  for (const { sample } of all) {
    const { foreign } = sample.head;
    if (foreign?.isSure === true && foreign.what !== null)
      return notRead(sample.file, { ...foreign, what: foreign.what });
  }
  const header = all[0]?.sample.header ?? [];
  const unread = all.find(({ sample }) => sample.unread !== null)?.sample.unread;
  if (header.length === 0 && unread !== null && unread !== undefined) {
    const { source, reason, message } = unread;
    const text = `nothing in ${names} can be read, from ${placeText(source)} on: ${message}`;
    const hint = remedyOf(reason, { example: { message, file: source.file } });
    return new AiopsError('input_unusable', text, { hint });
  }
  if (header.some((name) => name.includes('\r'))) {
    return new AiopsError('input_unusable', `${names}: all on one line, with carriage returns in it`, {
      hint: "turn them into line ends: tr '\\r' '\\n' < FILE",
    });
  }
  return header.length > 0
    ? new AiopsError('input_empty', `${names}: a header (${listNames(header)}), but no record after it`, {
        hint: 'a recording has a header line, then a line per target and minute',
      })
    : new AiopsError('input_empty', `${names}: empty`, {
        hint: 'check the program that wrote the recording',
      });
}

/** Makes sure that a JSONL file has objects on its lines, or items in them. @throws AiopsError `input_unusable` */
function refuseWithoutRecords({ file, fields, lines, firstLine, head }: FileSample): void {
  const { foreign } = head;
  if (foreign?.isNeverRead === true && foreign.what !== null)
    throw notRead(file, { ...foreign, what: foreign.what });
  if (fields !== null) return;
  const what = foreign === null || foreign.what === null ? '' : ` (it is ${foreign.what})`;
  throw new AiopsError(
    'input_unusable',
    lines === 1
      ? `${file} holds no record${what}; it begins ${oneLine(firstLine)}`
      : `${file}: none of its first ${lines} lines holds a record${what}; the first one begins ${oneLine(firstLine)}`,
    {
      hint: foreign === null ? `${RECORD_FORMS}; if it is CSV, add --format csv` : foreignHint(file, foreign),
    },
  );
}

/**
 * Makes sure that not every record of the samples is rejected: then something is wrong with all of them, and the reason
 * for the first one says more than thousands of rejects.
 *
 * @throws AiopsError `input_unusable`
 */
function refuseUnreadable(
  samples: readonly PlannedSample[],
  rules: ReadRules,
  isTimeColumnGiven: boolean,
): void {
  const rejects: { reject: Reject; plan: FilePlan }[] = [];
  let count = 0;
  for (const { input, plan } of samples) {
    const reject = (found: Reject): boolean => {
      if (count++ === 0) rejects.push({ reject: found, plan });
      return false;
    };
    if (searchSample(input, plan, rules, { record: () => true, filtered: () => true, reject })) return;
  }
  const [first] = rejects;
  if (first !== undefined) throw unreadable(first, count, isTimeColumnGiven);
}

function unreadable(
  { reject, plan }: { reject: Reject; plan: FilePlan },
  count: number,
  isTimeColumnGiven: boolean,
): AiopsError {
  const { source } = reject;
  const records = count === 1 ? 'its only record' : `each of its first ${count} records`;
  return new AiopsError(
    'input_unusable',
    `nothing in ${source.file} can be read: ${records} is rejected, the first one at ${placeText(source)}: ${oneLine(reject.message)}`,
    {
      hint: remedyOf(reject.reason, {
        format: plan.format,
        isEvery: true,
        isTimeColumnGiven,
        example: reject,
      }),
    },
  );
}
