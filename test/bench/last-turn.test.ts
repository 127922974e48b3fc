import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import type { BenchSummary } from '#build/bench/report/bench-summary.js';
import { bench, type BenchOutcome } from '#build/bench/bench.js';

import { temporaryFolder } from '../support/cli.js';

/** Runs two cases and gives the signal as soon as `share` of them is measured. */
async function abortedAt(share: number, out: string): Promise<BenchOutcome> {
  const abort = new AbortController();
  return bench(
    {
      inputs: [],
      model: { kind: 'model', path: null, bare: null, threshold: null },
      params: {},
      modelFormat: 'auto',
      backends: ['wasm'],
      batchSizes: ['auto'],
      batchShape: 'fixed',
      threadsPerActor: 1,
      actorTimeoutMs: 60_000,
      timeMs: 10,
      seed: 1,
      out,
      read: {
        format: 'auto',
        map: {},
        timezone: 'UTC',
        interval: 'auto',
        grace: 0,
        duplicates: 'last',
        shard: null,
        fromMs: null,
        toMs: null,
        maxLineBytes: 1000,
        maxExpansion: 1000,
      },
      maxRejects: null,
      gates: [],
      actors: { kind: 'exactly', counts: [{ kind: 'count', count: 1 }] },
      items: [2, 3],
      rounds: 1,
      trace: false,
      deadlineMs: null,
      baseline: null,
    },
    {
      stdin: Readable.from([]),
      signal: abort.signal,
      onNotice: () => undefined,
      onReady: () => undefined,
      onProgress: (done) => {
        if (done >= share) abort.abort();
      },
      onActorLine: () => undefined,
    },
  );
}

test('a signal during the very last turn interrupts nothing', async (t) => {
  const out = temporaryFolder(t);
  const outcome = await abortedAt(1, out);
  assert.equal(outcome.kind, 'complete');
  const { cases } = JSON.parse(readFileSync(join(out, 'bench.json'), 'utf8')) as BenchSummary;
  assert.equal(cases.length, 2);
});

test('a signal one turn earlier ends the benchmark without the last case', async (t) => {
  const out = temporaryFolder(t);
  const outcome = await abortedAt(0.8, out);
  assert.equal(outcome.kind, 'interrupted');
  assert.equal(outcome.summary?.cases.length, 1);
  const { cases } = JSON.parse(readFileSync(join(out, 'bench.json'), 'utf8')) as BenchSummary;
  assert.deepEqual(cases, outcome.summary.cases);
});
