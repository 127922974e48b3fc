import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import fc from 'fast-check';

import { AiopsError } from '#build/core/errors.js';
import { RATE_LOOK_BACK } from '#build/read/shared/rates.js';
import type { ReadOptions } from '#build/read/recording.js';
import { cutRecording, readSlice } from './cutting.js';
import type { PlainStep } from './read-steps.js';
import { READ_DEFAULTS, folderWith } from './reading.js';
import { readWhole } from './resumed.js';
import { fileBytes, readingSettings, type RecordedFile } from './recorded-events.js';

const MINUTE_MS = 60_000;
const minuteMs = (minute: number): number => Date.UTC(2026, 0, 1) + minute * MINUTE_MS;

const setting = fc.record({
  ...readingSettings,
  slices: fc.integer({ min: 1, max: 7 }),
  pieceBytes: fc.constantFrom(60, 60, 60, 200, 4096),
  areCounters: fc.boolean(),
});

/** With its events several times. Thousands of lines in small pieces would take long, so those are left out there. */
function longer(file: RecordedFile, pieceBytes: number): RecordedFile {
  const events = file.events.filter(
    (event) => pieceBytes > 1000 || event.kind === 'record' || event.count < 3,
  );
  return { ...file, events: pieceBytes > 1000 ? events : [...events, ...events, ...events] };
}

/** A step; with a range, without what it excludes, of which slices read only some. */
function comparable(
  { minuteMs: at, records, account: [found, merged, filtered], rejects }: PlainStep,
  isRange: boolean,
): unknown {
  return [at, records, found, merged, isRange ? null : filtered, rejects];
}

const isMisfit = (error: unknown): boolean => error instanceof AiopsError && error.code === 'config';

/**
 * Holds that slices read the steps of the whole recording, or that one of them says that the plan does not fit.
 *
 * @param numRuns how many recordings to draw
 */
export async function checkCuts(t: TestContext, numRuns: number): Promise<void> {
  const folder = await folderWith(t, {});
  const counts = { cuts: 0, misfits: 0, seeking: 0, rates: 0 };
  const property = fc.asyncProperty(setting, async (given) => {
    const { kind, grace, duplicates, targets, shard, lookBackIntervals, slices, pieceBytes } = given;
    const [from, to] = given.range;
    const rate = given.areCounters && duplicates !== 'mean' ? ['v'] : undefined;
    const paths: string[] = [];
    let hasQuotes = false;
    const files = given.files.map((file) => longer(file, pieceBytes));
    for (const [i, file] of files.entries()) {
      const path = join(folder, `${i}.${kind === 'csv' ? 'csv' : 'jsonl'}`);
      const bytes = fileBytes(file, kind, grace);
      hasQuotes ||= kind === 'csv' && bytes.includes('"');
      await writeFile(path, bytes);
      paths.push(path);
    }
    const options: ReadOptions = {
      ...{ ...READ_DEFAULTS, interval: MINUTE_MS, columns: ['v'] },
      ...{ grace, duplicates, shard },
      lookBackIntervals: lookBackIntervals + (rate === undefined ? 0 : RATE_LOOK_BACK),
      ...(rate === undefined ? {} : { rate }),
      fromMs: from === null ? null : minuteMs(from),
      toMs: to === null ? null : minuteMs(to),
      ...(targets === undefined ? {} : { targets }),
    };
    const { steps } = await readWhole({ paths, stdin: null }, options);
    const cut = await cutRecording(paths, options, { slices, pieceBytes });
    const read: PlainStep[] = [];
    try {
      for (const slice of cut.slices) {
        const { own, lookBack } = await readSlice(paths, options, cut, slice);
        const untilMs = slice.from?.minuteMs ?? -Infinity;
        const fromMs = untilMs - lookBackIntervals * MINUTE_MS;
        const before = steps.filter(({ minuteMs: at }) => at !== null && at > fromMs && at <= untilMs);
        const windows = (all: readonly PlainStep[]): unknown =>
          all.map(({ minuteMs: at, records }) => [at, records]);
        const seen = lookBack.filter(({ minuteMs: at }) => at !== null && at > fromMs);
        if (slice.from !== null) assert.deepEqual(windows(seen), windows(before), 'look-back');
        read.push(...own);
      }
    } catch (error) {
      if (!hasQuotes || !isMisfit(error)) throw error;
      counts.misfits++;
      return;
    }
    const own = steps.filter(({ lookBack }) => !lookBack);
    const plainOf = (all: readonly PlainStep[]): unknown =>
      all.map((step) => comparable(step, from !== null));
    assert.deepEqual(plainOf(read), plainOf(own));
    counts.cuts += cut.slices.length - 1;
    if (rate !== undefined) counts.rates += cut.slices.length - 1;
    if (from !== null && cut.slices[0]?.readFrom !== null) counts.seeking++;
  });
  await fc.assert(property, { numRuns });
  t.diagnostic(JSON.stringify(counts));
  assert.ok(counts.cuts > numRuns / 10, `${counts.cuts} cuts`);
  if (numRuns >= 100) assert.ok(counts.rates > numRuns / 20, `${counts.rates} of rates`); // few have any
}
