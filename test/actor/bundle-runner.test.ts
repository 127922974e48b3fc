import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import fc from 'fast-check';

import type { BatchPlan, LoadedModel } from '#build/actor/backends/backend.js';
import { BundleModel } from '#build/actor/bundle-model.js';
import { BundleRunner } from '#build/actor/bundle-runner.js';
import { RowAnswers } from '#build/actor/row-answers.js';
import { ROW_STATUS, type Block } from '#build/core/block.js';
import type { LineRows } from '#build/core/result-lines.js';
import type { CallStyle, MissingPolicy } from '#build/core/types.js';
import { fillWindow, planRows } from '#build/core/windows.js';
import { isPerTarget, parseManifest, type Manifest } from '#build/model/manifest.js';
import { TargetScalers } from '#build/model/target-scalers.js';
import { MOST_CALL_ITEMS } from '#build/protocol/messages.js';
import { createNormalizer } from '#build/model/normalize.js';

import { blockOf, blockOfSeries, targetsOf } from '../support/blocks.js';

const FREE: BatchPlan = { size: null, pad: false };
const WINDOW = 4;

interface Given {
  readonly window?: number;
  readonly plan?: BatchPlan;
  readonly normalize?: object;
  readonly output?: object;
  readonly missing?: MissingPolicy;
  readonly style?: CallStyle;
  readonly outputLimit?: number;
  readonly declaredBatch?: number | null;
  readonly callItems?: number;
  readonly scalers?: TargetScalers | null;
}

function manifestOf({
  window = WINDOW,
  normalize = { kind: 'none' },
  output = { kind: 'raw', threshold: 5 },
  missing = 'hold',
}: Given): Manifest {
  const input = { columns: 'each', window, shape: '[window]', normalize, missing };
  return parseManifest(
    { name: 'test', version: '1', formats: { 'graph-model': 'x' }, sha256: {}, input, output },
    'test',
  );
}

/** Gives each item its newest number that the model sees, as often as `width` says. */
function newestNumber(width: number, calls: number[], declaredBatch: number | null): LoadedModel {
  return {
    declaredBatch,
    operations: new Set(),
    predict: (input, items) => {
      calls.push(items);
      const size = input.length / items;
      const values = Float32Array.from(
        { length: items * width },
        (_, i) => input[(Math.floor(i / width) + 1) * size - 1]!,
      );
      return Promise.resolve({ layout: [{ name: 'y', size: width }], width, values });
    },
    dispose: () => undefined,
  };
}

/** The answers to a block, the sizes of the calls, and how often the runner paused. */
async function run(block: Block, given: Given = {}, width = 1) {
  const {
    plan = FREE,
    style = 'batched',
    missing = 'hold',
    outputLimit = Infinity,
    declaredBatch = null,
    callItems = MOST_CALL_ITEMS,
    scalers = null,
  } = given;
  const calls: number[] = [];
  const model = new BundleModel({
    manifest: manifestOf(given),
    scalers,
    model: newestNumber(width, calls, declaredBatch),
    plan,
    outputs: [{ name: 'y', size: width }],
    measure: (_phase, work) => work(),
    now: () => 0,
  });
  const rows = planRows(block, { columns: 'each', missing }, []);
  const answers = new RowAnswers(rows, outputLimit);
  let pauses = 0;
  const work = { block, plan: rows, missing, style, callItems };
  await new BundleRunner(model).run(work, answers, async () => {
    pauses++;
  });
  return { rows: answers.finish(), calls, pauses };
}

/** Blocks of a few series with gaps and missing values. */
const someBlock: fc.Arbitrary<Block> = fc
  .record({
    series: fc.integer({ min: 1, max: 4 }),
    steps: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 9 }),
  })
  .chain(({ series, steps }) => {
    const offsets = steps.reduce<number[]>((all, step) => [...all, step + (all.at(-1) ?? 0)], [0]);
    const intervals = WINDOW + (offsets.at(-1) ?? 0);
    const value = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: -3, max: 9 }) },
      fc.constantFrom(NaN, 1e300, -0),
    );
    const many = <T>(one: fc.Arbitrary<T>, count: number) =>
      fc.array(one, { minLength: count, maxLength: count });
    return fc
      .record({
        values: many(value, series * intervals),
        present: many(fc.constantFrom(1, 1, 1, 0), series * offsets.length),
        bornAt: many(fc.integer({ min: -WINDOW, max: -1 }), series),
      })
      .map(({ values, present, bornAt }) => ({
        ...blockOf(targetsOf(series), { window: WINDOW, intervals }),
        minutesMs: offsets.map((offset) => offset * 60_000),
        values: Float64Array.from(values),
        present: Uint8Array.from(present),
        bornAt: Int32Array.from(bornAt),
      }));
  });

const NORMALIZE = [{ kind: 'none' }, { kind: 'window-zscore' }, { kind: 'window-robust' }] as const;

/** The rows, each answered from its own window. */
function expected(block: Block, given: Given): LineRows {
  const { missing = 'hold' } = given;
  const manifest = manifestOf(given);
  const isForecast = manifest.output.kind === 'forecast';
  const seen = isForecast ? WINDOW - 1 : WINDOW;
  const spec = manifest.input.normalize;
  assert.ok(!isPerTarget(spec));
  const normalize = createNormalizer(spec, { intervals: WINDOW, width: 1 }, seen);
  const plan = planRows(block, { columns: 'each', missing }, []);
  const answers = new RowAnswers(plan, Infinity);
  const items = [...plan.itemRows].map((row, item) => ({ row, item })).sort((a, b) => a.row - b.row);
  for (const { row, item } of items) {
    const window = new Float64Array(WINDOW);
    fillWindow(block, plan.itemSeries[item]!, plan.itemMinutes[item]!, missing, window, 0);
    const out = new Float32Array(WINDOW);
    if (!normalize(window, out, 0)) {
      answers.refuse(row, {
        errno: 'non_finite_input',
        errmsg: 'after normalization, a value of the window exceeds the range of Float32',
      });
      continue;
    }
    const output = out[seen - 1]!;
    const score = isForecast ? Math.abs(out[seen]! - output) : output;
    answers.answer(row, score, Math.fround(score) > 5, [output], 0, 1);
  }
  return answers.finish();
}

suite('a bundle answers a block', () => {
  test('each row as from its own window, whatever the calls', async () => {
    const given = fc.record({
      normalize: fc.constantFrom(...NORMALIZE),
      output: fc.constantFrom({ kind: 'raw', threshold: 5 }, { kind: 'forecast', threshold: 5 }),
      missing: fc.constantFrom('hold', 'zero', 'reject'),
      plan: fc.constantFrom(
        FREE,
        { size: 3, pad: true },
        { size: 2, pad: false },
        { size: 2, pad: true, mostWithSameBits: 8 },
      ),
      style: fc.constantFrom('batched', 'per-item'),
      declaredBatch: fc.constantFrom(null, 3),
    });
    await fc.assert(
      fc.asyncProperty(someBlock, given, async (block, settings) => {
        const { rows } = await run(block, settings);
        assert.deepEqual(rows, expected(block, settings));
      }),
      { numRuns: 300 },
    );
  });

  test('with a scaler for each target, each row from that of its own; a target without one has error rows', async () => {
    const normalize = { kind: 'zscore', per: 'target', file: 'scalers.csv' };
    const scaled = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
    const plans = fc.constantFrom(FREE, { size: 3, pad: true }, { size: 2, pad: false });
    const callItems = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(someBlock, scaled, plans, callItems, async (given, known, plan, most) => {
        const block = { ...given, columns: given.targets.map(() => 'v') };
        const scalerOf = (series: number) => ({ offset: series, scale: 2 ** (series + 1) });
        const targets = block.targets.flatMap((target, series) =>
          known[series] === true ? [[target, new Map([['v', scalerOf(series)]])] as const] : [],
        );
        const scalers = new TargetScalers('scalers.csv', new Map(targets));
        const { rows } = await run(block, { normalize, plan, callItems: most, scalers });
        const raw = await run(block, { plan, callItems: most });
        const { itemRows, itemSeries } = planRows(block, { columns: 'each', missing: 'hold' }, []);
        for (const [item, row] of itemRows.entries()) {
          const series = itemSeries[item]!;
          const error = rows.errors.get(row);
          if (known[series] !== true) assert.equal(error?.errno, 'no_scaler');
          else if (raw.rows.errors.has(row)) assert.equal(error?.errno, 'non_finite_input');
          else {
            const { offset, scale } = scalerOf(series);
            assert.equal(rows.scores[row], Math.fround((raw.rows.scores[row]! - offset) / scale));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a call has 1,024 items where the batch size is free, and spans series and minutes', async () => {
    const { calls, pauses } = await run(blockOf(targetsOf(50), { minutes: 50, window: WINDOW }));
    assert.deepEqual(calls, [1024, 1024, 452]);
    assert.equal(pauses, 2);
  });

  test('a call has at most 16 MiB of windows', async () => {
    const window = 100_000;
    const { calls } = await run(blockOf(targetsOf(50), { window }), { window });
    assert.deepEqual(calls, [41, 9]);
  });

  test('a batch size is kept, the last call filled up', async () => {
    const block = blockOf(targetsOf(5), { minutes: 3, window: WINDOW });
    assert.deepEqual((await run(block, { plan: { size: 6, pad: true } })).calls, [6, 6, 6]);
    assert.deepEqual((await run(block, { plan: { size: 6, pad: false } })).calls, [6, 6, 3]);
    assert.deepEqual((await run(block, { callItems: 4 })).calls, [4, 4, 4, 3]);
    assert.deepEqual((await run(block, { plan: { size: 6, pad: true }, callItems: 4 })).calls, [6, 6, 6]);
  });

  test('a padded call becomes larger, within 16 MiB of windows, where that gives the same bits', async () => {
    const plan = { size: 12, pad: true, mostWithSameBits: 48 };
    const checks = Array.from({ length: 4 }, () => [12, 12, 12, 12, 48]).flat();
    const block = blockOf(targetsOf(6 * 48), { window: WINDOW });
    assert.deepEqual((await run(block, { plan })).calls, [...checks, 48, 48]);
    const window = 100_000; // 41 of them
    const { calls, pauses } = await run(blockOf(targetsOf(40), { window }), { plan, window });
    assert.deepEqual([calls, pauses], [[12, 12, 24, 12, 12], 1]);
  });

  test('per item: a call for each, filled up if the model demands it', async () => {
    const block = blockOf(targetsOf(2), { minutes: 2, window: WINDOW });
    const { calls, pauses } = await run(block, { style: 'per-item' });
    assert.deepEqual([calls, pauses], [[1, 1, 1, 1], 3]);
    assert.deepEqual((await run(block, { style: 'per-item', declaredBatch: 3 })).calls, [3, 3, 3, 3]);
  });

  test('a block without items needs no call', async () => {
    const block = blockOf(['a'], { window: WINDOW, bornAt: Int32Array.of(-1) });
    const { rows, calls } = await run(block);
    assert.deepEqual([...rows.statuses], [ROW_STATUS.warmup]);
    assert.deepEqual(calls, []);
  });

  test('outputs are in the order of the rows, and no more than asked for', async () => {
    const block = blockOfSeries({ a: [0, 0, 0, 1, 2], b: [0, 0, 0, 3, 4] }, { window: WINDOW });
    const { rows } = await run(block, { output: { kind: 'raw' }, outputLimit: 2 }, 3);
    assert.deepEqual([...rows.outputs.values], [1, 1, 3, 3, 2, 2, 4, 4]);
    assert.deepEqual([...rows.outputs.offsets], [0, 2, 4, 6, 8]);
    const none = await run(block, { output: { kind: 'raw' }, outputLimit: 0 }, 3);
    assert.deepEqual([...none.rows.outputs.offsets], [0, 0, 0, 0, 0]);
  });

  test('an error row for each number that is no probability, without outputs', async () => {
    const block = blockOfSeries({ a: [0, 0, 0, 0.75, 7, 1] }, { window: WINDOW });
    const { rows } = await run(block, { output: { kind: 'probability', threshold: 0.8 } });
    assert.deepEqual([...rows.statuses], [ROW_STATUS.ok, ROW_STATUS.error, ROW_STATUS.ok]);
    assert.equal(rows.errors.get(1)?.errno, 'not_a_probability');
    assert.deepEqual([...rows.anomalies], [0, 2, 1]);
    assert.deepEqual([...rows.outputs.values], [0.75, 1]);
  });

  test('a block of other windows is refused', async () => {
    await assert.rejects(run(blockOf(['a'], { window: 3 })), /the block has items \[3,1\], not \[4,1\]/);
  });
});
