import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { PLAN_NAME } from '../output/output-paths.js';

/** Where the files of a sliced run are, below its output folder. */

export function planPath(run: string): string {
  return join(run, PLAN_NAME);
}

export function hasPlan(run: string): boolean {
  return existsSync(planPath(run));
}

/** The output folder of a plan, by that folder or by its `plan.json`. */
export function runFolder(named: string): string {
  return basename(named) === basename(planPath('')) ? dirname(named) : named;
}

/** The plan, by its path or by its folder. */
export function namedPlan(named: string): string {
  return statSync(named, { throwIfNoEntry: false })?.isDirectory() === true ? planPath(named) : named;
}

export function partsFolder(run: string): string {
  return join(run, 'parts');
}

/** A slice's part while it is written; no other attempt has the same. */
export function unfinishedPart(run: string, slice: number, attempt: string): string {
  return join(partsFolder(run), `.${partName(slice, attempt)}.tmp`);
}

export function partName(slice: number, attempt: string): string {
  return `${slice}.${attempt}`;
}

/** The slice and attempt of a complete part, by the name of its folder; null: it is something else. */
export function partOfName(name: string): { readonly slice: number; readonly attempt: string } | null {
  const [, slice, attempt] = /^(\d+)\.([0-9a-z]+)$/.exec(name) ?? [];
  return slice === undefined || attempt === undefined || attempt === 'bad'
    ? null
    : { slice: Number(slice), attempt };
}

/** A part's counts of labelled records. */
export function partLabelsPath(part: string): string {
  return join(part, 'labels.jsonl');
}

/** The counts of labelled records of so many merged slices. */
export function mergedLabelsPath(run: string, slices: number): string {
  return join(partsFolder(run), `labels-${slices}.jsonl`);
}

/** Of how many merged slices a file has the labels, by its name or partial name; null: it is something else. */
export function slicesOfLabels(name: string): number | null {
  const [, slices] = /^labels-(\d+)\.jsonl(?:\.partial)?$/.exec(name) ?? [];
  return slices === undefined ? null : Number(slices);
}

/** What the merge found out about the start of a slice that must run again. */
export function startPath(run: string, slice: number): string {
  return join(partsFolder(run), `${slice}.start.json`);
}
