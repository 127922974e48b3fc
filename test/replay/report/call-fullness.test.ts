import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { BackendFacts, ReadyFacts } from '#build/core/types.js';
import { ChunkSizes } from '#build/measure/chunk-sizes.js';
import { adviceFor } from '#build/replay/report/advice.js';
import { callFullness, type CallFullness } from '#build/replay/report/call-fullness.js';
import { replayReport } from '#build/replay/report/replay-report.js';

import { READY } from '../../support/facts.js';
import { runReport } from '../../support/run-report.js';

function sizesOf(chunks: readonly number[]): ChunkSizes {
  const sizes = new ChunkSizes();
  for (const items of chunks) sizes.add(items);
  return sizes;
}

interface Case {
  readonly alone?: readonly number[];
  readonly inBlocks?: readonly number[];
  readonly name?: BackendFacts['name'];
  /** Of the calls. */
  readonly batchSize?: number | null;
  readonly batchShape?: Parameters<typeof callFullness>[2]['batchShape'];
  /** Whether the model takes just `batchSize` items. */
  readonly isDeclared?: boolean;
  readonly format?: ReadyFacts['model']['format'];
}

function fullnessOf(given: Case): CallFullness | null {
  const { alone = [1], inBlocks = [], name = 'node', batchSize = 128, batchShape = 'fixed' } = given;
  const chunkSizes = { all: sizesOf([...alone, ...inBlocks]), alone: sizesOf(alone) };
  const declared = given.isDeclared === true && batchSize !== null ? { declaredBatch: batchSize } : {};
  const model = { ...READY.model, format: given.format ?? 'graph-model', ...declared } as const;
  return callFullness(
    { chunkSizes },
    { backend: { ...READY.backend, name, batchSize }, model },
    { batchShape },
  );
}

test('minutes alone that are mostly padding suggest the power of two that holds their largest chunk', () => {
  const advised = (alone: readonly number[]): number | null | undefined =>
    fullnessOf({ alone })?.advisedBatchSize;
  assert.deepEqual([[1], [8], [9], [16], [5, 31], [1, 1, 1, 1, 64]].map(advised), [8, 8, 16, 16, 32, 64]);
  assert.equal(advised([32]), null, 'a quarter is enough');
  assert.equal(advised([1, 1, 1, 1, 1, 1, 65]), null, 'the largest chunk needs the batch');
  assert.equal(advised([1, 1, 300]), null);
});

test('blocks count in the share of everything, but suggest nothing', () => {
  assert.deepEqual(fullnessOf({ alone: [], inBlocks: [1] }), {
    all: 1 / 128,
    alone: null,
    advisedBatchSize: null,
  });
  assert.deepEqual(fullnessOf({ alone: [8], inBlocks: [1280] }), {
    all: 1288 / 1408,
    alone: 8 / 128,
    advisedBatchSize: 8,
  });
});

test('a batch that was given may be smaller; one that the model declares may not', () => {
  assert.equal(fullnessOf({ batchSize: 64 })?.advisedBatchSize, 8);
  assert.equal(
    fullnessOf({ batchSize: 8 })?.advisedBatchSize,
    null,
    'no batch is smaller than those advised',
  );
  for (const declared of [
    { batchSize: 32 },
    { batchSize: 128 },
    { batchSize: 128, batchShape: 'free' },
    { batchSize: 128, name: 'wasm' },
  ] as const) {
    const { batchSize } = declared;
    assert.deepEqual(
      fullnessOf({ ...declared, isDeclared: true }),
      { all: 1 / batchSize, alone: 1 / batchSize, advisedBatchSize: null },
      JSON.stringify(declared),
    );
  }
});

test('calls that are not padded have no fullness, nor have those of an analyzer, nor an empty run', () => {
  assert.equal(fullnessOf({ name: 'wasm', batchSize: null }), null);
  assert.equal(fullnessOf({ name: 'wasm', batchSize: 64 }), null);
  assert.equal(fullnessOf({ batchSize: 64, batchShape: 'free' }), null);
  assert.equal(fullnessOf({ batchSize: null, batchShape: 'free' }), null);
  assert.equal(fullnessOf({ format: 'analyzer' }), null);
  assert.equal(fullnessOf({ alone: [] }), null);
});

test('the report shows the shares, and advice names the batch size and what it costs', () => {
  const { summary } = runReport(4, ['a'], { aloneEvery: 2 });
  const backend = { ...summary.backend, name: 'node', batchSize: 128 } as const;
  const run = { ...summary, backend, callFullness: { all: 0.5, alone: 0.0625, advisedBatchSize: 8 } };
  const text = replayReport({ ...run, advice: adviceFor(run) });
  assert.match(text, /^calls +padded to 128 items, 50\.0 % full; those of minutes served alone 6\.25 %$/m);
  assert.match(text, /only 6\.25 % full: --batch-size 8 .* throughput in large blocks .* cannot be resumed/);
  assert.match(replayReport({ ...run, blocks: null }), /^calls +padded to 128 items, 50\.0 % full$/m);
  const full = { ...run, callFullness: { ...run.callFullness, advisedBatchSize: null } };
  assert.doesNotMatch(adviceFor(full), /--batch-size/);
  assert.doesNotMatch(replayReport(summary), /^calls/m);
});
