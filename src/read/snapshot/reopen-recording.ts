import type { Readable } from 'node:stream';
import type { InputPosition } from '../../core/input-position.js';
import { checkOptions } from '../check-options.js';
import type { ReadOptions } from '../options.js';
import { unpinned } from './pin.js';
import type { PinnedFile, PinnedRecording } from './pinned.js';
import { plannedRecording, readRules } from '../planned-recording.js';
import type { GoingOn, PlannedInput } from '../planned-recording.js';
import type { Recording } from '../recording-types.js';
import type { ReadBefore } from '../bytes/prefix-sums.js';
import { FILE_START } from '../bytes/resume.js';
import type { ResumePoint } from '../bytes/resume.js';
import { blockBytesFor, closeAll, endedSource, openSource } from '../bytes/source.js';
import type { ByteSource, SourceOptions } from '../bytes/source.js';
import type { KnownFile } from '../bytes/watched-file.js';

/**
 * Opens a recording that was read before, to go on from a committed place: with the columns and the interval
 * found then, so that no sample is taken. Steps up to the minute that was handed on last come as look-back;
 * all later ones are those of a reading without a break. The inputs are to be those of `pinned`, which
 * `compareInputs` tells.
 *
 * @throws AiopsError `usage`: an option cannot be; `input_missing`: no such file, a folder, unreadable;
 *   `input_unusable`: not text
 */
export async function reopenRecording(
  inputs: readonly string[],
  options: ReadOptions,
  stdin: Readable,
  pinned: PinnedRecording,
  from: ResumePoint,
): Promise<Recording> {
  const parseTime = checkOptions(inputs, options);
  const sourceOptions = { blockBytes: blockBytesFor(inputs.length), maxExpansion: options.maxExpansion };
  const sources: ByteSource[] = [];
  try {
    const planned: PlannedInput[] = [];
    for (const [i, input] of inputs.entries()) {
      const plan = unpinned(pinned, i);
      const known = knownFile(pinned.files[i]);
      const start = plan === null ? 'end' : (from.positions?.[i] ?? FILE_START);
      const hasEnded = start === 'end' || from.afterPositions?.[i] === 'end';
      const most = hasEnded ? mostOf(known) : {};
      const source =
        start === 'end'
          ? await endedSource(input, { ...most, known })
          : await openSource(
              input,
              { ...sourceOptions, ...most, known, before: placeOf(from.afterPositions?.[i]) ?? start },
              stdin,
              start,
            );
      sources.push(source);
      planned.push({
        source,
        plan,
        start,
        headMs: pinned.files[i]?.headMs ?? -Infinity,
        chunks: () => ({ [Symbol.asyncIterator]: () => source.chunks() }),
      });
    }
    const { columns, intervalMs, intervalSource, layout } = pinned;
    const facts = { columns, intervalMs, intervalSource, layout, notices: [] };
    return plannedRecording(
      planned,
      facts,
      readRules(options, parseTime, intervalMs),
      options,
      goingOn(from),
    );
  } catch (error) {
    await closeAll(sources);
    throw error;
  }
}

/** What was added to a file since it was read to its end is left to a session that finds it grown. */
function mostOf(known: KnownFile | null): Pick<SourceOptions, 'mostBytes'> {
  return known === null ? {} : { mostBytes: known.identity.sizeBytes };
}

function knownFile(file: PinnedFile | undefined): KnownFile | null {
  return file === undefined || file.identity === null ? null : { ...file, identity: file.identity };
}

/** Where an input went on, to hold it against what it was up to there. */
function placeOf(position: InputPosition = 'end'): ReadBefore | null {
  return position === 'end' ? null : position;
}

function goingOn({ positions, positionsMinuteMs, afterMinuteMs }: ResumePoint): GoingOn {
  const handedOnMs = positions === null ? -Infinity : (positionsMinuteMs ?? -Infinity);
  return { handedOnMs, afterMinuteMs: handedOnMs < afterMinuteMs ? afterMinuteMs : -Infinity };
}
