import { recode } from '../shared/recode.js';
import { AUTO_TIME, parserOf } from '../../core/time/format.js';
import { formatDuration } from '../../core/time.js';
import type { RejectReason } from '../../core/types.js';

/** What is known of the rejected records besides the reason. */
export interface RemedyFacts {
  /** Of the file; absent: not known. */
  readonly format?: 'csv' | 'jsonl';
  /** Whether no record at all could be read, so that a setting is wrong rather than a record. */
  readonly isEvery?: boolean;
  /** The regular step between the records of an interval, ms; 0: they have the same time; absent: neither is known. */
  readonly stepMs?: number;
  /** Whether `--time-column` names the column of the times. */
  readonly isTimeColumnGiven?: boolean;
  /** The first record that is rejected for the reason. */
  readonly example?: { readonly message: string; readonly file?: string };
}

export const RECORD_FORMS = 'a line is {"timestamp": …, "target": …, …} or {"minute": …, "items": […]}';

/** What is wrong with a number such as `1.004` where the sample shows no mark. */
export const UNCLEAR_POINT = 'has a point that may be decimal or between thousands';

export const OTHER_UNIT = 'the unit of the sample';

/** What is said of a number with a unit, in a column where most have none. */
const HAS_UNIT = /: "[+-]?\d[\d.,]* ?(?:%|[°µμ\p{L}][\p{L}/]*)" is not a number$/u;

/** What is said of what division by zero gives. */
const INFINITE = /: "(?:(?<plus>\+)|-)?(?<word>inf(?:inity)?)" is not a number$/i;

/** What is wrong with a time of a kind that the sample does not have. */
export const OTHER_KIND = 'a time, but not in a form that the sample has';

const HOUR_MS = 3_600_000;
/** Intervals that follow the clocks of a zone, and by how much these go forward, hours. */
const DAY_HOURS = [6, 8, 12, 24, 168];
const CHANGES = [0.5, 1, 2];

const REMEDIES: Readonly<Record<RejectReason, (facts: RemedyFacts) => string>> = {
  bad_line: ({ format, isEvery = false, example }) => {
    if (isEvery) return format === 'jsonl' ? notRecords() : 'if it is JSONL, add --format jsonl';
    if (example?.message.startsWith('not JSON') === true)
      return "write each JSON object whole, on one line; take a list out of what is around it with jq -c '.data[]', if it is named data";
    return 'write each JSON object whole, on one line; in CSV, double the quotes inside quoted fields';
  },
  bad_encoding: ({ example }) =>
    `a recording is UTF-8 text; from Latin-1: ${recode('LATIN1', example?.file)}`,
  line_too_long: () =>
    'a recording has one line per record or per minute: check the line ends, or raise --max-line',
  column_count: () =>
    'give every line as many fields as the header, and quote fields that hold the delimiter',
  not_a_record: ({ isEvery = false }) => (isEvery ? notRecords() : RECORD_FORMS),
  no_time: () => 'fill in the times; if they are in another column, name it with --time-column',
  bad_time: ({ isTimeColumnGiven = false, example }) => {
    if (example?.message.endsWith(OTHER_KIND) === true)
      return 'correct it; if the file is to have times in several forms, read all of them with --time-format any';
    const forms = `times are ISO 8601, YYYY-MM-DD HH:MM[:SS] or another form of docs/formats.md; describe others with --time-format${exampleFormat(example?.message ?? '')}`;
    return isTimeColumnGiven
      ? forms
      : `${forms}; if the times are in another column, name it with --time-column`;
  },
  no_target: () => 'fill in the targets; if they are in another column, name it with --target-column',
  bad_value: ({ example }) => {
    if (example?.message.endsWith(UNCLEAR_POINT) === true)
      return 'say which with --decimal point, or with --decimal comma if it is between thousands';
    if (example?.message.endsWith(OTHER_UNIT) === true) return 'write all numbers of a column in one unit';
    if (HAS_UNIT.test(example?.message ?? ''))
      return 'write the numbers of the column without units, or all of them with the same one';
    const { plus, word } = INFINITE.exec(example?.message ?? '')?.groups ?? {};
    if (word !== undefined)
      return `a value is finite: read infinite ones as missing with --missing-values ${plus ?? ''}${word},-${word}`;
    return 'name texts that stand for a missing value with --missing-values, or the columns that hold numbers with --columns';
  },
  unknown_metric: () => 'name all metrics to read with --columns; rows of others are then not selected',
  bad_shape: () =>
    "a list needs one value per column; a list of lists needs one such list per interval of the model's window",
  duplicate: ({ stepMs, example }) => {
    if ((stepMs ?? 0) === 0 && isOfAnotherFile(example))
      return 'if the files hold different metrics, name the one in each after its file with --metric-names files, or give the column another name in one of them; if one file repeats the other, drop it, or keep one record per time with --duplicates first or last';
    if (stepMs === 0)
      return 'if the records are of different things, name the column that distinguishes them with --target-column, or with --metric-column if it names their metric; if one repeats another, keep one per time with --duplicates first, last or mean';
    if (stepMs !== undefined && isClockChange(stepMs))
      return `the records are ${formatDuration(stepMs)} apart, as when clocks go forward: name their zone with --timezone`;
    return stepMs === undefined
      ? 'keep one record per interval with --duplicates first, last or mean, or set a shorter --interval'
      : `the records are ${formatDuration(stepMs)} apart: set --interval ${formatDuration(stepMs)}, ` +
          'or keep one record per interval with --duplicates first, last or mean';
  },
  late: () => 'keep minutes open for longer with --grace, which counts intervals',
  early: () => 'correct the clock or --timezone, or allow more with --max-ahead, which counts intervals',
};

/** What to do about records that are rejected for this reason: a sentence, often with a flag. */
export function remedyOf(reason: RejectReason, facts: RemedyFacts = {}): string {
  return REMEDIES[reason](facts);
}

/** Whether a step is as long as a part of a day, a day or a week whose clocks go forward. */
function isClockChange(stepMs: number): boolean {
  const hours = stepMs / HOUR_MS;
  if (hours <= 4 || DAY_HOURS.includes(hours)) return false;
  return DAY_HOURS.some((each) => CHANGES.includes(each - hours));
}

/** Whether a duplicate repeats a record of another file. */
function isOfAnotherFile(example: RemedyFacts['example']): boolean {
  const other = / already has a record for \S+, at (?<file>.+):\d+/.exec(example?.message ?? '')?.groups?.[
    'file'
  ];
  return other !== undefined && example?.file !== undefined && other !== example.file;
}

function notRecords(): string {
  return `${RECORD_FORMS}; if it is CSV, add --format csv`;
}

const SHORT_DATE =
  /"(?<time>(?<first>\d{1,2})(?<mark>[./-])(?<second>\d{1,2})[./-]\d\d(?:(?<gap>[ T]+)\d{1,2}:\d\d(?<seconds>:\d\d)?(?<half> ?[ap]\.?m\.?)?)?)"/i;

/** As spreadsheets write a month; it may also be a day. */
const SHORT_MONTH = /"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-\d\d"/i;

/** A `--time-format` that reads the time that a message quotes, if it is a usual one. */
function exampleFormat(message: string): string {
  if (SHORT_MONTH.test(message)) return ', here "%b-%y" if it is a month and a year';
  const {
    time,
    first,
    mark = '/',
    second,
    gap = '',
    seconds = '',
    half = '',
  } = SHORT_DATE.exec(message)?.groups ?? {};
  if (time === undefined) return '';
  const hours = half === '' ? '%H:%M' : '%I:%M';
  const clock = gap === '' ? '' : `${gap}${hours}${seconds && ':%S'}${half && half.replace(/\S+/, '%p')}`;
  const format = (date: string): string => `${date}${clock}`;
  const dayFirst = format(`%d${mark}%m${mark}%y`);
  const monthFirst = format(`%m${mark}%d${mark}%y`);
  const yearFirst = format(`%y${mark}%m${mark}%d`);
  // After a year there are no dots, and slashes are likely only where no month is possible.
  const mayBeYear = mark === '-' || (mark === '/' && Number(first) > 12);
  const likely = [
    ...(Number(second) > 12 ? [] : [dayFirst]),
    ...(Number(first) > 12 ? [] : [monthFirst]),
    ...(mayBeYear && Number(second) <= 12 ? [yearFirst] : []),
  ];
  const fitting = likely.filter((pattern) => !Number.isNaN(patternMs(pattern, time)));
  return fitting.length === 0 ? '' : `, here ${fitting.map((pattern) => `"${pattern}"`).join(' or ')}`;
}

function patternMs(pattern: string, time: string): number {
  return parserOf({ ...AUTO_TIME, pattern }, 'UTC')(time);
}
