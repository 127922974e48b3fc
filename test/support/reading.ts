import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import type { Notice } from '#build/core/errors.js';
import type { Label, MinuteRecord, RawText, RejectReason } from '#build/core/types.js';
import { DEFAULT_MAX_EXPANSION, DEFAULT_MAX_LINE_BYTES } from '#build/read/options.js';
import { openRecording, type ReadOptions, type Recording } from '#build/read/recording.js';

/** What a run without flags asks for. */
export const READ_DEFAULTS: ReadOptions = {
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

export interface ReadRecord {
  readonly minute: string;
  readonly target: string;
  readonly values: readonly number[];
  readonly label: Label;
  readonly line: number;
}

export interface ReadReject {
  readonly line: number;
  readonly byteOffset: number;
  readonly item?: number;
  readonly reason: RejectReason;
  readonly message: string;
  readonly raw: RawText;
}

type RecordingMethods =
  | 'steps'
  | 'groups'
  | 'survey'
  | 'close'
  | 'progress'
  | 'bytesBefore'
  | 'lateNotices'
  | 'columnsSeen'
  | 'extent'
  | 'snapshot'
  | 'digestUpdates'
  | 'againState'
  | 'wholeInputs'
  | 'checkInputs';

/** Everything that reading inputs to their end gives. */
export interface ReadOutcome {
  readonly recording: Omit<Recording, RecordingMethods | 'isLive' | typeof Symbol.asyncDispose>;
  readonly records: readonly ReadRecord[];
  readonly rejects: readonly ReadReject[];
  readonly merged: number;
  readonly filtered: number;
  /** For each step: its minute, how many records and rejects it has. */
  readonly steps: readonly (readonly [minute: string | null, records: number, rejects: number])[];
  readonly late: readonly Notice[];
}

export async function readInputs(
  inputs: readonly string[],
  options: Partial<ReadOptions> = {},
  stdin: Readable = Readable.from([]),
): Promise<ReadOutcome> {
  const recording = await openRecording(inputs, { ...READ_DEFAULTS, ...options }, stdin);
  const { columns, intervalMs, grid, intervalSource, layout, targetFields, hasLabels } = recording;
  const { notices, decisions } = recording;
  const records: ReadRecord[] = [];
  const rejects: ReadReject[] = [];
  const steps: [string | null, number, number][] = [];
  let merged = 0;
  let filtered = 0;
  let found = 0;
  try {
    for await (const step of recording.steps()) {
      const minute = step.batch === null ? null : new Date(step.batch.minuteMs).toISOString();
      steps.push([minute, step.batch?.records.length ?? 0, step.rejects.length]);
      records.push(...(step.batch?.records ?? []).map(plainRecord));
      merged += step.merged;
      filtered += step.filtered;
      found += step.found;
      for (const { source, reason, message } of step.rejects) {
        const { line, byteOffset, item } = source;
        const place = item === undefined ? { line, byteOffset } : { line, byteOffset, item };
        rejects.push({ ...place, reason, message, raw: source.raw() });
      }
    }
  } finally {
    await recording.close();
  }
  assert.equal(found, records.length + merged + rejects.length, 'the account balances');
  const facts = {
    columns,
    intervalMs,
    grid,
    intervalSource,
    layout,
    targetFields,
    hasLabels,
    notices,
    decisions,
  };
  return { recording: facts, records, rejects, merged, filtered, steps, late: recording.lateNotices() };
}

/** Reads text given as standard input, in one chunk or as cut. */
export function readText(
  text: string | readonly Buffer[],
  options: Partial<ReadOptions> = {},
): Promise<ReadOutcome> {
  const chunks = typeof text === 'string' ? [Buffer.from(text)] : text;
  return readInputs(['-'], options, Readable.from(chunks.filter((chunk) => chunk.length > 0)));
}

/** Writes files into a folder that goes with the test; returns its path. */
export async function folderWith(
  t: TestContext,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aiops-read-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

function plainRecord({ minuteMs, target, values, label, source }: MinuteRecord): ReadRecord {
  return { minute: new Date(minuteMs).toISOString(), target, values: [...values], label, line: source.line };
}
