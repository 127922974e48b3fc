import { Readable } from 'node:stream';

import { AiopsError } from '#build/core/errors.js';
import type { ReadStep } from '#build/core/types.js';
import { openRecording, type Recording } from '#build/read/recording.js';
import type { ReadOptions } from '#build/read/options.js';

/** All that reading an input gave, up to its end or an error of ours. */
export interface Reading {
  /** Null: it could not be opened. */
  readonly recording: Recording | null;
  readonly steps: readonly ReadStep[];
  readonly error: AiopsError | null;
}

/** Reads an input that comes in these pieces; what is thrown is no error of ours. */
export async function readAll(pieces: readonly Buffer[], options: ReadOptions): Promise<Reading> {
  const steps: ReadStep[] = [];
  let recording: Recording | null = null;
  try {
    recording = await openRecording(['-'], options, Readable.from(pieces, { objectMode: true }));
    for await (const step of recording.steps()) steps.push(step);
  } catch (error) {
    if (!(error instanceof AiopsError) || error.code === 'internal') throw error;
    return { recording, steps, error };
  } finally {
    await recording?.close();
  }
  return { recording, steps, error: null };
}

/** What was read, as a text to be compared: everything but where pieces began. */
export function textOf({ recording, steps, error }: Reading): string {
  const facts =
    recording === null
      ? null
      : [recording.columns, recording.intervalMs, recording.layout, recording.notices];
  return JSON.stringify([
    facts,
    steps.map(plainStep),
    recording?.lateNotices(),
    error?.code,
    error?.message.replace(/near byte .*/, ''),
  ]);
}

function plainStep({ batch, rejects, merged, filtered }: ReadStep): unknown {
  const records = batch?.records.map(({ target, values, label, bringsWindow, source }) => [
    target,
    [...values].map((value) => (Object.is(value, -0) ? '-0' : String(value))),
    label,
    bringsWindow,
    source.line,
    source.byteOffset,
    source.item,
  ]);
  const rejected = rejects.map(({ source, reason, message }) => [
    source.line,
    source.byteOffset,
    source.item,
    reason,
    message,
    source.raw(),
  ]);
  return [batch?.minuteMs, records, rejected, merged, filtered];
}
