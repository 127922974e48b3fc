import { join, resolve } from 'node:path';
import type { ReadOptions } from '../../options.js';
import { noSeriesName, seriesBy } from './given-series.js';
import { belowFolder, sharedFolder } from './path-dates.js';
import { rotatedFiles } from './rotation.js';
import type { FileSample } from '../sampler.js';
import { joinDates, joinMetrics, type PartFile } from './series-parts.js';
import { seriesNames, type SeriesParts } from './series-names.js';

/** The series of an input, should its records name no target. */
export interface InputSeries {
  readonly name: string;
  /**
   * What shows that other inputs are parts of it; null: it has no others, or they are rotated files, or a flag says so.
   */
  readonly joinedBy: 'dates' | 'metrics' | null;
}

/** Whether no field names the target of its records, nor do its columns. */
export function isOneSeries({ layout, fields }: FileSample, { wide }: Pick<ReadOptions, 'wide'>): boolean {
  return layout === 'rows' && wide !== true && fields !== null && fields.targets.length === 0;
}

/**
 * Names the series of each input, and joins files that are parts of one.
 *
 * @throws AiopsError `usage` if `--series` is a pattern that an input does not match
 */
export function nameSeries(
  inputs: readonly string[],
  samples: readonly FileSample[],
  options: Pick<ReadOptions, 'series' | 'wide'>,
): InputSeries[] {
  const given = seriesBy(options.series, inputs);
  if (given !== null) return given.map((name, i) => givenSeries(name, inputs[i]!, samples[i]!, options));
  if (options.series !== undefined) return seriesNames(inputs).map((name) => ({ name, joinedBy: null }));
  const { top, files } = partFiles(inputs, samples, (sample) => isOneSeries(sample, options));
  const dated = joinDates(files);
  const joined = joinMetrics(dated);
  const byDates = inputsJoined(files, dated);
  const byMetrics = inputsJoined(dated, joined);
  const parts = partsOf(top, files, joined);
  return seriesNames(inputs, parts).map((name, i) => ({
    name,
    joinedBy: byMetrics.has(i) ? 'metrics' : byDates.has(i) ? 'dates' : null,
  }));
}

/** What to call each input by its path alone; parts of one recording by their dates have one name. */
export function namesByPath(inputs: readonly string[], samples: readonly FileSample[]): string[] {
  const { top, files } = partFiles(inputs, samples, () => true);
  return seriesNames(inputs, partsOf(top, files, joinDates(files)));
}

function partsOf(top: string, files: readonly PartFile[], joined: readonly PartFile[]): SeriesParts[] {
  const parts = joined.filter((file) => !files.includes(file));
  return parts.map(({ inputs, path }) => ({ inputs, path: join(top, path) }));
}

function givenSeries(
  name: string | null,
  input: string,
  sample: FileSample,
  options: Pick<ReadOptions, 'series' | 'wide'>,
): InputSeries {
  if (name === null && isOneSeries(sample, options)) throw noSeriesName(options.series ?? '', input);
  return { name: name ?? '', joinedBy: null };
}

function inputsJoined(before: readonly PartFile[], after: readonly PartFile[]): Set<number> {
  return new Set(after.filter((file) => !before.includes(file)).flatMap(({ inputs }) => inputs));
}

/** The inputs that may be parts of one, rotated ones of a file together, and the folder that all of them are below. */
function partFiles(
  inputs: readonly string[],
  samples: readonly FileSample[],
  isPart: (sample: FileSample) => boolean,
): { readonly top: string; readonly files: readonly PartFile[] } {
  const rotated = rotatedFiles(inputs);
  const inRotation = new Set(rotated.flatMap((group) => group.inputs));
  const others = [...inputs.keys()].filter((i) => inputs[i] !== '-' && !inRotation.has(i));
  const all = [...rotated, ...others.map((i) => ({ path: resolve(inputs[i]!), inputs: [i] }))];
  const series = all.filter(({ inputs: of }) => of.every((i) => isPart(samples[i]!)));
  const top = sharedFolder(series.map(({ path }) => path));
  const files = series.flatMap(({ path, inputs: of }): PartFile[] => {
    const times = of.flatMap((i) => samples[i]!.times.range());
    if (times.length === 0) return [];
    const columns = new Set(of.flatMap((i) => samples[i]!.sampled.numeric()));
    return [
      {
        inputs: of,
        path: belowFolder(top, path),
        columns,
        fromMs: Math.min(...times),
        toMs: Math.max(...times),
      },
    ];
  });
  return { top, files };
}
