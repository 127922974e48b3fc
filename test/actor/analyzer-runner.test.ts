import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { AnalyzerRunner } from '#build/actor/analyzer-runner.js';
import { RowAnswers } from '#build/actor/row-answers.js';
import type { Block } from '#build/core/block.js';
import type { LineRows } from '#build/core/result-lines.js';
import { planRows } from '#build/core/windows.js';
import type { Analyzer, AnalyzerItem } from '#build/model/analyzer.js';
import { MOST_CALL_ITEMS } from '#build/protocol/messages.js';

import { blockOf, blockOfSeries, targetsOf } from '../support/blocks.js';
import { answerOf } from '../support/fake-runtime.js';

/** Records its calls: each item as `target@minute:window`. */
class Recorder implements Analyzer {
  readonly window = 1;
  readonly calls: string[][] = [];
  readonly #busyMs: number;

  constructor(busyMs = 0) {
    this.#busyMs = busyMs;
  }

  get sizes(): number[] {
    return this.calls.map(({ length }) => length);
  }

  predict(items: readonly AnalyzerItem[]) {
    this.calls.push(
      items.map(({ target, minute, values }) => `${target}@${minute / 60_000}:${values.join()}`),
    );
    const end = performance.now() + this.#busyMs;
    while (performance.now() < end);
    return items.map(answerOf);
  }
}

async function run(
  runner: AnalyzerRunner,
  block: Block,
  style: 'batched' | 'per-item' = 'batched',
  callItems = MOST_CALL_ITEMS,
): Promise<LineRows> {
  const plan = planRows(block, { columns: 'each', missing: 'hold' }, []);
  const answers = new RowAnswers(plan, Infinity);
  const work = { block, plan, missing: 'hold', style, callItems } as const;
  await runner.run(work, answers, () => Promise.resolve());
  return answers.finish();
}

suite('an analyzer answers a block', () => {
  const block = blockOfSeries({ a: [0, 1, NaN, 3], b: [5, 6, 7, 8] }, { window: 2, firstMs: 0 });

  test('minute by minute in the order of the series, missing values replaced', async () => {
    const analyzer = new Recorder();
    const rows = await run(new AnalyzerRunner(analyzer, {}), block);
    assert.deepEqual(analyzer.calls, [
      ['a@0:0,1', 'b@0:5,6'],
      ['a@1:1,1', 'b@1:6,7', 'a@2:3,3', 'b@2:7,8'],
    ]);
    assert.deepEqual([...rows.scores], [0.5, 5.5, 1, 6.5, 3, 7.5]);
    assert.deepEqual([...rows.outputs.values], [0, 1, 5, 6, 1, 1, 6, 7, 3, 3, 7, 8]);
  });

  test('per item: a call for each', async () => {
    const analyzer = new Recorder();
    await run(new AnalyzerRunner(analyzer, {}), block, 'per-item');
    assert.deepEqual(analyzer.calls.flat(), [
      'a@0:0,1',
      'b@0:5,6',
      'a@1:1,1',
      'b@1:6,7',
      'a@2:3,3',
      'b@2:7,8',
    ]);
    assert.deepEqual(new Set(analyzer.sizes), new Set([1]));
  });

  test('of one minute: missing values are replaced in copies', async () => {
    const analyzer = new Recorder();
    const minute = blockOfSeries({ a: [0, 1], b: [NaN, 6], c: [7, 8] }, { window: 2, firstMs: 0 });
    const before = minute.values.slice();
    const { scores } = await run(new AnalyzerRunner(analyzer, {}), minute);
    assert.deepEqual(analyzer.calls, [['a@0:0,1', 'b@0:6,6', 'c@0:7,8']]);
    assert.deepEqual([...scores], [0.5, 6, 7.5]);
    assert.deepEqual(minute.values, before);
  });

  test('per item: an analyzer may return the same memory each time', async () => {
    const output = new Float32Array(2);
    const analyzer: Analyzer = {
      window: 2,
      predict: (items) => {
        output.set(items[0]!.values);
        return [{ score: null, anomaly: null, output }];
      },
    };
    const minute = blockOfSeries({ a: [0, 1], b: [5, 6] }, { window: 2 });
    const { outputs } = await run(new AnalyzerRunner(analyzer, {}), minute, 'per-item');
    assert.deepEqual([...outputs.values], [0, 1, 5, 6]);
  });

  test('a call has one minute until one has been timed, later ones what takes a quarter of a second', async () => {
    const slow = new Recorder(120);
    const runner = new AnalyzerRunner(slow, {});
    const minutes = blockOf(['a', 'b'], { minutes: 5 });
    await run(runner, minutes);
    const [first, second, ...others] = slow.sizes;
    assert.equal(first, 2);
    assert.ok(second === 2 || second === 4, `${second}`);
    assert.equal(2 + second + others.reduce((sum, size) => sum + size, 0), 10);

    const quick = new Recorder();
    await run(new AnalyzerRunner(quick, {}), minutes);
    assert.deepEqual(quick.sizes, [2, 8]);
  });

  test('a minute that takes longer than that is not cut', async () => {
    const slow = new Recorder(300);
    await run(new AnalyzerRunner(slow, {}), blockOf(['a', 'b'], { minutes: 2 }));
    assert.deepEqual(slow.sizes, [2, 2]);
  });

  test('a call has no more items than the chunk allows, even if that cuts a minute', async () => {
    const analyzer = new Recorder();
    const minutes = blockOf(['a', 'b', 'c', 'd', 'e'], { minutes: 4 });
    const answered = await run(new AnalyzerRunner(analyzer, {}), minutes, 'batched', 12);
    assert.deepEqual(analyzer.sizes, [5, 10, 5]);
    const cut = new Recorder();
    assert.deepEqual(await run(new AnalyzerRunner(cut, {}), minutes, 'batched', 3), answered);
    assert.deepEqual(cut.sizes.slice(0, 4), [3, 2, 3, 2]);
    assert.deepEqual(cut.calls.flat(), analyzer.calls.flat());
  });

  test('a call has at most 4,096 items, or 8 MiB of windows', async () => {
    const many = new Recorder();
    await run(new AnalyzerRunner(many, {}), blockOf(targetsOf(3000), { minutes: 3 }));
    assert.deepEqual(many.sizes, [3000, 3000, 3000]);
    const more = new Recorder();
    await run(new AnalyzerRunner(more, {}), blockOf(targetsOf(5000), { minutes: 2 }));
    assert.deepEqual(more.sizes, [4096, 904, 4096, 904]);
    const large = new Recorder();
    await run(new AnalyzerRunner(large, {}), blockOf(targetsOf(5), { window: 2 ** 19, minutes: 2 }));
    assert.deepEqual(large.sizes, [2, 2, 1, 2, 2, 1]);
    const huge = new Recorder();
    await run(new AnalyzerRunner(huge, {}), blockOf(targetsOf(2), { window: 2 ** 21 }));
    assert.deepEqual(huge.sizes, [1, 1]);
  });
});
