import { plural } from '../core/count-text.js';
import { AiopsError, messageOf } from '../core/errors.js';
import { RandomStream } from '../core/random.js';
import type { ModelOutput } from '../core/types.js';
import type { Manifest } from '../model/manifest.js';
import type { BatchPlan, LoadedModel, Outputs } from './backends/backend.js';
import { perItemPlan, predictInBatches } from './backends/batches.js';

/** Items of the warm-up if the shape of a call does not matter. */
const WARM_UP_ITEMS = 64;
/** Tolerance for rounding, relative to an item's largest number. */
const ROUNDING = 1e-4;

/**
 * Predicts in the batch shapes that will be used, and checks that the model answers item by item: an item must get the
 * same answer among other items.
 *
 * @returns the model's outputs for one item
 * @throws AiopsError 'model' if a prediction fails, or answers depend on neighbours or on earlier calls
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
  // From 0 to 1, which is valid even for models that need positive numbers or word indexes.
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
      `the model ${name} loads, but its first prediction with ${plural(items, 'item')} fails: ${messageOf(cause)}`,
      {
        hint: 'the backend may not support an operation of the model (try another --backend or --model-format), memory may not suffice (lower --batch-size), or files may be missing',
        cause,
      },
    );
  }
  if (!isSameAnswer(...answers)) {
    throw new AiopsError('model', `the model ${name} answers the same item differently among other items`, {
      hint: 'an answer may only depend on its item: no state between calls, no statistics over a batch, no random numbers',
    });
  }
  return answers[0].layout;
}

/** Up to rounding, which may differ with the position in a batch. */
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
