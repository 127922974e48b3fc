import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { ReadOptions } from '#build/read/recording.js';
import { checkBalance, checkResume, committable, readWhole } from '../../support/resumed.js';
import { READ_DEFAULTS, folderWith } from '../../support/reading.js';
import { fileBytes, readingSettings } from '../../support/recorded-events.js';

const HOUR_START = Date.UTC(2026, 0, 1);
const minuteMs = (minute: number): number => HOUR_START + minute * 60_000;

const setting = fc.record({
  ...readingSettings,
  way: fc.constantFrom('plain', 'gzip', 'stdin'),
  picks: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 4, maxLength: 4 }),
});

test('resumed reading gives the steps of an uninterrupted one, from any position after any minute', async (t) => {
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
    const whole = await readWhole(inputs, options);
    checkBalance(whole.steps);
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
