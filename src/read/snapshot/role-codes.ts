import type { LongPlan } from '../lines/plan.js';
import { IGNORED, LABEL, LATE, METRIC, TARGET, TIME, valueRole, type Role } from '../lines/roles.js';

/*
 * Journals and plans hold the role of a field as a number: a value's index, or one of these. The parts of a target and
 * of a time count down from theirs.
 */
const CODES = { time: -1, target: -2, label: -3, ignored: -4, late: -5, metric: -6 } as const;
const TARGET_PART = -10;
const TIME_PART = -1000;
const BY_CODE = new Map<number, Role>(
  [TIME, TARGET, LABEL, IGNORED, LATE, METRIC].map((role) => [roleCode(role), role]),
);

function roleCode(role: Role): number {
  switch (role.kind) {
    case 'value':
      return role.index;
    case 'targetPart':
      return TARGET_PART - role.part;
    case 'timePart':
      return TIME_PART - role.part;
    default:
      return CODES[role.kind];
  }
}

function roleOfCode(code: number): Role {
  if (code >= 0) return valueRole(code);
  if (code <= TIME_PART) return { kind: 'timePart', part: TIME_PART - code };
  if (code <= TARGET_PART) return { kind: 'targetPart', part: TARGET_PART - code };
  return BY_CODE.get(code) ?? IGNORED;
}

/** The same, of fields by their names, as JSON has no maps. */
export type CodedRoles = readonly (readonly [field: string, code: number])[];

export function codedRoles(roles: ReadonlyMap<string, Role>): CodedRoles {
  return [...roles].map(([field, role]) => [field, roleCode(role)]);
}

export function rolesOfCodes(coded: CodedRoles): Map<string, Role> {
  return new Map(coded.map(([field, code]) => [field, roleOfCode(code)]));
}

/** With fields that had no value in the sample like others that are ignored. */
export function withoutLate(coded: CodedRoles): CodedRoles {
  return coded.map(([field, code]) => [field, code === CODES.late ? CODES.ignored : code]);
}

/** A plan of a table with a row per metric in which metrics that are not selected have the code of ignored fields. */
export interface CodedLong extends Omit<LongPlan, 'metrics'> {
  readonly metrics: readonly (readonly [name: string, code: number])[];
}

export function codedLong(long: LongPlan): CodedLong {
  return { ...long, metrics: long.metrics.map(([name, column]) => [name, column ?? CODES.ignored]) };
}

export function longOfCodes(long: CodedLong): LongPlan {
  return { ...long, metrics: long.metrics.map(([name, code]) => [name, code < 0 ? null : code]) };
}
