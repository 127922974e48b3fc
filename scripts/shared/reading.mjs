/** Reads a recording with default settings; shared by the benchmarks of reading. */
import { Readable } from 'node:stream';

import { DEFAULT_MAX_EXPANSION, DEFAULT_MAX_LINE_BYTES } from '#build/read/options.js';
import { openRecording } from '#build/read/recording.js';

const OPTIONS = {
  format: 'auto',
  map: {},
  timezone: 'UTC',
  interval: 'auto',
  grace: 0,
  duplicates: 'reject',
  shard: null,
  fromMs: null,
  toMs: null,
  ownWindow: null,
  lookBackIntervals: 0,
  maxLineBytes: DEFAULT_MAX_LINE_BYTES,
  maxExpansion: DEFAULT_MAX_EXPANSION,
};

export function openForReading(path) {
  return openRecording([path], OPTIONS, Readable.from([]));
}

/** Reads a whole file and returns the number of accepted records. */
export async function countRecords(path) {
  const recording = await openForReading(path);
  let records = 0;
  for await (const { batch, rejects } of recording.steps())
    records += (batch?.records.length ?? 0) - rejects.length;
  await recording.close();
  return records;
}
