/**
 * Checks JSON that this program wrote and reads back. Files that people write are checked with zod instead, which has
 * better messages but takes longer to load than `aiops-serve status` takes to run.
 *
 * A shape returns the parsed value, without unknown fields, or throws a `ShapeError`.
 */
export type Shape<T> = (value: unknown) => T;

/** What is wrong with a value, and at which path. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
  readonly #expected: string;
  /** Innermost last. */
  readonly #path: string[] = [];

  constructor(expected: string) {
    super(`not ${expected}`);
    this.#expected = expected;
  }

  /** Prepends the key of the enclosing value to the path. */
  within(key: string): this {
    this.#path.unshift(key);
    this.message = `${this.#path.join('.')} is not ${this.#expected}`;
    return this;
  }
}

function leaf<T>(expected: string, matches: (value: unknown) => value is T): Shape<T> {
  return (value) => {
    if (!matches(value)) throw new ShapeError(expected);
    return value;
  };
}

export const text = leaf('text', (value) => typeof value === 'string');
export const flag = leaf('true or false', (value) => typeof value === 'boolean');
export const number = leaf('a number', (value) => typeof value === 'number');
/** A non-negative integer. */
export const count = leaf(
  'a count',
  (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
);
/** A number that may have been NaN or infinite when it was written: JSON has null for both. */
export const measured: Shape<number> = (value) => (value === null ? NaN : number(value));
/** For values that need no check, because they are only compared or written again. */
export const anything: Shape<unknown> = (value) => value;

export function oneOf<const T extends string | number>(...values: readonly T[]): Shape<T> {
  return leaf(`one of ${values.join(', ')}`, (value): value is T =>
    (values as readonly unknown[]).includes(value),
  );
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? null : shape(value));
}

/** The first of two shapes that fits. */
export function either<A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return (value) => {
    try {
      return first(value);
    } catch {
      return second(value);
    }
  };
}

export function list<T>(of: Shape<T>): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new ShapeError('a list');
    return value.map((item, index) => within(String(index), of, item));
  };
}

export function pair<A, B>(first: Shape<A>, second: Shape<B>): Shape<readonly [A, B]> {
  return (value) => {
    if (!Array.isArray(value) || value.length !== 2) throw new ShapeError('a pair');
    return [within('0', first, value[0]), within('1', second, value[1])];
  };
}

/** An object with any keys. */
export function dictionary<T>(of: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value) =>
    Object.fromEntries(Object.entries(fieldsOf(value)).map(([key, item]) => [key, within(key, of, item)]));
}

/** An object with one field of the same shape for each of `keys`. */
export function fields<K extends string, T>(keys: readonly K[], of: Shape<T>): Shape<Readonly<Record<K, T>>> {
  return object(Object.fromEntries(keys.map((key) => [key, of])) as Shapes<Record<K, T>>);
}

type Shapes<T> = { readonly [K in keyof T]: Shape<T[K]> };

/** An object with these fields; those of `optional` may be missing. */
export function object<T extends object, O extends object = object>(
  required: Shapes<T>,
  optional?: Shapes<O>,
): Shape<T & Partial<O>> {
  const shapes = Object.entries<Shape<unknown>>({ ...required, ...optional });
  return (value) => {
    const given = fieldsOf(value);
    const parsed: Record<string, unknown> = {};
    for (const [key, shape] of shapes) {
      if (given[key] === undefined && optional !== undefined && key in optional) continue;
      parsed[key] = within(key, shape, given[key]);
    }
    return parsed as T & Partial<O>;
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeError('an object');
  return value as Readonly<Record<string, unknown>>;
}

function within<T>(key: string, shape: Shape<T>, value: unknown): T {
  try {
    return shape(value);
  } catch (error) {
    throw error instanceof ShapeError ? error.within(key) : error;
  }
}
