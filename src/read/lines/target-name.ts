import { targetPart } from '../../core/target-parts.js';
import type { FoundRow } from './found-row.js';
import type { FilePlan } from './plan.js';
import { show } from './show-value.js';

/** Half a character, which only an escape in JSON can write; no text file could hold it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

type TargetPlan = Pick<FilePlan, 'targetFields' | 'format' | 'series'>;

/** The target of a row; null if what names it cannot be a name. */
export function targetOf(plan: TargetPlan, row: FoundRow): string | null {
  const { targetFields, format, series } = plan;
  if (targetFields.length === 0) return series;
  return targetFields.length === 1 ? nameOf(row.target, format) : joinedName(plan, row.parts);
}

/** Parts with `/` between them. One may be empty, such as the device of a sum over all devices, but not all of them. */
function joinedName({ targetFields, format }: TargetPlan, parts: readonly unknown[]): string | null {
  let joined = '';
  let isEmpty = true;
  for (let i = 0; i < targetFields.length; i++) {
    const part = parts[i];
    const isEmptyPart = isMissing(part);
    const name = isEmptyPart ? '' : nameOf(part, format);
    if (name === null) return null;
    if (i > 0) joined += '/';
    joined += targetPart(name);
    isEmpty &&= isEmptyPart;
  }
  return isEmpty ? null : joined;
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function nameOf(value: unknown, format: FilePlan['format']): string | null {
  if (typeof value === 'string') {
    return value === '' || (format === 'jsonl' && LONE_SURROGATE.test(value)) ? null : value;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  // Two longer numbers may have become the same one.
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? null : String(value);
}

/** Why a row has no target. */
export function noTarget({ targetFields, format }: TargetPlan, row: FoundRow): string {
  const isOne = targetFields.length === 1;
  const values = isOne ? [row.target] : targetFields.map((_, part) => row.parts[part]);
  const bad = values.findIndex((part) => !isMissing(part) && nameOf(part, format) === null);
  if (bad < 0) {
    const isAbsent = values.every((part) => part === undefined);
    return isAbsent
      ? `no ${targetFields.join(' or ')}`
      : `${targetFields.join(' and ')} ${isOne ? 'is' : 'are'} empty`;
  }
  const [name, value] = [targetFields[bad]!, values[bad]];
  return typeof value === 'number'
    ? `${name}: ${value} has more digits than a number keeps; write it as text`
    : `${name}: ${show(value)} is not a name`;
}
