import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import { recordedMinutes } from '#dist/bench/recorded-minutes.js';

import { folderWith, READ_DEFAULTS } from '../support/reading.js';

test('columns that appear only after the sample are reported', async (t) => {
  const record = (i: number): string => {
    const time = new Date(Math.floor(i / 50) * 60_000).toISOString();
    return `${JSON.stringify({ time, target: `t${i % 50}`, cpu: 1, ...(i < 1500 ? {} : { disk: 2 }) })}\n`;
  };
  const folder = await folderWith(t, {
    'a.jsonl': Array.from({ length: 2000 }, (_, i) => record(i)).join(''),
  });
  const supply = await recordedMinutes(
    { inputs: [join(folder, 'a.jsonl')], read: READ_DEFAULTS, maxRejects: null },
    { window: 1, columns: 'each', missing: 'hold' },
    { stdin: Readable.from([]), signal: new AbortController().signal },
  );
  const texts = supply?.notices.map(({ text }) => text) ?? [];
  assert.ok(
    texts.some((text) => /^ignored column disk: .* in 500 records/.test(text)),
    texts.join('\n'),
  );
});
