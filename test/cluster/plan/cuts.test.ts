import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import fc from 'fast-check';

import { AiopsError } from '#build/core/errors.js';
import { RATE_LOOK_BACK } from '#build/core/rates.js';
import type { ReadOptions } from '#build/read/recording.js';
import { cutRecording, readSlice } from '../../support/cutting.js';
import type { PlainStep } from '../../support/read-steps.js';
import { READ_DEFAULTS, folderWith } from '../../support/reading.js';
import { readWhole } from '../../support/resumed.js';
import { fileBytes, readingSettings, type RecordedFile } from '../../support/recorded-events.js';

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

/** A step without what a reader that begins in the middle cannot count: what a range excludes before it. */
function comparable({ minuteMs: at, records, account: [found, merged], rejects }: PlainStep): unknown {
  return [at, records, found, merged, rejects];
}

const isMisfit = (error: unknown): boolean => error instanceof AiopsError && error.code === 'config';

test('slices read the steps of the whole recording, or one of them says that the plan does not fit', async (t) => {
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
    assert.deepEqual(read.map(comparable), steps.filter(({ lookBack }) => !lookBack).map(comparable));
    counts.cuts += cut.slices.length - 1;
    if (rate !== undefined) counts.rates += cut.slices.length - 1;
    if (from !== null && cut.slices[0]?.readFrom !== null) counts.seeking++;
  });
  await fc.assert(property, { numRuns: 60 });
  t.diagnostic(JSON.stringify(counts));
  assert.ok(counts.cuts > 30, `${counts.cuts} cuts`);
  assert.ok(counts.rates > 5, `${counts.rates} of rates`);
});
