import { timeFieldsOf, type FilePlan } from '../read/lines/plan.js';
import { valueIndex } from '../read/lines/roles.js';
import type { InspectedInput } from './inspection.js';

type Field = InspectedInput['fields'][number];

/** What each field of a file is for, in the order of the file as far as it has one. */
export function fieldRoles(plan: FilePlan): Field[] {
  const names = new Set([...plan.header, ...timeFieldsOf(plan), ...plan.targetFields, ...plan.roles.keys()]);
  return [...names].map((name) => {
    const role = roleOf(name, plan);
    return { name, role, column: role === 'metric' ? columnOf(name, plan) : null };
  });
}

/** Null where a row has the values of several targets. */
function columnOf(name: string, { roles, columns, wide }: FilePlan): string | null {
  return wide === null ? (columns[valueIndex(roles.get(name))] ?? null) : null;
}

function roleOf(name: string, plan: FilePlan): Field['role'] {
  const { targetFields, labelField, long, roles } = plan;
  if (timeFieldsOf(plan).includes(name)) return 'time';
  if (targetFields.includes(name)) return 'target';
  if (name === labelField) return 'label';
  if (name === long?.metricField) return 'metric name';
  if (name === long?.valueField) return 'value';
  return valueIndex(roles.get(name)) >= 0 ? 'metric' : 'ignored';
}
