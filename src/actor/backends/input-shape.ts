import { AiopsError } from '../../core/errors.js';

/** A shape as models declare it: null and -1 mean any size, undefined means that there is no declaration. */
export type DeclaredShape = readonly (number | null)[] | null | undefined;

export interface InputShape {
  /** Items that the model requires in each call; null: any number. */
  readonly batch: number | null;
  /** Shape of one item in the model's input, without the batch dimension. */
  readonly dims: readonly number[];
}

/**
 * Matches the manifest's item with the model's declared input. Dimensions of size 1 may be added or dropped (`[60]`
 * fits `[60,1]`), because the numbers and their order are the same.
 *
 * @param itemDims shape of one item according to the manifest
 * @throws AiopsError 'model' with both shapes
 */
export function fitInput(itemDims: readonly number[], declared: DeclaredShape, where: string): InputShape {
  if (declared === undefined || declared === null) return { batch: null, dims: itemDims };
  const [batch = null, ...wanted] = declared.map((size) => (size === null || size < 0 ? null : size));
  const dims = fitted(itemDims, wanted);
  if (dims !== null) return { batch, dims };
  throw new AiopsError(
    'model',
    `the manifest, or for a bare model your flags, give items of shape ${text([null, ...itemDims])}, ` +
      `but ${where} takes ${text([batch, ...wanted])} (the first dimension is the items)`,
    { hint: fittingWindow(itemDims, wanted) },
  );
}

/** Names the window if only that does not fit. */
function fittingWindow(itemDims: readonly number[], wanted: readonly (number | null)[]): string {
  const window = wanted.find((size) => size !== null && size > 1) ?? 1;
  if (fitted([window, ...itemDims.slice(1)], wanted) === null)
    return 'correct input.window, input.columns, input.shape or output.kind in aiops-model.json (docs/bundle.md), or for a bare model --window, --model-columns or --output-kind';
  return `the window is ${window}, or ${window + 1} if the model forecasts the newest interval, which it does not see: set input.window in aiops-model.json, or --window for a bare model`;
}

function fitted(itemDims: readonly number[], wanted: readonly (number | null)[]): readonly number[] | null {
  return sameRank(itemDims, wanted) ?? withoutOnes(itemDims, wanted);
}

function sameRank(itemDims: readonly number[], wanted: readonly (number | null)[]): readonly number[] | null {
  const fits =
    wanted.length === itemDims.length && wanted.every((size, i) => size === null || size === itemDims[i]);
  return fits ? itemDims : null;
}

function withoutOnes(
  itemDims: readonly number[],
  wanted: readonly (number | null)[],
): readonly number[] | null {
  const rest = itemDims.filter((size) => size !== 1);
  const dims: number[] = [];
  for (const size of wanted) {
    if (size === 1) dims.push(1);
    else {
      const next = rest.shift() ?? 1;
      if (size !== null && size !== next) return null;
      dims.push(next);
    }
  }
  return rest.length === 0 ? dims : null;
}

function text(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? '?').join(',')}]`;
}
