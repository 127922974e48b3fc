import { plural } from '../../core/count-text.js';
import type { BackendName } from '../../core/types.js';
import type { LoadRequest } from '../../protocol/messages.js';
import type { Backend, BatchPlan, LoadedModel, Outputs } from './backend.js';
import { areUniform } from './operations.js';

/** A batch plan, with warnings about flags that have no effect or a drawback. */
export interface ChosenPlan {
  readonly plan: BatchPlan;
  /** Whether answers have the same bits however a minute is cut. */
  readonly reproducible: boolean;
  readonly warnings: readonly string[];
}

type BatchSettings = Pick<LoadRequest, 'batchSize' | 'batchShape'>;
type On = Pick<Backend, 'defaultBatchSize' | 'shapeMatters'> & {
  readonly facts: { readonly name: BackendName | 'js' };
};

/** The most items of a call where the batch size is free; from 256 on, the time per item hardly changes. */
export const MOST_ITEMS = 1024;

/** What `--batch-size` and `--batch-shape` mean on this backend, with this model. */
export function choosePlan(
  { batchSize, batchShape }: BatchSettings,
  { defaultBatchSize, shapeMatters, facts }: On,
  { declaredBatch, operations }: Pick<LoadedModel, 'declaredBatch' | 'operations'>,
): ChosenPlan {
  if (declaredBatch !== null) {
    const ignored = [
      ...(batchSize === 'auto' || batchSize === declaredBatch ? [] : [`--batch-size ${batchSize}`]),
      ...(batchShape === 'free' && shapeMatters ? ['--batch-shape free'] : []),
    ];
    return {
      plan: { size: declaredBatch, pad: true },
      reproducible: true,
      warnings: ignored.map(
        (flag) =>
          `the model takes exactly ${plural(declaredBatch, 'item')} per call, so ${flag} has no effect`,
      ),
    };
  }
  if (!shapeMatters || batchShape === 'fixed') {
    const size = batchSize === 'auto' ? defaultBatchSize : batchSize;
    const text = `--batch-shape free has no effect: on ${facts.name} answers do not depend on it`;
    const warnings = batchShape === 'free' ? [text] : [];
    // A resumed run names the size that its first session chose.
    const mayBeLarger = shapeMatters && size === defaultBatchSize && areUniform(operations);
    const larger = mayBeLarger ? { mostWithSameBits: MOST_ITEMS } : {};
    return { plan: { size, pad: shapeMatters, ...larger }, reproducible: true, warnings };
  }
  return {
    plan: { size: batchSize === 'auto' ? null : batchSize, pad: false },
    reproducible: false,
    warnings: [
      `--batch-shape free: on ${facts.name} the last digits of an answer depend on how minutes are cut, so they change with the number of actors`,
    ],
  };
}

/** One item per call, or as many as the model requires. */
export function perItemPlan(declaredBatch: number | null): BatchPlan {
  return { size: declaredBatch ?? 1, pad: declaredBatch !== null };
}

/**
 * Sends items to a model in one or more calls.
 *
 * @param input `[items, itemSize]`
 */
export async function predictInBatches(
  model: LoadedModel,
  input: Float32Array,
  items: number,
  { size, pad }: BatchPlan,
): Promise<Outputs> {
  if (items === 0) return { layout: [], width: 0, values: new Float32Array(0) };
  const batch = size ?? items;
  if (items === batch) return model.predict(input, items);
  const itemSize = input.length / items;
  const parts: Outputs[] = [];
  for (let start = 0; start < items; start += batch) {
    const count = Math.min(batch, items - start);
    const own = input.subarray(start * itemSize, (start + count) * itemSize);
    if (count === batch || !pad) {
      parts.push(await model.predict(own, count));
      continue;
    }
    const padded = new Float32Array(batch * itemSize);
    padded.set(own);
    const { values, width, layout } = await model.predict(padded, batch);
    parts.push({ values: values.subarray(0, count * width), width, layout });
  }
  return joinOutputs(parts);
}

/** The outputs of consecutive calls as those of one. */
export function joinOutputs(parts: readonly Outputs[]): Outputs {
  const [first = { layout: [], width: 0, values: new Float32Array(0) }] = parts;
  if (parts.length === 1) return first;
  const values = new Float32Array(parts.reduce((total, part) => total + part.values.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { layout: first.layout, width: first.width, values };
}
