import { countText } from '../core/count-text.js';
import { oneLine } from '../core/one-line.js';
import { formatDuration } from '../core/time.js';
import type { TimeFormat } from '../core/time/format.js';
import { timeFieldsOf, type FilePlan, type RecordingFacts } from './lines/plan.js';
import { listNames } from './sample/names.js';

/** How a recording is read. */
export interface Reading {
  readonly facts: RecordingFacts;
  /** In the order of the inputs; null: it has no record. */
  readonly plans: readonly (FilePlan | null)[];
}

/** Something that two readings of the same recording decide differently, as phrases. */
export interface ReadingChange {
  /** Null: it concerns all files. */
  readonly file: string | null;
  readonly what: string;
  readonly was: string;
  readonly is: string;
}

type Choice = string | readonly string[];
/** A list that is to be compared as a set is sorted. */
type Choices<T> = Readonly<Record<string, (of: T) => Choice>>;

const OF_ALL: Choices<RecordingFacts> = {
  columns: ({ columns }) => columns,
  interval: ({ intervalMs }) => formatDuration(intervalMs),
};

/** What follows from the above if that differs. */
const OF_SAME: Choices<RecordingFacts> = {
  'start of intervals': ({ grid: { phaseMs, leadMs, zone } }) =>
    `${phaseMs} ms after full ones${zone === null ? '' : ` in ${zone}`}, with records up to ${leadMs} ms early`,
};

const OF_FILE: Choices<FilePlan> = {
  format: ({ format }) => format,
  layout: ({ layout }) => layout,
  'lines that are no records': ({ marks: { skipLines, unitLines = 0, hasComments, isList } }) => [
    ...(skipLines > 0 ? [`${skipLines} at the beginning`] : []),
    ...(unitLines > 0 ? [`${unitLines} with units`] : []),
    ...(hasComments ? ['comments'] : []),
    ...(isList ? ['brackets of a list'] : []),
  ],
  delimiter: ({ delimiter }) => JSON.stringify(delimiter),
  header: ({ header }) => header,
  'time column': (plan) => timeFieldsOf(plan),
  times: ({ time }) => timeChoice(time),
  'decimal mark': ({ numbers }) => (numbers.decimal === ',' ? 'comma' : 'point'),
  'marks between thousands': ({ numbers }) => (numbers.isGrouped ? 'read' : 'not read'),
  'columns with percent signs': ({ numbers }) => [...numbers.percent].sort(),
  units: ({ numbers }) => (numbers.units ?? []).map(([field, unit]) => `${field} in ${unit}`).sort(),
  'words for missing values': ({ numbers }) => [...numbers.missing].sort(),
  target: ({ targetFields, wide, series }) => {
    if (wide !== null) return ['each column', ...wide];
    return targetFields.length > 0 ? ['named by', ...targetFields] : `the series ${oneLine(series)}`;
  },
  label: ({ labelField }) => (labelField === null ? 'none' : oneLine(labelField)),
  table: ({ long }) =>
    long === null ? 'a row for all metrics' : `a row per metric (${oneLine(long.metricField)})`,
  'values of a row': ({ long }) => (long === null ? 'of its columns' : oneLine(long.valueField)),
  'ignored metrics': ({ long }) =>
    (long?.metrics ?? []).flatMap(([name, column]) => (column === null ? [name] : [])),
};

/** What follows from the columns if they differ. */
const OF_SAME_FILE: Choices<FilePlan> = {
  metrics: ({ long, wide, roles, columns }) => {
    const values = [...roles].map(
      ([field, role]) => [field, role.kind === 'value' ? role.index : null] as const,
    );
    const names = wide ?? columns;
    return (long?.metrics ?? values)
      .flatMap(([field, at]) => (at === null ? [] : [renamed(field, names[at] ?? '')]))
      .sort();
  },
};

/** What two readings of the same inputs decide differently as far as it matters to their records. */
export function readingChanges(before: Reading, now: Reading): ReadingChange[] {
  const all = changesOf(OF_ALL, before.facts, now.facts, null);
  const others = all.length > 0 ? [] : changesOf(OF_SAME, before.facts, now.facts, null);
  const rows = all.length > 0 ? OF_FILE : { ...OF_FILE, ...OF_SAME_FILE };
  const ofFiles = before.plans.flatMap((was, i) => {
    const is = now.plans[i] ?? null;
    return was === null || is === null ? [] : changesOf(rows, was, is, is.file);
  });
  return [...all, ...others, ...ofFiles];
}

function changesOf<T>(rows: Choices<T>, before: T, now: T, file: string | null): ReadingChange[] {
  return Object.entries(rows).flatMap(([what, choose]) => {
    const [was, is] = [choose(before), choose(now)];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return [{ file, what, was: choiceText(was, is), is: choiceText(is, was) }];
  });
}

const MOST_NAMES = 12;

function choiceText(choice: Choice, other: Choice): string {
  if (typeof choice === 'string') return choice;
  if (choice.length === 0) return 'none';
  if (choice.length <= MOST_NAMES) return listNames(choice);
  const known = new Set(typeof other === 'string' ? [] : other);
  const own = choice.filter((name) => !known.has(name));
  const others = own.length === 0 ? '' : `, with ${listNames(own, MOST_NAMES)}`;
  return `${countText(choice.length)}${others}`;
}

function timeChoice({ numbers, dayMonth, pattern, kinds }: TimeFormat): string[] {
  return [
    ...(numbers === 'auto' ? [] : [`numbers as ${numbers}`]),
    ...(dayMonth === null ? [] : [dayMonth]),
    ...(pattern === null ? [] : [`as ${pattern}`]),
    ...(kinds === null ? ['of any kind'] : [...kinds].sort()),
  ];
}

function renamed(field: string, column: string): string {
  return field === column ? field : `${field} as ${column}`;
}
