import { AiopsError } from '../../core/errors.js';
import type { Notice } from '../../core/errors.js';
import type { FilePosition } from '../../core/input-position.js';
import type { ByteSource, SourceOptions } from '../bytes/source.js';
import type { FilePlan } from '../lines/plan.js';
import type { ReadOptions } from '../options.js';
import type { FileHead } from '../sample/file-head.js';
import type { SampledSource } from '../sample/sample.js';
import { Disorder } from './disorder.js';
import { sortChunks } from './sort-chunks.js';
import type { SortOptions } from './sort-chunks.js';
import { sortedSource } from './sorted-source.js';

/** Where sorting may write, and when to stop it. */
export type SortScratch = Pick<SortOptions, 'folder' | 'signal'>;

export interface SortSettings {
  readonly options: Pick<ReadOptions, 'maxLineBytes' | 'timezone' | 'live'>;
  readonly scratch: SortScratch;
  readonly sourceOptions: Pick<SourceOptions, 'blockBytes' | 'before'>;
}

/** Samples an input whose form may be known. */
export type TakeSample = (source: ByteSource, head?: FileHead | null) => Promise<SampledSource>;

/** A sampled input, brought into time order. */
interface SortedSample {
  readonly sampled: SampledSource;
  readonly notices: readonly Notice[];
}

/**
 * Brings an input into time order by its sample, and samples it again. A file that is in order is read as it is.
 *
 * @throws AiopsError `usage`: a live feed; `input_unusable`: the times look different once they are in order;
 *   `output_io`: a temporary file cannot be written; and what reading the input throws
 */
export async function sortSampled(
  unsorted: SampledSource,
  settings: SortSettings,
  reopen: () => Promise<ByteSource>,
  sample: TakeSample,
): Promise<SortedSample> {
  const { source } = unsorted;
  const { plan } = unsorted.sample;
  if (settings.options.live === true && source.live) throw cannotSortLive(source.name);
  if (plan === null) return { sampled: unsorted, notices: [] };
  const disorder = new Disorder(source.name, settings.options.timezone);
  const sorted = await openSorted(unsorted, plan, { ...settings, disorder }, reopen);
  try {
    const sampled = await sample(sorted, unsorted.sample.head);
    if (sorted.origins !== null) refuseOtherTimes(plan, sampled.sample.plan);
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

function cannotSortLive(name: string): AiopsError {
  return new AiopsError(
    'usage',
    `--sort needs all of ${name} before its first minute, but a live feed has no end`,
    {
      hint: 'leave out --sort, and allow records to come late with --grace; or leave out --pace realtime',
    },
  );
}

/** What the time of a line is must not depend on which lines come first. */
function refuseOtherTimes(before: FilePlan, after: FilePlan | null): void {
  if (after !== null && timesOf(before) === timesOf(after)) return;
  throw new AiopsError(
    'input_unusable',
    `${before.file} looks different once it is sorted: its times are in ${timesText(before)} by its first records, in ${timesText(after)} by its earliest`,
    { hint: 'name the column of the times with --time-column' },
  );
}

function timesOf({ layout, header, timeField }: FilePlan): string {
  return JSON.stringify({ layout, header, timeField });
}

function timesText(plan: FilePlan | null): string {
  return plan === null ? 'no column' : `column ${JSON.stringify(plan.timeField)}`;
}
