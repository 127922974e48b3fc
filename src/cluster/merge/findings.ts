import type { Notice } from '../../core/errors.js';
import { count, list, object, text, type Shape } from '../../core/shape.js';
import { type AwaitedColumns, NONE_AWAITED } from '../../read/lines/awaited-columns.js';
import { joinedColumns } from '../../read/lines/columns-seen.js';
import { firstLateNotice, lateNotice } from '../../read/lines/plan.js';
import { joinedMet, NONE_MET } from '../../read/lines/target-filter.js';
import { plural } from '../../report/format.js';
import { columnsSeen, metTargets, type SliceFindings } from '../part.js';

/** What the slices that are merged found. */
export interface MergedFindings extends Omit<SliceFindings, 'warnings'> {
  readonly warnings: readonly SharedWarning[];
}

interface SharedWarning {
  readonly text: string;
  /** The first slice with it. */
  readonly first: number;
  /** How many have it. */
  readonly slices: number;
}

export const NOTHING_FOUND: MergedFindings = {
  ...{ met: NONE_MET, columns: { late: [], awaited: NONE_AWAITED }, warnings: [] },
};

export const mergedFindings: Shape<MergedFindings> = object({
  met: metTargets,
  columns: columnsSeen,
  warnings: list(object({ text, first: count, slices: count })),
});

export function firstFindings(slice: SliceFindings): MergedFindings {
  return { ...slice, warnings: joinedWarnings([], slice.warnings, 1) };
}

/** The same with those of a slice, by its number from 1. */
export function joinedFindings(
  { met, columns, warnings }: MergedFindings,
  slice: SliceFindings,
  number: number,
): MergedFindings {
  return {
    met: joinedMet(met, slice.met),
    columns: joinedColumns(columns, slice.columns),
    warnings: joinedWarnings(warnings, slice.warnings, number),
  };
}

function joinedWarnings(
  before: readonly SharedWarning[],
  texts: readonly string[],
  number: number,
): SharedWarning[] {
  const joined = new Map(before.map((one) => [one.text, one]));
  for (const text of new Set(texts)) {
    const { first, slices } = joined.get(text) ?? { first: number, slices: 0 };
    joined.set(text, { text, first, slices: slices + 1 });
  }
  return [...joined.values()];
}

/** What a replay would say by now of late columns that it would not have said before. */
export function newNotices({ columns: before }: MergedFindings, { columns }: MergedFindings): Notice[] {
  const known = new Set(before.late.map(({ field }) => field));
  return columns.late.filter(({ field }) => !known.has(field)).map(firstLateNotice);
}

/** Warnings about the whole run, as a replay would give them, except for those that not all slices have. */
export function findingsNotices(
  { columns: { late }, warnings }: MergedFindings,
  awaited: AwaitedColumns,
  slices: number,
): Notice[] {
  const named = warnings.map(({ text, first, slices: having }): Notice => {
    const others = having > 1 ? ` and ${plural(having - 1, 'other')}` : '';
    const where = having === slices ? '' : `slice ${first}${others}: `;
    return { level: 'warning', text: `${where}${text}` };
  });
  return [...late.map(lateNotice), ...awaited.notices(), ...named];
}
