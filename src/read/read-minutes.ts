import type { FilePosition } from '../core/input-position.js';
import type { ByteSource } from './bytes/source.js';
import type { FilePlan } from './lines/plan.js';
import { openReader } from './lines/reader.js';
import type { ReadRules } from './lines/records.js';
import { MinuteCollector, type FileMinute, type TimeRange } from './minutes/file-minutes.js';
import { LiveMinutes } from './minutes/live.js';
import type { ReadOptions } from './options.js';
import type { PlannedInput } from './planned-input.js';

/** An input that has records, and where reading it starts. */
export interface ReadableInput extends Pick<PlannedInput, 'headMs' | 'intervalsBack' | 'chunks'> {
  readonly source: Pick<ByteSource, 'byteOffset' | 'live' | 'origins' | 'prefixAt'>;
  readonly plan: FilePlan;
  readonly start: FilePosition;
}

/**
 * Reads one input: its bytes into lines, those into records, and records into minutes; yields what each chunk closed.
 */
export async function* readMinutes(
  input: ReadableInput,
  rules: ReadRules,
  options: ReadOptions,
  range: TimeRange,
  emittedMs: number,
): AsyncGenerator<FileMinute[], undefined> {
  const { source, plan, start, headMs, intervalsBack } = input;
  const { grace, duplicates, maxAhead = Infinity, live: isLive } = options;
  const { intervals } = rules;
  const prefixAt = (byteOffset: number): ReturnType<ByteSource['prefixAt']> => source.prefixAt(byteOffset);
  const order = {
    intervals,
    grace,
    duplicates,
    range,
    headMs,
    intervalsBack,
    options,
    prefixAt,
  };
  const minutes = new MinuteCollector(order, start, emittedMs);
  const live =
    isLive === true && source.live ? new LiveMinutes(minutes, { intervals, grace, maxAhead }) : null;
  const { byteOffset, origins } = source;
  const records = openReader(plan, rules, live ?? minutes, { byteOffset, line: start.line, origins });
  try {
    for await (const chunk of live?.watch(input.chunks()) ?? input.chunks()) {
      records.push(chunk);
      const closed = minutes.take();
      if (closed.length > 0) yield closed;
    }
    records.drain();
    minutes.enterTail();
    records.end();
    minutes.end();
  } catch (error) {
    // Minutes that were complete before the damage are emitted, so that the outcome does not depend on block borders.
    const closed = minutes.take();
    if (closed.length > 0) yield closed;
    throw error;
  }
  yield minutes.take();
  return undefined;
}
