/* The lines of `timing.jsonl`, one for each block. */
import { AiopsError } from '../core/errors.js';
import { isoTime } from '../core/time.js';
import { CHUNK_PARTS } from '../core/timing.js';
import type { BlockTiming, ChunkTiming } from '../core/types.js';
import { againstSchedule, imbalance, type Schedule, type ServedBlock, type Service } from './run-timings.js';

/** Incremented whenever lines change in a way that readers must know. Before 2, lines had no version. */
const VERSION = 2;

/** A block, to be written. */
export interface BlockLine extends Service {
  /** The block's first minute, epoch ms. */
  readonly minuteMs: number;
  readonly timing: BlockTiming;
}

/** One line of `timing.jsonl`. */
export function timingLine({ minuteMs, timing, isAlone, dueAtMs }: BlockLine): string {
  const schedule = dueAtMs === null ? null : againstSchedule(timing, dueAtMs);
  const line = {
    version: VERSION,
    minute: isoTime(minuteMs),
    minutes: timing.minutes,
    alone: isAlone,
    items: timing.items,
    wallMs: rounded(timing.wallMs),
    ...(schedule === null
      ? {}
      : { latenessMs: rounded(schedule.latenessMs), responseMs: rounded(schedule.responseMs) }),
    slowestMs: rounded(Math.max(0, ...timing.chunks.map((chunk) => chunk.serviceMs))),
    gatherMs: rounded(timing.gatherMs),
    imbalance: rounded(imbalance(timing.chunks)),
    chunks: timing.chunks.map(chunkFields),
  };
  return `${JSON.stringify(line)}\n`;
}

function chunkFields(chunk: ChunkTiming): Record<string, number> {
  const fields: Record<string, number> = { actor: chunk.actor, items: chunk.items };
  for (const part of ['serviceMs', ...CHUNK_PARTS] as const) fields[part] = rounded(chunk[part]);
  return fields;
}

/** To the microsecond, the resolution of the clocks. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** A block, read back. */
export interface TimedBlock {
  /** Its first minute, epoch ms. */
  readonly minuteMs: number;
  readonly isAlone: boolean;
  readonly timing: ServedBlock;
  /** Null if it had no schedule. */
  readonly schedule: Schedule | null;
}

/**
 * Parses a line of `timing.jsonl`. Checked by hand: a month has up to 43,200 of them.
 *
 * @param place file and line number, for the message
 * @throws AiopsError `output_io` for anything but what `timingLine` writes; `config` for another version
 */
export function readTimingLine(line: string, place: string): TimedBlock {
  const fields = objectOf(line);
  if (fields !== null) checkVersion(fields, place);
  const block = fields === null ? null : timedBlock(fields);
  if (block !== null) return block;
  const shown = line.length > SHOWN_TEXT ? `${line.slice(0, SHOWN_TEXT)}…` : line;
  throw new AiopsError('output_io', `${place} is not a line of timings: ${shown}`, {
    hint: ({ startOver }) => `restore the file as the run wrote it, or ${startOver}`,
  });
}

/** Characters of a line that a message shows. */
const SHOWN_TEXT = 60;

/** The maximum size of a pool. */
const MOST_ACTORS = 1024;

type Fields = Readonly<Record<string, unknown>>;

function checkVersion({ version, minute }: Fields, place: string): void {
  if (version === VERSION || minute === undefined) return;
  const found = version === undefined ? 'has no version' : `has version ${JSON.stringify(version)}`;
  throw new AiopsError('config', `${place} ${found}; this program reads version ${VERSION}`, {
    hint: ({ startOver }) => `another version of this program wrote it: use that one, or ${startOver}`,
  });
}

function timedBlock({
  minute,
  alone: isAlone,
  latenessMs,
  responseMs,
  ...timing
}: Fields): TimedBlock | null {
  const minuteMs = typeof minute === 'string' ? Date.parse(minute) : NaN;
  if (Number.isNaN(minuteMs) || typeof isAlone !== 'boolean' || !isServedBlock(timing)) return null;
  if (isAlone && timing.minutes !== 1) return null;
  const hasSchedule = latenessMs !== undefined || responseMs !== undefined;
  if (!hasSchedule) return { minuteMs, isAlone, timing, schedule: null };
  if (!isNumber(latenessMs) || !isNumber(responseMs)) return null;
  return { minuteMs, isAlone, timing, schedule: { latenessMs, responseMs } };
}

function isServedBlock(timing: Fields): timing is Fields & ServedBlock {
  const { minutes, items, wallMs, gatherMs, chunks } = timing;
  if (!isCount(minutes) || minutes === 0 || !isCount(items) || !isNumber(wallMs) || !isNumber(gatherMs)) {
    return false;
  }
  return Array.isArray(chunks) && chunks.every(isChunk);
}

function isChunk(value: unknown): value is ServedBlock['chunks'][number] {
  if (typeof value !== 'object' || value === null) return false;
  const chunk = value as Fields;
  const { actor, items, serviceMs } = chunk;
  if (!isCount(actor) || actor >= MOST_ACTORS || !isCount(items) || !isNumber(serviceMs)) return false;
  return CHUNK_PARTS.every((part) => isNumber(chunk[part]));
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

/** The object in a line; null if there is none. */
function objectOf(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Fields) : null;
  } catch {
    return null;
  }
}
