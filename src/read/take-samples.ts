import type { Readable } from 'node:stream';
import type { Notice } from '../core/errors.js';
import { openSource, type ByteSource, type SourceOptions } from './bytes/source.js';
import { refuseOtherLabels } from './exports/same-labels.js';
import type { ReadOptions } from './options.js';
import type { NamedSample } from './sample/detect.js';
import { exportOptions, sampleOfExport } from './sample/export-options.js';
import { nameSeries } from './sample/series/join-series.js';
import { takeSample, type SampledSource } from './sample/sample.js';
import { sortSampled, type SortScratch, type TakeSample } from './sort/open-sorted.js';
import { removeStale } from './sort/store.js';

/** How many bytes to look at, over all files, to find columns and interval. */
const SAMPLE_BYTES = 16 * 1024 * 1024;

export interface SamplesTaking {
  readonly options: ReadOptions;
  readonly scratch: SortScratch;
  readonly sourceOptions: SourceOptions;
  readonly stdin: Readable;
}

/**
 * Samples all inputs, with `--sort`, and exports whose series come one after another, in time order. What is read in
 * place of an input replaces it in `sources`.
 *
 * @throws AiopsError what `refuseOtherLabels`, `takeSample` and `sortSampled` throw
 */
export async function takeSamples(
  inputs: readonly string[],
  sources: ByteSource[],
  { options, scratch, sourceOptions, stdin }: SamplesTaking,
): Promise<{ samples: NamedSample[]; notices: Notice[] }> {
  refuseOtherLabels(sources, options);
  const maxBytes = Math.max(sourceOptions.blockBytes, Math.floor(SAMPLE_BYTES / inputs.length));
  const samples: SampledSource[] = [];
  const notices: Notice[] = [];
  const isSorted = ({ exported }: ByteSource): boolean =>
    options.sort === true || exported?.isBySeries === true;
  if (sources.some(isSorted)) await removeStale(scratch.folder);
  for (const [i, input] of inputs.entries()) {
    const { exported } = sources[i]!;
    const own = exported === null ? options : exportOptions(options, exported);
    const sample: TakeSample = (source, known) => takeSample(source, own, { maxBytes, known: known ?? null });
    samples[i] = await sample(sources[i]!);
    if (isSorted(sources[i]!)) {
      const reopen = (): Promise<ByteSource> => openSource(input, sourceOptions, stdin);
      const settings = { options, scratch, sourceOptions };
      const sorted = await sortSampled(samples[i], settings, reopen, sample);
      samples[i] = sorted.sampled;
      sources[i] = sorted.sampled.source;
      // Series one after another are never in order, which is no news.
      if (exported?.isBySeries !== true) notices.push(...sorted.notices);
    }
    if (exported === null) continue;
    samples[i] = { ...samples[i], sample: sampleOfExport(samples[i].sample, exported, options) };
    // Of others, what was read so far is not all.
    if (exported.isBySeries) notices.push(...exported.notices());
  }
  const series = nameSeries(
    inputs,
    samples.map(({ sample }) => sample),
    options,
  );
  return { samples: samples.map((sample, i) => ({ ...sample, series: series[i]! })), notices };
}
