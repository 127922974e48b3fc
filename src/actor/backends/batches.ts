import type { BackendName } from '../../core/types.js';
import type { LoadRequest } from '../runtime.js';
import type { Backend, BatchPlan, LoadedModel, Outputs } from './backend.js';

/** How items are put into calls, and what was asked for in vain. */
export interface ChosenPlan {
  readonly plan: BatchPlan;
  readonly notices: readonly string[];
}

/** What `--batch-size` means on this backend, with this model. */
export function choosePlan(
  asked: LoadRequest['batchSize'],
  backend: Pick<Backend, 'defaultPlan' | 'shapeMatters'> & { readonly facts: { readonly name: BackendName } },
  declaredBatch: number | null,
): ChosenPlan {
  if (declaredBatch !== null) {
    const notices =
      asked === 'auto' || asked === declaredBatch
        ? []
        : [`the model takes exactly ${declaredBatch} items a call, so --batch-size ${asked} has no effect`];
    return { plan: { size: declaredBatch, pad: true }, notices };
  }
  if (asked === 'auto') return { plan: backend.defaultPlan, notices: [] };
  if (asked !== 'free') return { plan: { size: asked, pad: backend.shapeMatters }, notices: [] };
  const lost = `on ${backend.facts.name} the last digits of an answer depend on how the items were cut`;
  return {
    plan: { size: null, pad: false },
    notices: backend.shapeMatters ? [`--batch-size free: ${lost}`] : [],
  };
}

/** One item a call, or what the model demands. */
export function perItemPlan(declaredBatch: number | null): BatchPlan {
  return { size: declaredBatch ?? 1, pad: declaredBatch !== null };
}

/**
 * Puts items to a model, call after call.
 *
 * @param input `[items, itemSize]`
 */
export async function predictInBatches(
  model: LoadedModel,
  input: Float32Array,
  items: number,
  { size, pad }: BatchPlan,
): Promise<Outputs> {
  if (items === 0) return { names: [], width: 0, values: new Float32Array(0) };
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
    const { values, width, names } = await model.predict(padded, batch);
    parts.push({ values: values.subarray(0, count * width), width, names });
  }
  return join(parts, items);
}

function join(parts: readonly Outputs[], items: number): Outputs {
  const [first = { names: [], width: 0 }] = parts;
  const values = new Float32Array(items * first.width);
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { names: first.names, width: first.width, values };
}
