/** What a field of a file is for. */
export type Role =
  /** The number of a metric: the value of this index in a row, which mostly is the recording's column. */
  | { readonly kind: 'value'; readonly index: number }
  | { readonly kind: 'time' | 'target' | 'label' }
  /** One of several fields that together hold the time, or name the target; the first is 0. */
  | { readonly kind: 'timePart' | 'targetPart'; readonly part: number }
  /** Names the metric of a row that has one. */
  | { readonly kind: 'metric' }
  /** Had no value in the sample, so it is ignored; records that have one are counted. */
  | { readonly kind: 'late' }
  /** Text, or nameless: never looked at. */
  | { readonly kind: 'ignored' };

export const TIME: Role = { kind: 'time' };
export const TARGET: Role = { kind: 'target' };
export const LABEL: Role = { kind: 'label' };
export const METRIC: Role = { kind: 'metric' };
export const LATE: Role = { kind: 'late' };
export const IGNORED: Role = { kind: 'ignored' };

export function valueRole(index: number): Role {
  return { kind: 'value', index };
}

/** The index of the value that a field holds; -1: it holds none. */
export function valueIndex(role: Role | undefined): number {
  return role?.kind === 'value' ? role.index : -1;
}

type FieldRole = readonly [field: string, role: Role];

/** The role of each field that holds the time, alone or together with others. */
function timeRoles(fields: readonly string[]): FieldRole[] {
  if (fields.length === 1) return fields.map((field) => [field, TIME]);
  return fields.map((field, part) => [field, { kind: 'timePart', part }]);
}

/** The role of each field that names the target, alone or together with others. */
export function targetRoles(fields: readonly string[]): FieldRole[] {
  if (fields.length === 1) return fields.map((field) => [field, TARGET]);
  return fields.map((field, part) => [field, { kind: 'targetPart', part }]);
}

/** The fields of a row that are found by what they hold. */
interface FoundFields {
  readonly times: { readonly fields: readonly string[] };
  readonly targets: readonly string[];
  readonly label: string | null;
  /** Of a table with a row per metric. */
  readonly long: { readonly metric: string; readonly value: string } | null;
}

/** The roles of fields other than columns. */
export function foundRoles({ times, targets, label, long }: FoundFields): FieldRole[] {
  const roles = [...timeRoles(times.fields), ...targetRoles(targets)];
  if (label !== null) roles.push([label, LABEL]);
  if (long !== null) roles.push([long.metric, METRIC], [long.value, valueRole(0)]);
  return roles;
}

/** Whether the field holds the time, or a part of it. */
export function isOfTime({ kind }: Role): boolean {
  return kind === 'time' || kind === 'timePart';
}

/** Whether the field names a target or a metric, so that its text outlives its line. */
export function isName({ kind }: Role): boolean {
  return kind === 'target' || kind === 'targetPart' || kind === 'metric';
}
