import type { Estimate } from '../core/statistics.js';
import type { EstimateParts, Format } from './format.js';
import { markup, type Content, type Markup } from './html/markup.js';

/**
 * A value of a summary together with its path in the summary's JSON file, as in `minutes.wallMs.p99`. Reports read
 * figures through places, so that whatever a page shows can be checked against the file it claims to show.
 */
export class Place<out Value> {
  readonly value: Value;
  readonly path: string;

  private constructor(value: Value, path: string) {
    this.value = value;
    this.path = path;
  }

  /** @param path where the summary has it; none: it is the summary itself */
  static of<Summary>(summary: Summary, path = ''): Place<Summary> {
    return new Place(summary, path);
  }

  /**
   * A member of an object or an element of an array. Where this value is null, so is the result, in the same place.
   *
   * @throws RangeError where there is none
   */
  at<Key extends keyof NonNullable<Value>>(key: Key): Place<Member<Value, Key>> {
    type Found = Member<Value, Key>;
    if (this.value === null || this.value === undefined) return this as Place<unknown> as Place<Found>;
    const path = pathOf(this.path, key);
    const value = (this.value as NonNullable<Value>)[key] as Found | undefined;
    if (value === undefined) throw new RangeError(`the summary has nothing at ${path}`);
    return new Place(value, path);
  }
}

function pathOf(parent: string, key: PropertyKey): string {
  return parent === '' ? String(key) : `${parent}.${String(key)}`;
}

/** Null where the value that should have the member can be null. */
type Member<Value, Key extends keyof NonNullable<Value>> = NonNullable<Value>[Key] | Extract<Value, null>;

/** The elements of an array, each in its place. */
export function elements<Element>(list: Place<readonly Element[]>): Place<Element>[] {
  return list.value.map((element, index) => Place.of(element, pathOf(list.path, index)));
}

/** A value, in its place of a summary or derived from others. */
export type Shown<Value> = Place<Value> | Value;

export function valueOf<Value>(shown: Shown<Value>): Value {
  return shown instanceof Place ? shown.value : shown;
}

/** A figure marked with its place in the summary's JSON file and its raw value; null is a dash. */
export function figureMarkup(shown: Shown<number | null>, format: Format): Markup {
  const value = valueOf(shown);
  const text = value === null ? '–' : format(value);
  if (!(shown instanceof Place)) return markup`${text}`;
  return markup`<span data-figure="${shown.path}" data-value="${String(value)}">${text}</span>`;
}

/** An estimate's value with its interval; a bound without its unit carries that too. */
export function estimateMarkup(
  shown: Shown<Estimate | null>,
  partsOf: (estimate: Estimate) => EstimateParts,
): Markup {
  const found = valueOf(shown);
  if (found === null) return markup`–`;
  const { value, bounds } = partsOf(found);
  const part = (of: keyof Estimate, text: string, unit = ''): Content =>
    shown instanceof Place
      ? markup`<span data-figure="${`${shown.path}.${of}`}" data-value="${found[of]}"${unit === '' ? null : markup` data-unit="${unit.trim()}"`}>${text}</span>`
      : text;
  const [low, high] = bounds.map(({ of, text, unit }) => part(of, text, unit));
  if (low === undefined || high === undefined) return markup`${part('value', value)}`;
  return markup`${part('value', value)} <span class="interval">(${low}–${high})</span>`;
}
