import { nudged, plainItems, shuffled, variedItems } from '../model/probe-items.js';
import type { BatchPlan, LoadedModel, Outputs } from './backends/backend.js';
import { MOST_ITEMS, perItemPlan, predictInBatches } from './backends/batches.js';
import {
  arrangedInput,
  compareAnswers,
  OTHER_PLACE,
  PADDING,
  type Comparison,
  type Deviation,
  type KnownAnswers,
} from './known-answers.js';

/** Items of a call of the check if the size of calls does not matter. */
const FREE_ITEMS = 64;
/** Items of the check, at least, in several calls if the model takes fewer. */
const LEAST_ITEMS = 8;
/** Items that are also predicted alone. */
const ALONE = 4;
/** How long the largest call of the check may take. */
const LARGE_CALL_MS = 100;
/** Orders of the items that are compared where bits may depend on places. */
const ORDERS = 3;
/** How often items are nudged to find those whose answers depend on rounding. */
const NUDGES = 8;
/** An answer that a nudge moves by more, relative to its largest number, may move by the whole tolerance elsewhere. */
const UNSTEADY = OTHER_PLACE / 4;

/** What an item's answer depends on besides the item. */
export type Cause = 'calls' | 'neighbours' | 'padding' | 'place' | 'size';

export interface Leak {
  readonly cause: Cause;
  /** Items compared. */
  readonly compared: number;
  readonly deviations: readonly Deviation[];
}

export interface CheckedItems {
  /** The outputs of an item. */
  readonly layout: Outputs['layout'];
  readonly leak: Leak | null;
  /** Whether an item's bits are the same at another place and among other items of a call of the same shape. */
  readonly hasSameBits: boolean;
  /** Comparisons that were skipped for lack of time. */
  readonly skipped: number;
}

interface Step {
  readonly cause: Cause;
  /** Whether it is taken however long it takes. */
  readonly isRequired: boolean;
  readonly plan: BatchPlan;
  /** The known item at each place of the call. */
  readonly arrangement: Int32Array;
}

/**
 * Compares a model's answers to the same items among other items, next to padding, at other places, alone, in a larger
 * call, and in later calls. Other items of a call must change nothing. Rounding may differ with an item's place and the
 * size of a call; an item whose answer jumps when its numbers move by a rounding error proves nothing there.
 */
export class ItemCheck {
  readonly #model: LoadedModel;
  readonly #plan: BatchPlan;
  readonly #itemSize: number;
  readonly #now: () => number;
  /** Items of a call, or of several small ones. */
  readonly items: number;

  /** @param now a clock that measures work, ms */
  constructor(model: LoadedModel, plan: BatchPlan, itemSize: number, now: () => number) {
    const { size, pad } = plan;
    const call = size !== null && (pad || size < FREE_ITEMS) ? size : FREE_ITEMS;
    this.#model = model;
    this.#plan = plan;
    this.#itemSize = itemSize;
    this.#now = now;
    this.items = call * Math.ceil(LEAST_ITEMS / call);
  }

  /**
   * @param mostMs how long the optional comparisons may take, which come last
   * @throws what the model throws
   */
  async run(mostMs: number): Promise<CheckedItems> {
    const { known, itemMs } = await this.#learn();
    let hasSameBits = true;
    let skipped = 0;
    let mostAt = Infinity;
    for (const step of this.#steps(itemMs)) {
      if (!step.isRequired && this.#now() + step.arrangement.length * itemMs > mostAt) {
        skipped++;
        continue;
      }
      const comparison = await this.#compare(known, step);
      if (step.isRequired) {
        hasSameBits &&= comparison.hasSameBits;
        mostAt = this.#now() + mostMs;
      }
      const leak = await this.#leakOf(known, step, comparison);
      if (leak !== null) return { layout: known.layout, leak, hasSameBits, skipped };
    }
    return { layout: known.layout, leak: null, hasSameBits, skipped };
  }

  /** Makes no comparison; for a model that another process checks. */
  async predictOnly(): Promise<CheckedItems> {
    const { layout } = await this.#predict(plainItems(this.items, this.#itemSize), this.#plan);
    return { layout, leak: null, hasSameBits: true, skipped: 0 };
  }

  /** The model's first answers: to plain items, and to varied ones if it takes them. */
  async #learn(): Promise<{ readonly known: KnownAnswers; readonly itemMs: number }> {
    const [items, itemSize] = [this.items, this.#itemSize];
    const plain = plainItems(items, itemSize);
    const first = await this.#predict(plain, this.#plan);
    const startedAt = this.#now();
    let others = variedItems(items, itemSize);
    const second = await this.#predict(others, this.#plan).catch(() => {
      others = plain.map((value) => 1 - value);
      return this.#predict(others, this.#plan);
    });
    const itemMs = (this.#now() - startedAt) / items;
    const { layout, width } = first;
    const inputs = joined(plain, others);
    const values = joined(first.values, second.values);
    return { known: { items, itemSize, layout, width, inputs, values }, itemMs };
  }

  /** The comparisons in the order of their use. */
  #steps(itemMs: number): readonly Step[] {
    const [items, plan] = [this.items, this.#plan];
    const required = { plan, isRequired: true };
    const optional = { plan, isRequired: false };
    const [half, otherHalf] = halves(items, 3);
    const [thirdHalf, fourthHalf] = halves(items, 4);
    // A softmax over 61 classes, outside a SavedModel, rounds 3 of 7,808 numbers differently; 1 order in 9 hides it.
    const mayRoundByPlace = plan.pad && plan.mostWithSameBits === undefined;
    const orders = Array.from({ length: mayRoundByPlace ? ORDERS : 1 }, (_, i) => shuffled(items, 10 + i));
    const variedElsewhere = shuffled(items, 6).map((item) => items + item);
    const few = Math.ceil(items / 3);
    const largest = plan.pad ? 0 : Math.min(plan.size ?? MOST_ITEMS, Math.floor(LARGE_CALL_MS / itemMs));
    const mixed = shuffled(2 * items, 7);
    const alone = { cause: 'size', isRequired: false, plan: perItemPlan(this.#model.declaredBatch) } as const;
    const steps: readonly Step[] = [
      { ...required, cause: 'neighbours', arrangement: half },
      { ...required, cause: 'neighbours', arrangement: otherHalf },
      ...orders.map((arrangement) => ({ ...required, cause: 'place', arrangement }) as const),
      { ...optional, cause: 'calls', arrangement: counted(items, (place) => place) },
      { ...optional, cause: 'padding', arrangement: counted(items, (i) => (i < few ? i : PADDING)) },
      { ...optional, cause: 'place', arrangement: variedElsewhere },
      ...Array.from(mixed.subarray(0, ALONE), (item) => ({ ...alone, arrangement: Int32Array.of(item) })),
      { ...optional, cause: 'size', arrangement: counted(largest, (i) => mixed[i % mixed.length]!) },
      { ...optional, cause: 'neighbours', arrangement: thirdHalf },
      { ...optional, cause: 'neighbours', arrangement: fourthHalf },
    ];
    return steps.filter(({ arrangement }) => arrangement.length !== 0);
  }

  async #compare(
    known: KnownAnswers,
    { arrangement, plan }: Pick<Step, 'arrangement' | 'plan'>,
  ): Promise<Comparison> {
    return compareAnswers(known, arrangement, await this.#predict(arrangedInput(known, arrangement), plan));
  }

  async #leakOf(
    known: KnownAnswers,
    { cause }: Step,
    { compared, deviations }: Comparison,
  ): Promise<Leak | null> {
    if (deviations.length === 0) return null;
    // State and random numbers show in every comparison, so the same call again tells them from the rest.
    const arrangement = counted(known.items, (place) => place);
    const again = await this.#compare(known, { arrangement, plan: this.#plan });
    if (again.deviations.length > 0) return { cause: 'calls', ...again };
    if (cause !== 'place' && cause !== 'size') return { cause, compared, deviations };
    const unsteady = await this.#unsteadyItems(known);
    const steady = deviations.filter(({ item }) => !unsteady.has(item));
    const isKnowable = steady.length > 0 && unsteady.size < known.items;
    return isKnowable ? { cause, compared, deviations: steady } : null;
  }

  /** The items whose answers change if their numbers move by about a rounding error. */
  async #unsteadyItems(known: KnownAnswers): Promise<ReadonlySet<number>> {
    const found = new Set<number>();
    for (let i = 0; i < NUDGES; i++) {
      const moved = { ...known, inputs: nudged(known.inputs, known.itemSize, i) };
      for (const start of [0, known.items]) {
        const arrangement = counted(known.items, (place) => start + place);
        const answers = await this.#predict(arrangedInput(moved, arrangement), this.#plan);
        for (const { item } of compareAnswers(known, arrangement, answers, UNSTEADY).deviations)
          found.add(item);
      }
    }
    return found;
  }

  #predict(input: Float32Array, plan: BatchPlan): Promise<Outputs> {
    return predictInBatches(this.#model, input, input.length / this.#itemSize, plan);
  }
}

function counted(count: number, item: (place: number) => number): Int32Array {
  return Int32Array.from({ length: count }, (_, place) => item(place));
}

/** Two calls: in each a random half of the plain items keeps its places, and so do the varied items at the others. */
function halves(items: number, seed: number): readonly [Int32Array, Int32Array] {
  const order = shuffled(items, seed);
  const isPlain = (place: number): boolean => order[place]! < items / 2;
  return [
    counted(items, (place) => (isPlain(place) ? place : items + place)),
    counted(items, (place) => (isPlain(place) ? items + place : place)),
  ];
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
