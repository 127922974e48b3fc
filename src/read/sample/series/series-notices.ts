import type { Notice } from '../../../core/errors.js';
import type { Intervals } from '../../../core/grid.js';
import { oneLine } from '../../../core/one-line.js';
import type { ReadOptions } from '../../options.js';
import type { Decision } from '../decision.js';
import { EACH_FILE, seriesFlag } from './given-series.js';
import { isOneSeries, type InputSeries } from './join-series.js';
import { inShell, listNames } from '../names.js';
import { overlapNotice, type LoneFile } from './overlap-notice.js';
import { rotatedFiles } from './rotation.js';
import type { FileSample } from '../sampler.js';

/** A sampled file that has records, and its series. */
export interface SeriesSample {
  readonly sample: FileSample;
  readonly series: InputSeries;
}

const EVIDENCE = {
  dates: 'its name and that of others differ only in the date, and their times follow one another',
  metrics: 'several hosts have files that differ only in their columns',
} as const;

/** What the files without a target column are called; nothing for a file with one. */
export function decideSeries(
  { sample, series }: SeriesSample,
  options: ReadOptions,
  all: readonly SeriesSample[],
): Decision[] {
  if (!isOneSeries(sample, options)) return [];
  const { name, joinedBy } = series;
  const given = options.series;
  const pattern =
    given ?? (joinedBy === null ? null : flagFor(all.filter((each) => isOneSeries(each.sample, options))));
  return [
    {
      about: 'series',
      choice: `"${oneLine(name)}"`,
      evidence: given === undefined ? evidenceOf(joinedBy) : '--series says so',
      source: given !== undefined ? 'given' : joinedBy === null ? 'default' : 'name',
      flag: pattern === null ? null : `--series ${inShell(pattern)}`,
      alternatives: [],
    },
  ];
}

function flagFor(all: readonly SeriesSample[]): string | null {
  return seriesFlag(
    all.map(({ sample }) => sample.file),
    all.map(({ series }) => series.name),
  );
}

function evidenceOf(joinedBy: InputSeries['joinedBy']): string {
  return joinedBy === null ? 'the file is called so' : EVIDENCE[joinedBy];
}

/** Which files are read as one series, and which ones look as if they should be. */
export function seriesNotices(
  all: readonly SeriesSample[],
  options: ReadOptions,
  intervals: Intervals,
): Notice[] {
  const inputs = all.filter(({ sample }) => isOneSeries(sample, options));
  if (options.series !== undefined) {
    const text = '--series has no effect: every file has a target column';
    return inputs.length > 0 ? [] : [{ level: 'warning', text }];
  }
  const files = inputs.map(({ sample }) => sample.file);
  const rotated = rotatedFiles(files).map((group): Notice => {
    const names = listNames(group.inputs.map((index) => files[index]!));
    const text = `${names}: rotated files of one series, ${oneLine(inputs[group.inputs[0]!]!.series.name)}`;
    return { level: 'info', text };
  });
  const joined = [...joinedNotice(inputs, 'dates'), ...joinedNotice(inputs, 'metrics')];
  return [...rotated, ...joined, ...apartNotice(inputs, options, intervals)];
}

/** What was joined, and how to read each file as a series instead. */
function joinedNotice(inputs: readonly SeriesSample[], joinedBy: 'dates' | 'metrics'): Notice[] {
  const parts = inputs.filter(({ series }) => series.joinedBy === joinedBy);
  if (parts.length === 0) return [];
  const names = [...new Set(parts.map(({ series }) => series.name))];
  const why = {
    dates: 'their names differ only in the date, and their times follow one another',
    metrics: 'those of a host differ only in their columns',
  }[joinedBy];
  const count = names.length === 1 ? 'one' : `${names.length}`;
  const text = `${parts.length} files are parts of ${count} series, ${listNames(names, 4)}, since ${why} (--series ${EACH_FILE}: a series per file)`;
  return [{ level: 'info', text }];
}

/** Files that are read as several series, but look like parts of one or of fewer. */
function apartNotice(inputs: readonly SeriesSample[], options: ReadOptions, intervals: Intervals): Notice[] {
  const files = inputs.map(({ sample }) => sample.file);
  const count = new Set(inputs.map(({ series }) => series.name)).size;
  if (areOfDifferentMetrics(inputs)) return [metricsNotice(files, count)];
  const overlap = overlapNotice(inputs.map(loneFile), options, intervals);
  if (overlap.length > 0) return overlap;
  const names = namesOfParts(inputs);
  const flag = names === null ? null : seriesFlag(files, names);
  if (names === null || flag === null) return [];
  const fewer = new Set(names).size;
  const parts = fewer === 1 ? 'one' : `${fewer}`;
  const text = `${listNames(files, 4)} follow one another, but are read as ${count} series; if they are parts of ${parts}, give --series ${inShell(flag)}`;
  return [{ level: 'warning', text }];
}

function loneFile({ sample, series }: SeriesSample): LoneFile {
  const { file, sampled } = sample;
  return { file, series: series.name, fields: sampled.names, timesMs: timesOf(sample) };
}

/** Names for files that look like numbered parts of one series, or of several; null: they do not. */
function namesOfParts(inputs: readonly SeriesSample[]): readonly string[] | null {
  const names = inputs.map(({ series }) => series.name);
  const withoutAll = names.map((name) => trimmed(name.replaceAll(/[-_./]*\d+/g, '')));
  const withoutLast = names.map((name) => trimmed(name.replace(/[-_./]*\d+(?=\D*$)/, '')));
  const pattern = new Set(names.map((name) => name.replaceAll(/\d+/g, '#')));
  if (pattern.size === 1 && areSequences(inputs, withoutAll)) return withoutAll;
  return areSequences(inputs, withoutLast) ? withoutLast : null;
}

function trimmed(name: string): string {
  return name.replace(/^[-_./]+/, '') || 'all';
}

/** Whether the series with each of these names follow one another and have the same columns, and two of them a name. */
function areSequences(inputs: readonly SeriesSample[], names: readonly string[]): boolean {
  const groups = [...new Set(names)].map((name) => inputs.filter((_, i) => names[i] === name));
  return (
    groups.some((group) => new Set(group.map(({ series }) => series.name)).size > 1) &&
    groups.every((group) => {
      const fields = new Set(group.map(({ sample }) => sample.sampled.names.join('\n')));
      return fields.size === 1 && followOneAnother(group);
    })
  );
}

/** Whether the series have other metrics, at times that all of them have. */
function areOfDifferentMetrics(inputs: readonly SeriesSample[]): boolean {
  const names = [...new Set(inputs.map(({ series }) => series.name))];
  const groups = names.map((name) => inputs.filter(({ series }) => series.name === name));
  const [first, ...others] = groups.map((group) => group.flatMap(({ sample }) => timesOf(sample)));
  if (first === undefined || others.length === 0) return false;
  const metrics = groups.flatMap((group) => [...new Set(group.flatMap(({ sample }) => fieldsOf(sample)))]);
  const isShared = first.some((timeMs) => others.every((times) => times.includes(timeMs)));
  return new Set(metrics).size === metrics.length && isShared;
}

function fieldsOf({ sampled, fields }: FileSample): string[] {
  return sampled.names.filter((name) => fields?.times.fields.includes(name) !== true);
}

function metricsNotice(files: readonly string[], count: number): Notice {
  const text = `${listNames(files, 4)} have different metrics of the same times, but are read as ${count} series, each without the metrics of the others; if they are of one, give it a name, such as --series all`;
  return { level: 'warning', text };
}

function timesOf({ sampled }: FileSample): number[] {
  return sampled.records.filter(({ isWhole }) => isWhole).map(({ timeMs }) => timeMs);
}

function followOneAnother(inputs: readonly SeriesSample[]): boolean {
  const spans = inputs.map(({ sample }) => {
    const times = timesOf(sample);
    return { fromMs: Math.min(...times), toMs: Math.max(...times) };
  });
  spans.sort((a, b) => a.fromMs - b.fromMs);
  return spans.every(({ fromMs }, i) => i === 0 || fromMs > spans[i - 1]!.toMs);
}
