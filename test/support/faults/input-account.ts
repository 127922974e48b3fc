import { createHash } from 'node:crypto';
import { constants, gunzipSync } from 'node:zlib';

import type { RandomStream } from '#build/core/random.js';

/** What a run must have made of some files, by a reading of their lines that knows nothing of the program's. */
export interface InputAccount {
  /** `minute target score`, in the order of the results. */
  readonly rows: readonly string[];
  /** `file:line`, sorted. */
  readonly rejects: readonly string[];
}

export const HEADER = 'timestamp,target,note,value\n';
const START_MS = Date.UTC(2024, 0, 1);
/** Long notes make a recording of several blocks, of which the first are served while the last are not read yet. */
const NOTE_CHARS = 2400;
/** Lines of which one is broken. */
const ONE_IN = 40;

/** Text of some minutes, with a line for each target; who wrote it shows in every value. */
export function minutesText(
  { from, to, targets, version }: { from: number; to: number; targets: readonly string[]; version: number },
  random: RandomStream,
): string {
  let text = '';
  for (let minute = from; minute < to; minute++) {
    const time = new Date(START_MS + minute * 60_000).toISOString();
    for (const [i, target] of targets.entries()) {
      const value = version * 1_000_000 + minute * 10 + i;
      if (random.nextInteger(1, ONE_IN) === 1) text += `no time,${target},,${value}\n`;
      text += `${time},${target},${noteText(random)},${value}\n`;
    }
  }
  return text;
}

/** It packs no better than to three quarters. */
function noteText(random: RandomStream): string {
  const key = String(random.next());
  let text = '';
  while (text.length < NOTE_CHARS) {
    text += createHash('sha512').update(`${key} ${text.length}`).digest('base64url');
  }
  return text;
}

/**
 * Null where files with these contents cannot be read to their end: damaged gzip, lines out of order. Of gzip that is
 * cut off there is an account with `allowCut`.
 */
export function accountOf(
  files: ReadonlyMap<string, Buffer>,
  { allowCut }: { readonly allowCut: boolean },
): InputAccount | null {
  const byMinute = new Map<number, string[]>();
  const rejects: string[] = [];
  for (const [file, content] of files) {
    const text = textOf(file, content, allowCut);
    if (text === null) return null;
    let newestMs = -Infinity;
    for (const [i, line] of text.split('\n').entries()) {
      if (i === 0 || line === '') continue;
      const fields = line.split(',');
      const timeMs = Date.parse(fields[0] ?? '');
      if (fields.length !== 4 || Number.isNaN(timeMs)) {
        rejects.push(`${file}:${i + 1}`);
        continue;
      }
      if (timeMs < newestMs) return null;
      newestMs = timeMs;
      const rows = byMinute.get(timeMs) ?? [];
      byMinute.set(timeMs, rows);
      rows.push(`${fields[1]} ${fields[3]}`);
    }
  }
  const rows = [...byMinute].sort(([a], [b]) => a - b);
  return {
    rows: rows.flatMap(([timeMs, each]) => each.sort().map((row) => `${timeMs} ${row}`)),
    rejects: rejects.sort(),
  };
}

function textOf(file: string, content: Buffer, allowCut: boolean): string | null {
  if (!file.endsWith('.gz')) return content.toString('latin1');
  try {
    const finishFlush = allowCut ? constants.Z_SYNC_FLUSH : constants.Z_FINISH;
    return gunzipSync(content, { finishFlush }).toString('latin1');
  } catch {
    return null;
  }
}

/** The same of what a run wrote. */
export function writtenAccount(results: string, rejects: string): InputAccount {
  const lines = (text: string): Record<string, unknown>[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    rows: lines(results).map(
      ({ minute, target, score }) => `${Date.parse(String(minute))} ${String(target)} ${String(score)}`,
    ),
    rejects: lines(rejects)
      .map(({ file, line }) => `${String(file).replace(/^.*\//, '')}:${String(line)}`)
      .sort(),
  };
}
