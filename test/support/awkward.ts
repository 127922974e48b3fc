import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ErrorCode } from '#build/core/errors.js';
import type { ReadOptions } from '#build/read/options.js';
import { checkCase } from './fuzz/check-case.js';
import { readAll, type Reading } from './fuzz/read-all.js';
import { READ_DEFAULTS } from './reading.js';

/** Reading a piece takes some 40 µs, whatever is in it. */
const MOST_PIECES = 1000;

/** An input, and exactly what must become of it. */
export interface Awkward {
  readonly input: string | Buffer;
  readonly options?: Partial<ReadOptions>;
  /** `2 a 1.5 NaN [label]`: line, target, values, label if there is one. */
  readonly records?: readonly string[];
  /** `3 bad_value c0: "x" is not a number` or its beginning. */
  readonly rejects?: readonly string[];
  /** What stops it. */
  readonly error?: readonly [code: ErrorCode, message: RegExp];
}

/** A test for each: as expected, with everything that holds for any input, in one piece and in many. */
export function awkwardTests(cases: Readonly<Record<string, Awkward>>): void {
  for (const [name, one] of Object.entries(cases)) test(name, () => checkAwkward(one));
}

async function checkAwkward({ input, options, records = [], rejects = [], error }: Awkward): Promise<void> {
  const bytes = Buffer.from(input);
  const given = { ...READ_DEFAULTS, ...options };
  const reading = await readAll([bytes], given);
  assert.deepEqual(recordTexts(reading), records);
  const found = rejectTexts(reading);
  assert.equal(found.length, rejects.length, found.join('\n'));
  for (const [i, text] of rejects.entries())
    assert.ok(found[i]?.startsWith(text), `${found[i]}\nis not\n${text}`);
  assert.equal(reading.error?.code, error?.[0], reading.error?.message);
  if (error !== undefined) assert.match(reading.error?.message ?? '', error[1]);
  const size = Math.max(3, Math.ceil(bytes.length / MOST_PIECES));
  const count = Math.ceil(bytes.length / size);
  const pieces = Array.from({ length: count }, (_, k) => bytes.subarray(k * size, (k + 1) * size));
  const isPacked = bytes[0] === 0x1f;
  await checkCase({
    text: bytes,
    input: bytes,
    isDamaged: isPacked,
    options: given,
    cuts: [[bytes], pieces],
  });
}

function recordTexts({ steps }: Reading): string[] {
  return steps.flatMap(({ batch }) =>
    (batch?.records ?? []).map(({ source, target, values, label }) => {
      const texts = [...values].map((value) => (Object.is(value, -0) ? '-0' : String(value)));
      const tail = label === null ? [] : [`[${label}]`];
      return [source.line, target, ...texts, ...tail].join(' ');
    }),
  );
}

function rejectTexts({ steps }: Reading): string[] {
  return steps.flatMap(({ rejects }) =>
    rejects.map(({ source, reason, message }) => `${source.line} ${reason} ${message}`),
  );
}
