import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import fc from 'fast-check';

import type { LoadedModel, Outputs } from '#build/actor/backends/backend.js';
import { PaddedCalls } from '#build/actor/backends/padded-calls.js';

const BASE = 4;
const MOST = 32;
/** On which no call takes too long. */
const STANDING_CLOCK = (): number => 0;

/** Answers an item with its first number and the sum of both, as `answer` changes it in calls of so many items. */
class FakeModel implements LoadedModel {
  readonly declaredBatch = null;
  readonly operations = new Set<string>();
  readonly calls: number[] = [];
  readonly #answer: (value: number, items: number) => number;

  constructor(answer: (value: number, items: number) => number = (value) => value) {
    this.#answer = answer;
  }

  async predict(input: Float32Array, items: number): Promise<Outputs> {
    this.calls.push(items);
    assert.equal(input.length, items * 2);
    const values = Float32Array.from(input, (value, i) =>
      this.#answer(i % 2 === 0 ? value : value + input[i - 1]!, items),
    );
    return { layout: [{ name: 'y', size: 2 }], width: 2, values };
  }

  dispose(): void {}
}

/** `[items, 2]`, no two numbers alike. */
function inputOf(items: number, from = 0): Float32Array {
  return Float32Array.from({ length: items * 2 }, (_, i) => Math.sqrt(from + i + 1));
}

/** The sizes of the calls for so many items. */
async function callsFor(calls: PaddedCalls, model: FakeModel, items: number): Promise<number[]> {
  model.calls.length = 0;
  const { values } = await calls.predict(inputOf(items), items);
  assert.equal(values.length, items * 2);
  return [...model.calls];
}

const BASE_CALLS = Array.from<number>({ length: MOST / BASE }).fill(BASE);

suite('padded calls', () => {
  test('a larger size is used once it gave the bits of base calls, in four numbers for each place', async () => {
    const model = new FakeModel();
    const calls = new PaddedCalls(model, BASE, MOST, STANDING_CLOCK);
    for (let check = 0; check < 2; check++)
      assert.deepEqual(await callsFor(calls, model, MOST), [...BASE_CALLS, MOST]);
    assert.deepEqual(await callsFor(calls, model, MOST), [MOST]);
    assert.deepEqual(await callsFor(calls, model, 2 * MOST), [MOST, MOST]);
    assert.deepEqual(await callsFor(calls, model, 2 * BASE), [BASE, BASE, 2 * BASE], 'another size');
  });

  test('no call is larger than needed, nor of a size that was not compared', async () => {
    const model = new FakeModel();
    const calls = new PaddedCalls(model, BASE, MOST, STANDING_CLOCK);
    for (let check = 0; check < 2; check++)
      for (const items of [8, 16, 32]) await calls.predict(inputOf(items), items);
    assert.deepEqual(await callsFor(calls, model, 1), [4]);
    assert.deepEqual(await callsFor(calls, model, 5), [8]);
    assert.deepEqual(await callsFor(calls, model, 9), [8, 4]);
    assert.deepEqual(await callsFor(calls, model, 29), [32]);
    assert.deepEqual(await callsFor(calls, model, 28), [16, 8, 4]);
    assert.deepEqual(await callsFor(calls, model, 0), []);
  });

  test('answers have the bits of base calls, whichever sizes differ and whenever', async () => {
    const batches = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 20 });
    const differing = fc.subarray([8, 16, 32]);
    await fc.assert(
      fc.asyncProperty(batches, differing, async (sizes, wrong) => {
        const calls = new PaddedCalls(
          new FakeModel((value, items) => (wrong.includes(items) ? value * (1 + 2 ** -23) : value)),
          BASE,
          MOST,
          STANDING_CLOCK,
        );
        for (const [i, items] of sizes.entries()) {
          const input = inputOf(items, i);
          const { values } = await calls.predict(input, items);
          assert.deepEqual(values, (await new FakeModel().predict(input, items)).values);
        }
      }),
    );
  });

  test('one differing bit in one number rules a size out', async () => {
    const model = new FakeModel((value, items) => (items === MOST && value === 0 ? -0 : value));
    const calls = new PaddedCalls(model, BASE, MOST, STANDING_CLOCK);
    const input = inputOf(MOST);
    input[2 * MOST - 2] = 0;
    await calls.predict(input, MOST);
    const sixteens = [...BASE_CALLS.slice(4), 16, ...BASE_CALLS.slice(4), 16];
    assert.deepEqual(await callsFor(calls, model, MOST), sixteens);
    assert.deepEqual(await callsFor(calls, model, MOST), [16, 16]);
  });

  test('outputs that are all alike prove nothing, and are not compared forever', async () => {
    const model = new FakeModel(() => 1);
    const calls = new PaddedCalls(model, BASE, 2 * BASE, STANDING_CLOCK);
    for (let check = 0; check < 16; check++)
      assert.deepEqual(await callsFor(calls, model, 8), [BASE, BASE, 8]);
    assert.deepEqual(await callsFor(calls, model, 8), [BASE, BASE]);
  });

  test('one output that varies proves nothing about another that does not', async () => {
    const model = new FakeModel();
    const twoOutputs: LoadedModel = {
      ...{ declaredBatch: null, operations: new Set(), dispose: () => undefined },
      predict: async (input, items) => ({
        ...(await model.predict(input, items)),
        layout: ['x', 'y'].map((name) => ({ name, size: 1 })),
        values: input.map((value, i) => (i % 2 === 0 ? value : 1)),
      }),
    };
    const calls = new PaddedCalls(twoOutputs, BASE, 2 * BASE, STANDING_CLOCK);
    for (let check = 0; check < 16; check++)
      assert.deepEqual(await callsFor(calls, model, 8), [BASE, BASE, 8]);
    assert.deepEqual(await callsFor(calls, model, 8), [BASE, BASE]);
  });

  test('a larger call that fails is not tried again', async () => {
    const model = new FakeModel((value, items) => {
      if (items > BASE) throw new Error('out of memory');
      return value;
    });
    const calls = new PaddedCalls(model, BASE, 2 * BASE, STANDING_CLOCK);
    assert.deepEqual(await callsFor(calls, model, 8), [BASE, BASE, 8]);
    assert.deepEqual(await callsFor(calls, model, 8), [BASE, BASE]);
  });

  test('a slow model gets base calls only', async () => {
    let nowMs = 0;
    const model = new FakeModel((value) => {
      nowMs += 10;
      return value;
    });
    const calls = new PaddedCalls(model, BASE, 2 * BASE, () => nowMs);
    assert.deepEqual(await callsFor(calls, model, 8), [BASE, BASE]);
  });
});
