import type { Exported } from '../exports/translate.js';
import type { ReadOptions } from '../options.js';
import type { Decision } from './decision.js';
import type { FileSample } from './sampler.js';

/** What flags decide of an export, too. How its table is written is known. */
const FREE: readonly (keyof ReadOptions)[] = ['targetColumns', 'metricColumn', 'valueColumn', 'labelColumn'];

/** How the table of an export is read: as flags say, otherwise as the export has it. */
export function exportOptions(options: ReadOptions, { format, defaults }: Exported): ReadOptions {
  const given = FREE.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return { ...options, ...defaults, ...Object.fromEntries(given), format } as ReadOptions;
}

/** The flags that decide on something. */
const FLAGS: Partial<Record<Decision['about'], readonly (keyof ReadOptions)[]>> = {
  delimiter: ['delimiter'],
  header: ['skipLines'],
  time: ['timeColumn'],
  'time format': ['timeUnit', 'timeFormat'],
  numbers: ['decimal', 'missingValues'],
  target: ['targetColumns'],
  table: ['metricColumn', 'valueColumn'],
  label: ['labelColumn'],
};
/** What a reader wants to know even if the export decides it. */
const SHOWN: ReadonlySet<Decision['about']> = new Set(['time', 'target', 'table']);

/** A sample of an export, with what it is in place of how its table is written. */
export function sampleOfExport(sample: FileSample, exported: Exported, options: ReadOptions): FileSample {
  const { name, what, evidence } = exported;
  const isGiven = options.format !== 'auto';
  const about: Decision = {
    about: 'format',
    choice: `${what} (${exported.found()})`,
    evidence: isGiven ? '--format says so' : evidence,
    source: isGiven ? 'given' : 'shape',
    flag: `--format ${name}`,
    alternatives: [],
  };
  const { head, fields } = sample;
  const others = (fields?.decisions ?? []).flatMap((decision) => ofExport(decision, exported, options));
  return {
    ...sample,
    metrics: exported.isBySeries ? exported.metrics() : [],
    head: { ...head, decisions: [about] },
    fields: fields === null ? null : { ...fields, decisions: others },
  };
}

function ofExport(decision: Decision, { defaults }: Exported, options: ReadOptions): Decision[] {
  const flags = FLAGS[decision.about] ?? [];
  const isDefault = flags.some((flag) => flag in defaults);
  const isGiven = flags.some((flag) => FREE.includes(flag) && options[flag] !== undefined);
  if (!isDefault || isGiven) return [decision];
  if (!SHOWN.has(decision.about)) return [];
  const flag = flags.some((each) => FREE.includes(each)) ? decision.flag : null;
  return [{ ...decision, evidence: 'exports of this kind have it there', source: 'name', flag }];
}
