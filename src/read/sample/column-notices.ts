import { plural } from '../../core/count-text.js';
import type { Notice } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';
import { timeFieldsOf, type FilePlan } from '../lines/plan.js';
import type { ReadOptions } from '../options.js';
import type { IgnoredField } from './decide.js';
import { isEmpty, isNumeric, type FieldCounts } from './field-values.js';
import { namedZoneNotices } from './time/named-zone.js';
import { listNames } from './names.js';
import type { FileSample } from './sampler.js';

/** What time, target, label and metrics are, and which columns are ignored because of what they hold. */
export function columnNotices(
  plans: readonly FilePlan[],
  metrics: readonly string[],
  pooled: ReadonlyMap<string, FieldCounts>,
  options: ReadOptions,
): Notice[] {
  const notices: Notice[] = [];
  const [first] = plans;
  if (first !== undefined) {
    const target = targetText(first, plans);
    const label = first.labelField === null ? 'no label' : `label from "${oneLine(first.labelField)}"`;
    const what = first.wide === null ? 'metric' : 'target';
    const text = `time from ${quoted(timeFieldsOf(first))}, ${target}, ${label}, ${plural(metrics.length, what)}: ${listNames(metrics, 8)}`;
    notices.push({ level: 'info', text }, ...namedZoneNotices(timeFieldsOf(first), options.timezone));
  }
  if (options.columns === undefined) {
    const texts = [...pooled].filter(([, values]) => !isNumeric(values) && !isEmpty(values));
    const taken = new Set(metrics);
    const empty = [...pooled].filter(([name, values]) => isEmpty(values) && !taken.has(name));
    const rejected = [...pooled].filter(([name, values]) => isNumeric(values) && !taken.has(name));
    const [mixed, pure] = [
      texts.filter(([, { numbers }]) => numbers > 0),
      texts.filter(([, { numbers }]) => numbers === 0),
    ];
    if (pure.length > 0) notices.push(ignored('text', pure));
    if (mixed.length > 0)
      notices.push(ignored(`mostly text; ${addWith(mixed)}, which rejects the records with text`, mixed));
    if (empty.length > 0) notices.push(ignored(`no value in the sample; ${addWith(empty)}`, empty));
    if (rejected.length > 0) notices.push(ignored('values in rejected records only', rejected));
  }
  return notices;
}

/** Says which columns no sample has. */
export function awaitedNotices(awaited: readonly string[]): Notice[] {
  if (awaited.length === 0) return [];
  const are = awaited.length === 1 ? 'is' : 'are';
  return [
    {
      level: 'info',
      text: `${listNames(awaited)} of --columns ${are} not in the sample: read where records have values there`,
    },
  ];
}

function targetText({ targetFields, series, wide }: FilePlan, plans: readonly FilePlan[]): string {
  if (targetFields.length > 0) return `target from ${quoted(targetFields)}`;
  if (wide !== null) return 'each column a target';
  const isOne = plans.every((plan) => plan.series === series);
  return isOne ? `one target (${oneLine(series)})` : 'targets by the names of the files';
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${oneLine(name)}"`).join(' and ');
}

/** Names the fields that are no metrics although they hold numbers. */
export function ignoredNotices(inputs: readonly { readonly sample: FileSample }[]): Notice[] {
  type Reason = Omit<IgnoredField, 'why'> & { readonly names: Set<string> };
  const byReason = new Map<string, Reason>();
  for (const { sample } of inputs) {
    for (const [name, { why, level, canAdd }] of sample.fields?.ignored ?? []) {
      const known = byReason.get(why) ?? { level, canAdd, names: new Set() };
      known.names.add(name);
      byReason.set(why, known);
    }
  }
  return [...byReason].map(([why, { level, canAdd, names }]) => ({
    level,
    text: `ignored: ${listNames([...names])} (${why}${canAdd ? `; ${addWith([...names])}` : ''})`,
  }));
}

function addWith({ length }: readonly unknown[]): string {
  return `add ${length === 1 ? 'it' : 'them'} with --columns`;
}

function ignored(why: string, columns: readonly (readonly [string, FieldCounts])[]): Notice {
  const names = listNames(columns.map(([name]) => name));
  return { level: 'warning', text: `ignored: ${names} (${why})` };
}
