import type { Notice } from '../../../core/errors.js';
import { oneLine } from '../../../core/one-line.js';
import type { Intervals } from '../../../core/grid.js';
import { STDIN_NAME } from '../../shared/stdin-name.js';
import type { ReadOptions } from '../../options.js';
import type { Decision } from '../decision.js';
import { isOneSeries, namesByPath, type InputSeries } from '../series/join-series.js';
import { haveSamePlaces, inGroups, joinParts, pairsOf, plainFileName, sayMetrics } from './file-metrics.js';
import { VALUE_NAMES } from './long-names.js';
import { lettersOf, listNames, newName } from '../names.js';
import type { FileSample } from '../sampler.js';
import { withoutPart } from '../series/series-parts.js';
import { areCopies, areOfSamePlaces, placesOf, type SampledPlaces } from './shared-places.js';

/** A sampled input, and its target if no field names one. */
export interface MetricSample {
  readonly sample: FileSample;
  readonly series: InputSeries;
}

export interface NamedMetrics {
  /** The options for each input, in which `map` has the name of its metric. */
  readonly options: readonly ReadOptions[];
  /** Null: all metrics keep the names of their columns. */
  readonly decision: Decision | null;
  readonly notices: readonly Notice[];
}

const NO_EFFECT: Notice = {
  level: 'warning',
  text: '--metric-names files has no effect: no file has a single metric with a general name, or one that another file has, too',
};

/** A file with a single metric. */
interface MetricFile {
  readonly input: number;
  readonly file: string;
  readonly field: string;
  /** By its path. */
  readonly name: string;
  readonly places: SampledPlaces;
}

/** Names that say nothing about a metric, compared by their letters and digits alone. */
const GENERAL_NAMES = new Set([
  ...VALUE_NAMES,
  ...['metric', 'measure', 'sample', 'number', 'usage', 'utilization', 'percent', 'pct', 'rate'],
  ...['avg', 'average', 'mean', 'median', 'min', 'max', 'sum', 'total', 'count'],
]);

/**
 * Names metrics after their files where several files have one with a general name, such as `value`, of the same
 * targets and times: read by that name, all but the first would be duplicates.
 */
export function nameMetrics(
  inputs: readonly MetricSample[],
  options: ReadOptions,
  intervals: Intervals,
): NamedMetrics {
  const { metricNames = 'auto', duplicates } = options;
  const kept = { options: inputs.map(() => options), decision: null, notices: [] };
  const isGiven = metricNames === 'files';
  if (metricNames === 'columns' || (!isGiven && (inputs.length < 2 || duplicates !== 'reject'))) return kept;
  const files = metricFiles(inputs, options, intervals);
  const general = files.filter(({ field }) => isGeneral(newName(field, options)));
  if (!isGiven && !(areMetrics(general) && areNewNames(inputs, files, options))) return kept;
  if (!isGiven && !sayMetrics(general)) return { ...kept, notices: [unclearNames(general)] };
  const named = files.filter((file) => general.includes(file) || isShared(file, files));
  if (named.length === 0) return { ...kept, notices: [NO_EFFECT] };
  const names = new Map(named.map((file) => [file.input, file]));
  return {
    options: inputs.map((_, i) => {
      const { name, field } = names.get(i) ?? {};
      if (name === undefined || field === undefined) return options;
      return { ...options, map: { ...options.map, [name]: field } };
    }),
    decision: decisionOn(named, isGiven),
    notices: isGiven ? seriesNotice(named, inputs, options) : [],
  };
}

function unclearNames(files: readonly MetricFile[]): Notice {
  const names = listNames([...new Set(files.map(({ file }) => file))], 3);
  return {
    level: 'warning',
    text: `${names} have one "${oneLine(files[0]!.field)}" each of the same targets and times, and their names do not say what it is, so the records of the later file are duplicates; if they are different metrics, add --metric-names files; if they are different targets, read one file at a time`,
  };
}

/** Files without a target column are a target each, so that none has all metrics. */
function seriesNotice(
  files: readonly MetricFile[],
  inputs: readonly MetricSample[],
  options: ReadOptions,
): Notice[] {
  const alone = files.map(({ input }) => inputs[input]!).filter(({ sample }) => isOneSeries(sample, options));
  const targets = new Set(alone.map(({ series }) => series.name));
  if (options.series !== undefined || targets.size < 2) return [];
  const text = `the files name no targets, so each is one with a single metric: ${listNames([...targets], 3)}; if they are metrics of one target, add --series NAME`;
  return [{ level: 'warning', text }];
}

function decisionOn(files: readonly MetricFile[], isGiven: boolean): Decision {
  const fields = [...new Set(files.map(({ field }) => `"${oneLine(field)}"`))].join(' or ');
  const shape = `the files have one ${fields} each of the same targets and times (--metric-names columns keeps that name)`;
  return {
    about: 'metrics',
    choice: `named after their files, ${listNames([...new Set(files.map(({ name }) => name))], 8)}`,
    evidence: isGiven ? '--metric-names says so' : shape,
    source: isGiven ? 'given' : 'shape',
    flag: '--metric-names files',
    alternatives: [],
  };
}

function metricFiles(
  inputs: readonly MetricSample[],
  options: ReadOptions,
  intervals: Intervals,
): MetricFile[] {
  const paths = inputs.map(({ sample }) => sample.file);
  const samples = inputs.map(({ sample }) => sample);
  const byPath = namesByPath(paths, samples);
  const files = inputs.flatMap(({ sample, series }, input): MetricFile[] => {
    const [field, ...others] = sample.sampled.numeric();
    const isPlain = sample.layout === 'rows' && options.wide !== true && sample.fields?.long === null;
    if (field === undefined || others.length > 0 || !isPlain || sample.file === STDIN_NAME) return [];
    if (options.columns?.includes(newName(field, options)) === true) return [];
    const target = isOneSeries(sample, options) ? series.name : null;
    const places = placesOf(sample, { field, target }, intervals);
    return [
      { input, file: sample.file, field, name: plainFileName(withoutTarget(byPath[input]!, places)), places },
    ];
  });
  return joinParts(withoutNumbers(files));
}

/** A file of a single target may be called by it, or be in a folder that is. */
function withoutTarget(name: string, { targets }: SampledPlaces): string {
  const [target = '', ...others] = targets;
  return (others.length === 0 ? withoutPart(name, target) : null) || name;
}

/** Numbers at the ends of names count the parts of a metric, unless such parts have the same times. */
function withoutNumbers(files: readonly MetricFile[]): MetricFile[] {
  const cut = (file: MetricFile): string => file.name.replace(/[-_. ]*\d+$/, '');
  return inGroups(files, cut, (parts, name) => {
    if (name === '' || parts.length === 1 || haveSamePlaces(parts)) return parts;
    return parts.map((file) => ({ ...file, name }));
  });
}

function isGeneral(name: string): boolean {
  return GENERAL_NAMES.has(lettersOf(name));
}

/** Whether another file has a metric of this name, and is not a part of the same one. */
function isShared({ field, name }: MetricFile, files: readonly MetricFile[]): boolean {
  return files.some((other) => other.field === field && other.name !== name);
}

/** Whether two files hold different metrics of the same targets and times, and no two the same. */
function areMetrics(files: readonly MetricFile[]): boolean {
  const together = pairsOf(files).filter(
    ([a, b]) => a.field === b.field && a.name !== b.name && areOfSamePlaces(a.places, b.places),
  );
  const areDifferent = together.every(
    ([a, b]) => withoutDigits(a.name) !== withoutDigits(b.name) && !areCopies(a.places, b.places),
  );
  const areOne = pairsOf(files).some(([a, b]) => a.name === b.name && areOfSamePlaces(a.places, b.places));
  return together.length > 0 && areDifferent && !areOne;
}

/** Whether no column is called as one of the files. */
function areNewNames(
  inputs: readonly MetricSample[],
  files: readonly MetricFile[],
  options: ReadOptions,
): boolean {
  const columns = inputs.flatMap(({ sample }) => [...sample.header, ...sample.sampled.names]);
  const taken = new Set(columns.map((field) => newName(field, options)).concat(Object.keys(options.map)));
  return files.every(({ name, field }) => name === field || !taken.has(name));
}

function withoutDigits(name: string): string {
  return name.replaceAll(/\d+/g, '');
}
