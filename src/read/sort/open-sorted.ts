import { AiopsError, type Notice } from '../../core/errors.js';
import type { FilePosition } from '../../core/input-position.js';
import type { ByteSource, SourceOptions } from '../bytes/source.js';
import type { FilePlan } from '../lines/plan.js';
import type { ReadOptions } from '../options.js';
import type { KnownForm } from '../sample/row-sampler.js';
import type { SampledSource } from '../sample/sample.js';
import { Disorder } from './disorder.js';
import { sortChunks, type SortOptions } from './sort-chunks.js';
import { sortedSource } from './sorted-source.js';

/** Where sorting may write, and when to stop it. */
export type SortScratch = Pick<SortOptions, 'folder' | 'signal'>;

export interface SortSettings {
  readonly options: Pick<ReadOptions, 'maxLineBytes' | 'timezone' | 'live'>;
  readonly scratch: SortScratch;
  readonly sourceOptions: Pick<SourceOptions, 'blockBytes' | 'before' | 'allRead'>;
}

/** Samples an input of which something may be known. */
export type TakeSample = (source: ByteSource, known?: KnownForm) => Promise<SampledSource>;

/** A sampled input, brought into time order. */
interface SortedSample {
  readonly sampled: SampledSource;
  readonly notices: readonly Notice[];
}

/**
 * Brings an input into time order by its sample, and samples it again. A file that is in order is read as it is.
 *
 * @throws AiopsError `usage`: a live feed; `input_unusable`: it holds rows and minute-batches;
 *   `output_io`: a temporary file cannot be written; and what reading the input throws
 */
export async function sortSampled(
  unsorted: SampledSource,
  settings: SortSettings,
  reopen: () => Promise<ByteSource>,
  sample: TakeSample,
): Promise<SortedSample> {
  const { source } = unsorted;
  const { plan, fields, head } = unsorted.sample;
  if (settings.options.live === true && source.live) throw cannotSortLive(source);
  if (plan === null || fields === null) return { sampled: unsorted, notices: [] };
  const disorder = new Disorder(source.name, settings.options.timezone);
  const sorted = await openSorted(unsorted, plan, { ...settings, disorder }, reopen);
  try {
    const sampled = await sample(sorted, { head, times: fields.times });
    refuseOtherLayout(plan, sampled.sample.plan);
    return { sampled, notices: disorder.notices() };
  } catch (error) {
    await sorted.close();
    throw error;
  }
}

async function openSorted(
  sampled: SampledSource,
  plan: FilePlan,
  settings: SortSettings & { readonly disorder: Disorder },
  reopen: () => Promise<ByteSource>,
): Promise<ByteSource> {
  const { disorder } = settings;
  const { source } = sampled;
  const isRereadable = source.file !== null;
  const outcome = await sortChunks(sampled.chunks(), {
    ...rulesOf(source, plan, settings, disorder),
    isRereadable,
  });
  if (outcome.kind === 'sorted') return sortedSource(source, outcome.text, settings.sourceOptions);
  await source.close();
  disorder.clear();
  const again = await reopen();
  return outcome.kind === 'in-order' ? again : openInOrder(again, plan, settings);
}

/**
 * Sorts an input that an earlier session sorted, or that is known to need it; opens the sorted text at a position.
 *
 * @throws AiopsError `output_io`: a temporary file cannot be written; and what reading the input throws
 */
export async function openInOrder(
  source: ByteSource,
  plan: FilePlan,
  settings: SortSettings & { readonly disorder?: Disorder },
  from?: FilePosition,
): Promise<ByteSource> {
  try {
    const chunks = { [Symbol.asyncIterator]: () => source.chunks() };
    const disorder = settings.disorder ?? new Disorder(source.name, settings.options.timezone);
    const outcome = await sortChunks(chunks, rulesOf(source, plan, settings, disorder));
    if (outcome.kind !== 'sorted') throw new Error('an input that cannot be read again was not sorted');
    return sortedSource(source, outcome.text, settings.sourceOptions, from);
  } catch (error) {
    await source.close();
    throw error;
  }
}

function rulesOf(
  { byteOffset }: ByteSource,
  plan: FilePlan,
  { scratch, options: { maxLineBytes, timezone } }: SortSettings,
  disorder: Disorder,
): SortOptions {
  const onUnordered = disorder.add.bind(disorder);
  return { plan, timezone, maxLineBytes, ...scratch, byteOffset, isRereadable: false, onUnordered };
}

function cannotSortLive({ name, exported }: ByteSource): AiopsError {
  if (exported !== null) {
    return new AiopsError(
      'usage',
      `${name} is ${exported.what}, which is read to its end before its first minute, so it cannot be a live feed`,
      { hint: 'leave out --pace realtime' },
    );
  }
  return new AiopsError(
    'usage',
    `--sort needs all of ${name} before its first minute, but a live feed has no end`,
    {
      hint: 'leave out --sort, and allow records to come late with --grace; or leave out --pace realtime',
    },
  );
}

/** Which lines are records must not depend on which of them come first. */
function refuseOtherLayout({ file, layout }: FilePlan, after: FilePlan | null): void {
  if (after === null || after.layout === layout) return;
  throw new AiopsError('input_unusable', `${file} holds both rows and minute-batches`, {
    hint: 'a recording has one layout: replay them one after another',
  });
}
