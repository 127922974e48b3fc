import { Readable } from 'node:stream';
import { plural } from '../core/count-text.js';
import { AiopsError, type Notice } from '../core/errors.js';
import { inputName } from '../core/input-position.js';
import { closeAll, openSource, type ByteSource, type SourceOptions } from './bytes/source.js';
import type { ReadOptions } from './options.js';
import { detect } from './sample/detect.js';
import { listNames } from './sample/names.js';
import { readingChanges, type Reading } from './reading-changes.js';
import { planOf, type InputSnapshot } from './snapshot/snapshot.js';
import type { SortScratch } from './sort/open-sorted.js';
import { takeSamples } from './take-samples.js';

/** How a run that began now would read inputs, compared with how they are read. */
export interface DecidedAgain {
  /** What it would decide differently. */
  readonly notices: readonly Notice[];
  /** Of each input, as `FileSnapshot.shortSample`: by its sample now if that shows the same. */
  readonly shortSamples: readonly (number | null)[];
}

interface Inputs {
  readonly inputs: readonly string[];
  readonly snapshot: InputSnapshot;
  /** By input: those that can be read only once, at their beginning; null: a file. */
  readonly heads: readonly (ByteSource | null)[];
}

/**
 * Decides how to read the inputs by samples of what they hold now.
 *
 * @throws AiopsError what the sources throw, except `input_unusable`: reading on meets that again
 */
export async function decideAgain(
  { inputs, snapshot, heads }: Inputs,
  options: ReadOptions,
  { sourceOptions, scratch }: { readonly sourceOptions: SourceOptions; readonly scratch: SortScratch },
): Promise<DecidedAgain> {
  const stdin = Readable.from([]);
  const opened: ByteSource[] = [];
  const kept = snapshot.files.map(({ shortSample = null }) => shortSample);
  const since = sampledThen(inputs, kept);
  try {
    const sources: ByteSource[] = [];
    for (const [i, input] of inputs.entries()) {
      const source = heads[i] ?? (await openSource(input, sourceOptions, stdin));
      if (source !== heads[i]) opened.push(source);
      sources.push(source);
    }
    // What was not sorted so far is in order, and sorting reads it to its end.
    const taking = { options: { ...options, sort: false }, scratch, sourceOptions, stdin };
    const { samples } = await takeSamples(inputs, sources, taking);
    const { facts, files } = detect(samples, options);
    const now: Reading = { facts, plans: files.map((file) => file?.plan ?? null) };
    const notices = changeNotices(snapshot, now, since);
    const shortSamples = notices.length > 0 ? kept : samples.map(({ sample }) => sample.shortOf);
    return { notices, shortSamples };
  } catch (error) {
    if (!(error instanceof AiopsError) || !DECIDING.has(error.code)) throw error;
    const text = `the inputs are read as decided when ${since}; by now a new run of them would be refused: ${error.message}`;
    return { notices: [{ level: 'warning', text }], shortSamples: kept };
  } finally {
    await closeAll(opened);
  }
}

const DECIDING: ReadonlySet<string> = new Set(['input_unusable', 'usage']);

function changeNotices(snapshot: InputSnapshot, now: Reading, since: string): Notice[] {
  const plans = snapshot.files.map((_, i) => planOf(snapshot, i));
  const isOne = plans.length === 1;
  return readingChanges({ facts: snapshot, plans }, now).map(({ file, what, was, is }) => {
    const of = file === null || isOne ? '' : `${file}: `;
    const text = `${of}${what}: ${was}, decided when ${since}; by now it would be ${is}: use --restart to read it so`;
    return { level: 'warning', text };
  });
}

/** Which inputs had too few records for a full sample, as a phrase. */
function sampledThen(inputs: readonly string[], shortSamples: readonly (number | null)[]): string {
  const short = inputs.flatMap((input, i) => {
    const records = shortSamples[i] ?? null;
    return records === null ? [] : [`${inputName(input)} had ${plural(records, 'record')}`];
  });
  return listNames(short, 3);
}
