import type { InputPosition } from '../../core/input-position.js';
import type { Segment } from '../bytes/digests.js';
import type { AllRead } from '../bytes/prefix-sums.js';
import type { FileFacts } from '../bytes/file-facts.js';
import type { ByteSource } from '../bytes/source.js';
import type { ExportName } from '../exports/names.js';
import type { AwaitedTally } from '../lines/awaited-columns.js';
import type { FilePlan, RecordingFacts, RecordPlace } from '../lines/plan.js';
import {
  codedLong,
  codedRoles,
  longOfCodes,
  rolesOfCodes,
  type CodedLong,
  type CodedRoles,
} from './role-codes.js';

/** How a recording was read and what was read of it, as plain JSON: enough to read it in the same way again. */
export interface InputSnapshot extends RecordingFacts {
  /** Whether the clock closed minutes as well, so that reading cannot resume. */
  readonly isLive: boolean;
  /** In the order of the inputs. */
  readonly files: readonly FileSnapshot[];
}

export interface FileSnapshot {
  /** Null: it had no record. */
  readonly plan: PlanSnapshot | null;
  /** The minute of rejects before its first record with a readable time, epoch ms; null: it had no record. */
  readonly headMs: number | null;
  /** Its facts when its bytes were known to be those that were read; null for standard input and pipes. */
  readonly identity: FileFacts | null;
  /** What had been read of the file when the session started serving; commits add what was read later. */
  readonly digests: readonly Segment[];
  /** Whether it is gzip or an export: positions in it are offsets into its text. */
  readonly isPacked: boolean;
  /** What it is an export of; default: it was read as it is. */
  readonly exportedFrom?: ExportName;
  /** Whether it was sorted: positions in it are those of the sorted text; default: no. */
  readonly isSorted?: boolean;
  /** How many records it had if these were too few for a full sample, so that more might show something else. */
  readonly shortSample?: number;
}

/** A FilePlan as plain JSON. */
interface PlanSnapshot extends Omit<FilePlan, 'roles' | 'long' | 'columns'> {
  readonly long: CodedLong | null;
  readonly roles: CodedRoles;
}

/** Where to resume reading a recording: what a run committed. */
export interface ResumePoint {
  /** The positions of a commit, in the order of the inputs; null: from the start. */
  readonly positions: readonly InputPosition[] | null;
  /** The minute of that commit, epoch ms: records of it and of earlier minutes do not count again. */
  readonly positionsMinuteMs: number | null;
  /** The last committed minute, epoch ms: it and those before it come as look-back only. */
  readonly afterMinuteMs: number;
  /** The positions after that minute: standard input is compared with what it was up to there. */
  readonly afterPositions?: readonly InputPosition[];
  /** All that earlier sessions read of inputs that can be read only once, also after that minute. */
  readonly allRead?: readonly (AllRead | null)[];
  /** Whether to look how a run that began now would read the inputs; default: no. */
  readonly decidesAgain?: boolean;
  /**
   * Whether files begin at `positions` and end where they did in the snapshot, even if they have grown; default: they
   * begin at their start, and end where they end now.
   */
  readonly isPinned?: boolean;
  /** What records before show of columns of `--columns` that the sample lacks; default: there are no such columns. */
  readonly awaited?: AwaitedTally;
  /** Between which positions records have late fields that count; default: anywhere. */
  readonly counted?: Stretch;
}

/** Of the inputs, between two positions of each. */
export interface Stretch {
  /** Null: from their start. */
  readonly from: readonly InputPosition[] | null;
  /** Null: to their end. */
  readonly until: readonly InputPosition[] | null;
}

/** Whether a record is within a stretch, by where it is in one of the files. */
export function placesIn(
  { files }: Pick<InputSnapshot, 'files'>,
  { from, until }: Stretch,
): (place: RecordPlace) => boolean {
  const ranges = new Map(
    files.map(({ plan }, i) => {
      const [startByte, endByte] = [byteOf(from?.[i], 0), byteOf(until?.[i], Infinity)];
      return [plan?.file, { startByte, endByte }];
    }),
  );
  return ({ file, byteOffset }) => {
    const { startByte, endByte } = ranges.get(file) ?? { startByte: 0, endByte: Infinity };
    return byteOffset >= startByte && byteOffset < endByte;
  };
}

function byteOf(position: InputPosition | undefined, none: number): number {
  if (position === undefined) return none;
  return position === 'end' ? Infinity : position.byteOffset;
}

/** An input as it was opened. */
interface OpenedInput {
  readonly source: Pick<ByteSource, 'file' | 'isPacked' | 'exported'>;
  readonly plan: FilePlan | null;
  readonly headMs: number;
  readonly isSorted: boolean;
  readonly shortSample: number | null;
}

export function takeSnapshot(
  { columns, intervalMs, grid, intervalSource, layout }: RecordingFacts,
  isLive: boolean,
  inputs: readonly OpenedInput[],
): InputSnapshot {
  const files = inputs.map(
    ({ source: { file, isPacked, exported }, plan, headMs, isSorted, shortSample }): FileSnapshot => ({
      ...(plan === null ? { plan, headMs: null } : { plan: planSnapshot(plan), headMs }),
      identity: file?.identity ?? null,
      digests: file?.digests() ?? [],
      isPacked,
      ...(exported === null ? {} : { exportedFrom: exported.name }),
      ...(isSorted ? { isSorted } : {}),
      ...(shortSample === null ? {} : { shortSample }),
    }),
  );
  return { columns, intervalMs, grid, intervalSource, layout, isLive, files };
}

export function hasLabels(files: readonly { readonly plan: Pick<FilePlan, 'labelField'> | null }[]): boolean {
  return files.some(({ plan }) => plan !== null && plan.labelField !== null);
}

/** The plan of an input; null: it had no record. */
export function planOf({ files, columns }: InputSnapshot, index: number): FilePlan | null {
  const plan = files[index]?.plan ?? null;
  if (plan === null) return null;
  const long = plan.long === null ? null : longOfCodes(plan.long);
  return { ...plan, long, roles: rolesOfCodes(plan.roles), columns };
}

function planSnapshot({ columns: _, roles, ...plan }: FilePlan): PlanSnapshot {
  return { ...plan, long: plan.long === null ? null : codedLong(plan.long), roles: codedRoles(roles) };
}
