import { plural } from '../core/count-text.js';
import { AiopsError } from '../core/errors.js';
import type { OutputSpec } from '../model/manifest.js';
import type { Ending } from '../model/output-ending.js';
import type { SignatureTensor } from '../model/signatures.js';

/** What flags say about a model; null: nothing. */
export interface GivenShape {
  readonly window: number | null;
  readonly columns: 'each' | readonly string[] | null;
  readonly kind: OutputSpec['kind'] | null;
}

/** A value of the manifest and where it comes from. */
export interface Reasoned<T> {
  readonly value: T;
  readonly why: string;
}

/** How a model's input is made of intervals and columns. */
export interface ProposedInput {
  /** Intervals that the model sees. */
  readonly seen: Reasoned<number>;
  readonly columns: Reasoned<'each' | readonly string[]>;
}

const GIVEN = 'as given';

/**
 * Reads intervals and columns off the shape of an input.
 *
 * @throws AiopsError 'usage' naming the flags that say what the shape leaves open
 */
export function proposeInput(input: SignatureTensor, given: GivenShape): ProposedInput {
  const { name, shape } = input;
  const [window, width, ...more] = itemDims(shape);
  const text = `the input ${name} is ${shapeText(shape)}`;
  if (more.length > 0) {
    throw new AiopsError(
      'model',
      `${text}: items of ${2 + more.length} dimensions, expected intervals and columns`,
      {
        hint: 'give the model an input [items, intervals] or [items, intervals, columns], and reshape it inside',
      },
    );
  }
  const { columns } = given;
  const seen = seenFor(window ?? null, given);
  const why = given.window === null ? text : GIVEN;
  if (columns !== null) {
    if (seen === null) throw unknown(text, 'its intervals', '--window N');
    return { seen: { value: seen, why }, columns: { value: columns, why: GIVEN } };
  }
  if (width === null || (width !== undefined && width > 1)) {
    const count = width === null ? 'the columns' : plural(width, 'column');
    throw unknown(text, `the names of ${count}, in the order of training`, '--model-columns NAME,NAME,…');
  }
  if (seen === null) throw unknown(text, 'its intervals', '--window N');
  return {
    seen: { value: seen, why },
    columns: { value: 'each', why: 'one column per item' },
  };
}

/** Without the items and dimensions of 1. */
function itemDims(shape: SignatureTensor['shape']): (number | null)[] {
  const dims = (shape ?? [null, null, null]).slice(1);
  return dims.length > 1 ? dims.filter((size, i) => size !== 1 || (i === 0 && dims[1] !== 1)) : dims;
}

/** A given window says more than the shape: the shape may be of columns in one interval. */
function seenFor(declared: number | null, { window, kind }: GivenShape): number | null {
  if (window === null) return declared;
  return kind === 'forecast' ? Math.max(window - 1, 1) : window;
}

/** What is known of the scored output of a model. */
export interface ScoredShape {
  /** Numbers per item. */
  readonly size: number;
  readonly ending: Ending | null;
}

type Kind = OutputSpec['kind'];

/**
 * What an output is, by how many numbers it has and by its last operation: as many as its item is a reconstruction, one
 * per column a forecast, shares of 1 are probabilities. A single number may be anything; it is taken for a score unless
 * verdicts depend on what it is.
 *
 * @throws AiopsError 'usage' where the count fits several kinds
 */
export function proposeKind(
  { size, ending }: ScoredShape,
  { seen, width }: { readonly seen: number; readonly width: number },
  given: { readonly kind: Kind | null; readonly hasClass: boolean; readonly hasThreshold: boolean },
): Reasoned<Kind> {
  if (given.kind !== null) return { value: given.kind, why: GIVEN };
  const returns = `an item of ${seen} × ${width} returns ${plural(size, 'number')}`;
  const isShare = ending === 'softmax' ? size > 1 : ending === 'sigmoid' && size === 1;
  if (isShare && (size <= 2 || given.hasClass))
    return {
      value: 'probability',
      why: `GUESS: ${returns}, of a ${ending}${size === 2 ? '; the second is the anomaly’s' : ''}`,
    };
  if (isShare)
    throw unknown(`${returns}, of a softmax`, '', '--class N, from 0', 'which of them is the anomaly’s');
  if (size > 1 && size === seen * width && size !== width) return { value: 'reconstruction', why: returns };
  if (size > 1 && size === width && seen > 1) return { value: 'forecast', why: returns };
  if (size === 1 && !given.hasThreshold) {
    const instead =
      width === 1 && seen > 1 ? '; if it is the next value: --output-kind forecast --force' : '';
    return { value: 'raw', why: `NOT KNOWN: ${returns}, taken for a score${instead}` };
  }
  throw unknown(
    returns,
    'what they are',
    '--output-kind raw (a score), probability, forecast or reconstruction',
    size === 1 ? 'what it is' : undefined,
  );
}

function unknown(found: string, what: string, flag: string, instead?: string): AiopsError {
  return new AiopsError('usage', `${found}, which does not say ${instead ?? what}`, { hint: `give ${flag}` });
}

export function shapeText(shape: SignatureTensor['shape']): string {
  return shape === null ? '[any shape]' : `[${shape.map((size) => size ?? '?').join(',')}]`;
}
