import { plural } from '../core/count-text.js';
import { AiopsError, messageOf, type Notice } from '../core/errors.js';
import type { ModelOutput } from '../core/types.js';
import type { Manifest } from '../model/manifest.js';
import type { BatchPlan, LoadedModel } from './backends/backend.js';
import { ItemCheck, type Cause, type Leak } from './item-check.js';

/** Processor time of the optional comparisons of a check, at most: it does not depend on what else the machine does. */
const MOST_CHECK_MS = 200;

/** A model that has predicted. */
export interface WarmModel {
  /** The outputs of an item. */
  readonly outputs: readonly ModelOutput[];
  /** Whether answers have the same bits wherever their items are in a call. */
  readonly hasSameBits: boolean;
  readonly notices: readonly Notice[];
}

/**
 * Predicts in the batch shapes that will be used, and checks that an answer depends on its item only.
 *
 * @param checkItems false: predicts once, and assumes the rest
 * @throws AiopsError 'model' if a prediction fails, or answers depend on anything else
 */
export async function warmUp(
  model: LoadedModel,
  plan: BatchPlan,
  itemDims: readonly number[],
  { name }: Manifest,
  checkItems = true,
): Promise<WarmModel> {
  const itemSize = itemDims.reduce((product, size) => product * size, 1);
  const check = new ItemCheck(model, plan, itemSize, processorMs);
  const { layout, leak, hasSameBits, skipped } = await (
    checkItems ? check.run(MOST_CHECK_MS) : check.predictOnly()
  ).catch((cause: unknown) => {
    if (cause instanceof AiopsError) throw cause;
    throw new AiopsError(
      'model',
      `the model ${name} loads, but its first prediction with ${plural(check.items, 'item')} fails: ${messageOf(cause)}`,
      {
        hint: 'the backend may not support an operation of the model (try another --backend or --model-format), memory may not suffice (lower --batch-size), or files may be missing',
        cause,
      },
    );
  });
  if (leak !== null) throw leaking(name, leak);
  const notices: Notice[] = [];
  if (!hasSameBits) {
    const text = `the last digits of an answer of ${name} depend on its place in a call, so they change with the number of actors`;
    notices.push({ level: 'warning', text });
  }
  if (skipped > 0) {
    const text = `${name} is slow, so ${plural(skipped, 'comparison')} of the check that each answer depends on its own item were skipped; aiops-serve replay --compare all compares every minute`;
    notices.push({ level: 'info', text });
  }
  return { outputs: layout, hasSameBits, notices };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

const CAUSES: Readonly<Record<Cause, { readonly where: string; readonly hint: string }>> = {
  calls: {
    where: 'in a later call',
    hint: 'the model keeps state between calls or uses random numbers: save it with stateful=False in recurrent layers and training=False (no dropout, no noise), and without variables that a call changes',
  },
  neighbours: {
    where: 'among other items',
    hint: 'an operation works across the items of a call, which are the first dimension: look for a sum, mean, sort, softmax or scan over axis 0 (use the axes of the item), or BatchNormalization with training=True',
  },
  padding: {
    where: 'next to the zeros that fill a call',
    hint: 'an operation works across the items of a call, which are the first dimension: look for a sum, count or mean over axis 0, and use the axes of the item',
  },
  place: {
    where: 'at another place of a call',
    hint: 'an operation works across the items of a call, which are the first dimension: look for a shift, sort, cumulative sum or scan over axis 0, or numbers made for each place (tf.range or random numbers of the size of the batch)',
  },
  size: {
    where: 'in a call of another size',
    hint: 'an operation uses the number of items in a call, which is the size of the first dimension, or works across it: use the axes of the item',
  },
};

function leaking(name: string, { cause, compared, deviations }: Leak): AiopsError {
  const { where, hint } = CAUSES[cause];
  const [first] = deviations;
  const example =
    first === undefined
      ? ''
      : `, such as ${first.found} in place of ${first.expected} (output ${first.output}, item ${first.place + 1} of the call)`;
  return new AiopsError(
    'model',
    `the model ${name} answers the same item differently ${where}: ${deviations.length} of ${plural(compared, 'item')}${example}`,
    { hint },
  );
}
