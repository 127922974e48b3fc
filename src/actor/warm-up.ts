import { AiopsError, messageOf } from '../core/errors.js';
import { RandomStream } from '../core/random.js';
import type { ModelOutput } from '../core/types.js';
import type { Manifest } from '../model/manifest.js';
import type { BatchPlan, LoadedModel, Outputs } from './backends/backend.js';
import { perItemPlan, predictInBatches } from './backends/batches.js';

/** Items of the warm-up where a call's shape does not matter. */
const WARM_UP_ITEMS = 64;
/** Of an item's largest number. */
const ROUNDING = 1e-4;

/**
 * Predicts in the batch shapes to come, and holds the model to answering item by item: the same item among
 * others gets the same answer.
 *
 * @returns what the model gives for one item
 * @throws AiopsError 'model' if it does not predict, or its answers depend on neighbours or on earlier calls
 */
export async function warmUp(
  model: LoadedModel,
  plan: BatchPlan,
  itemDims: readonly number[],
  { name }: Manifest,
): Promise<readonly ModelOutput[]> {
  const itemSize = itemDims.reduce((product, size) => product * size, 1);
  const items =
    plan.pad && plan.size !== null ? plan.size : Math.min(plan.size ?? WARM_UP_ITEMS, WARM_UP_ITEMS);
  const random = new RandomStream(1);
  // From 0 to 1, which also models take that are particular about their input: positive, or the number of a word.
  const batch = Float32Array.from({ length: items * itemSize }, () => random.next());
  const otherwise = batch.map((value, i) => (i < itemSize ? value : 1 - value));
  let answers: readonly [Outputs, Outputs];
  try {
    await predictInBatches(model, batch.subarray(0, itemSize), 1, perItemPlan(model.declaredBatch));
    answers = [
      await predictInBatches(model, batch, items, plan),
      await predictInBatches(model, otherwise, items, plan),
    ];
  } catch (cause) {
    if (cause instanceof AiopsError) throw cause;
    throw new AiopsError(
      'model',
      `the model ${name} loads, but its first prediction of ${items} items fails: ${messageOf(cause)}`,
      {
        hint: 'the backend may lack an operation of the model (try another --backend or --model-format), memory for so many items (--batch-size), or files of it',
        cause,
      },
    );
  }
  if (!isSameAnswer(...answers)) {
    throw new AiopsError('model', `the model ${name} answers the same item differently among other items`, {
      hint: 'an answer may depend on its item only: no state from call to call, no statistics over a batch, no random numbers',
    });
  }
  return answers[0].layout;
}

/** As far as rounding goes, which may differ with the place in a batch. */
function isSameAnswer(a: Outputs, b: Outputs): boolean {
  let largest = 0;
  for (let i = 0; i < a.width; i++) {
    const size = Math.abs(a.values[i]!);
    if (Number.isFinite(size)) largest = Math.max(largest, size);
  }
  for (let i = 0; i < a.width; i++) {
    const [one, other] = [a.values[i]!, b.values[i]!];
    if (!Object.is(one, other) && !(Math.abs(one - other) <= ROUNDING * largest)) return false;
  }
  return true;
}
