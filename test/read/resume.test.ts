import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { PinnedRecording } from '#dist/read/pinned.js';
import { openRecording } from '#dist/read/recording.js';
import type { ReadOptions } from '#dist/read/recording.js';
import { reopenRecording } from '#dist/read/reopen-recording.js';
import type { ResumePoint } from '#dist/read/resume.js';
import { committable, plainSteps } from '../support/read-steps.js';
import type { PlainStep } from '../support/read-steps.js';
import { READ_DEFAULTS, folderWith } from '../support/reading.js';
import { fileBytes, recordedFile } from '../support/recorded-events.js';
import type { FileKind } from '../support/recorded-events.js';

const HOUR_START = Date.UTC(2026, 0, 1);
const minuteMs = (minute: number): number => HOUR_START + minute * 60_000;

interface Inputs {
  readonly paths: readonly string[];
  readonly stdin: Buffer | null;
}

const open = ({ stdin }: Inputs): Readable => Readable.from(stdin === null ? [] : cut(stdin));

function cut(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 50_000) chunks.push(bytes.subarray(at, at + 50_000));
  return chunks;
}

/** What a journal does to what it keeps. */
function kept<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

async function readOnce(
  inputs: Inputs,
  options: ReadOptions,
): Promise<{ steps: PlainStep[]; pinned: PinnedRecording }> {
  const recording = await openRecording(inputs.paths, options, open(inputs));
  const pinned = kept(await recording.pin({ whole: false }));
  return { steps: await plainSteps(recording), pinned };
}

/** Goes on after step `m`, from the place of step `from`, -1 being the beginning; checks every step. */
async function checkResume(
  inputs: Inputs,
  options: ReadOptions,
  whole: { readonly steps: readonly PlainStep[]; readonly pinned: PinnedRecording },
  from: number,
  m: number,
): Promise<void> {
  const { steps } = whole;
  const start = from < 0 ? null : steps[from]!;
  const point: ResumePoint = {
    positions: start?.positions ?? null,
    positionsMinuteMs: start?.minuteMs ?? null,
    afterMinuteMs: steps[m]!.minuteMs ?? NaN,
  };
  const again = await reopenRecording(inputs.paths, options, open(inputs), whole.pinned, kept(point));
  const found = await plainSteps(again);
  const seen = found.filter(({ lookBack }) => lookBack);
  const expected = steps.slice(from + 1, m + 1).filter(({ minuteMs: at }) => at !== null);
  const windows = (all: readonly PlainStep[]): unknown =>
    all.map(({ minuteMs: at, records }) => [at, records]);
  assert.deepEqual(windows(seen), windows(expected), 'look-back');
  for (const { account, rejects } of seen) assert.deepEqual([account, rejects], [[0, 0, 0], []]);
  assert.deepEqual(found.slice(seen.length), steps.slice(m + 1), `from ${from} after ${m}`);
}

const setting = fc.record({
  files: fc.array(recordedFile, { minLength: 1, maxLength: 3 }),
  kind: fc.constantFrom<FileKind[]>('csv', 'jsonl', 'batches'),
  way: fc.constantFrom('plain', 'gzip', 'stdin'),
  grace: fc.nat(3),
  duplicates: fc.constantFrom('reject' as const, 'first' as const, 'last' as const, 'mean' as const),
  targets: fc.constantFrom(undefined, ['a', 'b*']),
  shard: fc.constantFrom(null, { index: 2, count: 2 }),
  range: fc.constantFrom<(readonly [number | null, number | null])[]>(
    [null, null],
    [3, null],
    [null, 12],
    [5, 15],
  ),
  lookBackIntervals: fc.nat(4),
  picks: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 4, maxLength: 4 }),
});

test('a resumed reading gives the steps of an unbroken one, from any place to any minute', async (t) => {
  const folder = await folderWith(t, {});
  let resumed = 0;
  const property = fc.asyncProperty(setting, async (given) => {
    const { kind, way, grace, duplicates, targets, shard, lookBackIntervals } = given;
    const [from, to] = given.range;
    const paths: string[] = [];
    let stdin: Buffer | null = null;
    for (const [i, file] of given.files.entries()) {
      const bytes = fileBytes(file, kind, grace);
      if (way === 'stdin' && i === 0) {
        stdin = bytes;
        paths.push('-');
        continue;
      }
      const path = join(folder, `${i}.${kind === 'csv' ? 'csv' : 'jsonl'}`);
      await writeFile(path, way === 'gzip' ? gzipSync(bytes, { level: 1 }) : bytes);
      paths.push(path);
    }
    const options: ReadOptions = {
      ...READ_DEFAULTS,
      interval: 60_000,
      columns: ['v'],
      grace,
      duplicates,
      shard,
      fromMs: from === null ? null : minuteMs(from),
      toMs: to === null ? null : minuteMs(to),
      lookBackIntervals,
      ...(targets === undefined ? {} : { targets }),
    };
    const inputs = { paths, stdin };
    const whole = await readOnce(inputs, options);
    const places = committable(whole.steps);
    for (const [a, b] of given.picks) {
      if (places.length === 0) break;
      const later = a % places.length;
      const earlier = (b % (later + 2)) - 1;
      await checkResume(inputs, options, whole, places[earlier] ?? -1, places[later]!);
      resumed++;
    }
  });
  await fc.assert(property, { numRuns: 60 });
  assert.ok(resumed > 50, `${resumed} readings were resumed`);
});
