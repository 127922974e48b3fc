import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AiopsError } from '../core/errors.js';
import { FILE_START, inputName, type InputPosition } from '../core/input-position.js';
import { SAME_INPUT_HINT, type AllRead } from './bytes/prefix-sums.js';
import { peekedSource } from './bytes/peeked-source.js';
import { endedSource, openSource, type ByteSource, type SourceOptions } from './bytes/source.js';
import type { FilePlan } from './lines/plan.js';
import { planOf, type InputSnapshot, type ResumePoint } from './snapshot/snapshot.js';
import { openInOrder, type SortSettings } from './sort/open-sorted.js';

/** An open input, and how to read it. */
export interface PlannedInput {
  readonly source: ByteSource;
  /** Null: it has no record. */
  readonly plan: FilePlan | null;
  /** Where reading it starts. */
  readonly start: InputPosition;
  /** The minute of rejects before its first record with a readable time, epoch ms. */
  readonly headMs: number;
  /** How many intervals a record goes back at most, as far as known. */
  readonly intervalsBack: number;
  /** Whether its positions are those of its sorted text. */
  readonly isSorted: boolean;
  /** As `FileSnapshot.shortSample`; null: its sample was full. */
  readonly shortSample: number | null;
  /** Call once. */
  chunks(): AsyncIterable<Buffer>;
}

/** An input of a snapshot, opened again. */
export interface ReopenedInput extends PlannedInput {
  /** Its beginning, to decide again how to read it before its chunks are read; null: it is a file. */
  readonly head: ByteSource | null;
}

export interface Reopening {
  readonly snapshot: InputSnapshot;
  readonly from: ResumePoint;
  readonly stdin: Readable;
  readonly sourceOptions: SourceOptions;
  readonly sort: Omit<SortSettings, 'sourceOptions'>;
}

/** Opens an input of a snapshot, by its index, where reading resumes. */
export async function reopenInput(
  input: string,
  index: number,
  { snapshot, from, stdin, sourceOptions, sort }: Reopening,
): Promise<ReopenedInput> {
  const plan = planOf(snapshot, index);
  const file = snapshot.files[index];
  const { identity = null, digests = [], headMs = null, isSorted = false, shortSample = null } = file ?? {};
  const start = plan === null ? 'end' : (from.positions?.[index] ?? FILE_START);
  const fromByte = from.isPinned === true && start !== 'end' ? start.byteOffset : 0;
  const known = identity === null ? null : { identity, digests, fromByte };
  const after = from.afterPositions?.[index] ?? 'end';
  // What a file has grown by since its end was read is left to a session that compares it.
  const hasEnded = start === 'end' || from.afterPositions?.[index] === 'end' || from.isPinned === true;
  const most = known !== null && hasEnded ? { mostBytes: known.identity.sizeBytes } : {};
  const before = after === 'end' ? start : after;
  const isOnceOnly = identity === null && from.allRead !== undefined;
  const open = async (at: InputPosition): Promise<ByteSource> => {
    if (plan === null && isOnceOnly)
      return stillEmpty(input, { ...sourceOptions, allRead: from.allRead[index] ?? NOTHING }, stdin);
    if (plan === null || at === 'end' || before === 'end') return endedSource(input, { ...most, known });
    const options = { ...sourceOptions, ...most, known };
    const compared = { before, allRead: from.allRead?.[index] ?? null };
    if (!isSorted) return openSource(input, { ...options, ...compared }, stdin, at);
    const unsorted = await openSource(input, options, stdin);
    return openInOrder(unsorted, plan, { ...sort, sourceOptions: { ...options, ...compared } }, at);
  };
  const peeks = isOnceOnly && from.decidesAgain === true && start !== 'end';
  const { head, rest: source } = peeks
    ? peekedSource(await open(FILE_START), start)
    : { head: isOnceOnly ? await endedSource(input) : null, rest: await open(start) };
  const chunks = (): AsyncIterable<Buffer> => ({ [Symbol.asyncIterator]: () => source.chunks() });
  return {
    ...{ source, head, plan, start, headMs: headMs ?? -Infinity, intervalsBack: 0 },
    ...{ isSorted, shortSample, chunks },
  };
}

const NOTHING: AllRead = { bytes: 0, sha256: createHash('sha256').digest('hex'), isWhole: true };

/**
 * An input that can be read only once and had no record, read again to its end.
 *
 * @throws AiopsError `config` if it is not what it was: how to read records is decided once, by the first ones
 */
async function stillEmpty(input: string, options: SourceOptions, stdin: Readable): Promise<ByteSource> {
  const source = await openSource(input, options, stdin);
  try {
    for await (const _ of { [Symbol.asyncIterator]: () => source.chunks() }) {
      if (source.againState() === 'longer') throw hasRecordsNow(input);
    }
    return source;
  } catch (error) {
    await source.close();
    throw error;
  }
}

function hasRecordsNow(input: string): AiopsError {
  const text = `${inputName(input)} had no record when this run began, but has more than it had then`;
  return new AiopsError('config', text, { hint: SAME_INPUT_HINT });
}
