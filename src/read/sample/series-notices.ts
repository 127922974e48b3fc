import type { Notice } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';
import type { ReadOptions } from '../options.js';
import type { Decision } from './decision.js';
import { inShell, listNames } from './names.js';
import { rotatedFiles } from './rotation.js';
import type { FileSample } from './sampler.js';

/** A sampled file that has records, and its series. */
export interface SeriesSample {
  readonly sample: FileSample;
  readonly series: string;
}

/** What the files without a target column are called; nothing for a file with one. */
export function decideSeries({ sample, series }: SeriesSample, options: ReadOptions): Decision[] {
  if (!isOneSeries(sample, options)) return [];
  const isGiven = options.series !== undefined;
  return [
    {
      about: 'series',
      choice: `"${oneLine(series)}"`,
      evidence: isGiven ? '--series says so' : 'the file is called so',
      source: isGiven ? 'given' : 'default',
      flag: isGiven ? `--series ${inShell(series)}` : null,
      alternatives: [],
    },
  ];
}

/** Which files are read as one series, and which ones look as if they should be. */
export function seriesNotices(all: readonly SeriesSample[], options: ReadOptions): Notice[] {
  const inputs = all.filter(({ sample }) => isOneSeries(sample, options));
  if (options.series !== undefined) {
    const text = '--series has no effect: every file has a target column';
    return inputs.length > 0 ? [] : [{ level: 'warning', text }];
  }
  const files = inputs.map(({ sample }) => sample.file);
  const rotated = rotatedFiles(files).map((group): Notice => {
    const names = listNames(group.inputs.map((index) => files[index]!));
    const text = `${names}: rotated files of one series, ${oneLine(inputs[group.inputs[0]!]!.series)}`;
    return { level: 'info', text };
  });
  const name = nameOfParts(inputs);
  if (name === null) return areOfDifferentMetrics(inputs) ? [...rotated, metricsNotice(files)] : rotated;
  const text = `${listNames(files, 4)} follow one another, but are read as ${new Set(inputs.map(({ series }) => series)).size} series; if they are parts of one, give --series ${inShell(name)}`;
  return [...rotated, { level: 'warning', text }];
}

/** A name for files that look like parts of one series; null: they do not. */
function nameOfParts(inputs: readonly SeriesSample[]): string | null {
  const names = [...new Set(inputs.map(({ series }) => series))];
  const [pattern = '', ...others] = new Set(names.map((name) => name.replaceAll(/\d+/g, '#')));
  if (names.length < 2 || others.length > 0) return null;
  const [fields, ...otherFields] = new Set(inputs.map(({ sample }) => sample.sampled.names.join('\n')));
  if (fields === undefined || otherFields.length > 0 || !followOneAnother(inputs)) return null;
  const text = pattern.replaceAll(/[-_./]*#/g, '').replace(/^[-_./]+/, '');
  return text === '' ? 'all' : text;
}

/** Whether the files have other metrics, at times that all of them have. */
function areOfDifferentMetrics(inputs: readonly SeriesSample[]): boolean {
  const [first, ...others] = inputs.map(({ sample }) => timesOf(sample));
  if (first === undefined || others.length === 0) return false;
  const metrics = inputs.flatMap(({ sample }) => [
    ...new Set(sample.sampled.names.filter((name) => name !== sample.fields?.time)),
  ]);
  const isShared = first.some((timeMs) => others.every((times) => times.includes(timeMs)));
  return new Set(metrics).size === metrics.length && isShared;
}

function metricsNotice(files: readonly string[]): Notice {
  const text = `${listNames(files, 4)} have different metrics of the same times, but are read as ${files.length} series, each without the metrics of the others; if they are of one, give it a name, such as --series all`;
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

/** Whether no field names the target of its records, nor do its columns. */
function isOneSeries({ layout, fields }: FileSample, { wide }: ReadOptions): boolean {
  return layout === 'rows' && wide !== true && fields !== null && fields.targets.length === 0;
}
