import type { LoadedModel, Outputs } from './backend.js';
import { joinOutputs, predictInBatches } from './batches.js';

/** How often a size must have given the bits of base calls, at least: the second time, they follow a large call. */
const MATCHES = 2;
/**
 * How many numbers must have been compared for each place in a call, at least. Kernels may treat only the last few
 * places in another way, and still round some of their numbers alike.
 */
const NUMBERS_PER_PLACE = 4;
/** How often a size is compared at most; outputs that are all alike prove nothing. */
const MOST_CHECKS = 16;
/** Of the numbers compared of each output, this share must be distinct. */
const DISTINCT_SHARE = 0.25;
/** How many numbers to look at for that. */
const DISTINCT_SAMPLE = 4096;
/** Larger calls gain little where the base calls for as many items take longer; it also bounds their memory. */
const LONGEST_MS = 30;

interface LargerSize {
  readonly items: number;
  checks: number;
  matches: number;
  isProven: boolean;
}

/**
 * Calls whose answers have the bits of calls of one base shape, the last one padded. Larger calls cost less per item,
 * but TensorFlow may choose other kernels for them. So a size is only used once it has given the same bits as base
 * calls for the same items, all of their numbers compared; until then, and after any difference, base calls give the
 * answers. Sizes in between are never used. Kernels are chosen by shape, threads and machine, not by the numbers, so
 * what holds for thousands of varied numbers holds for all, provided that the model consists of uniform operations
 * (operations.ts): others differ in too few numbers to be noticed.
 */
export class PaddedCalls {
  readonly #model: LoadedModel;
  readonly #base: number;
  readonly #now: () => number;
  /** The largest first. */
  #larger: readonly LargerSize[];

  /**
   * @param base items of a base call
   * @param most items of the largest call; sizes double from the base
   * @param now a monotonic clock, ms
   */
  constructor(model: LoadedModel, base: number, most: number, now: () => number) {
    const larger: LargerSize[] = [];
    for (let items = 2 * base; items <= most; items *= 2)
      larger.unshift({ items, checks: 0, matches: 0, isProven: false });
    this.#model = model;
    this.#base = base;
    this.#now = now;
    this.#larger = larger;
  }

  /** @param input `[items, …]` */
  async predict(input: Float32Array, items: number): Promise<Outputs> {
    if (items === 0) return { layout: [], width: 0, values: new Float32Array(0) };
    const itemSize = input.length / items;
    const parts: Outputs[] = [];
    for (let start = 0; start < items;) {
      const larger = this.#largerFor(items - start);
      const size = larger?.items ?? this.#base;
      const count = Math.min(size, items - start);
      const own = padded(input.subarray(start * itemSize, (start + count) * itemSize), size * itemSize);
      const outputs =
        larger === undefined || larger.isProven
          ? await this.#model.predict(own, size)
          : await this.#check(larger, own);
      parts.push({ ...outputs, values: outputs.values.subarray(0, count * outputs.width) });
      start += count;
    }
    return joinOutputs(parts);
  }

  /** The largest size that computes no more items than base calls would. */
  #largerFor(items: number): LargerSize | undefined {
    const computed = Math.ceil(items / this.#base) * this.#base;
    return this.#larger.find((size) => size.items <= computed);
  }

  /** Answers by base calls, and compares them with those of a large one. */
  async #check(size: LargerSize, input: Float32Array): Promise<Outputs> {
    const startedAt = this.#now();
    const plan = { size: this.#base, pad: true };
    const outputs = await predictInBatches(this.#model, input, size.items, plan);
    const isWorthIt = this.#now() - startedAt <= LONGEST_MS;
    // A large call may run out of memory where base calls do not.
    const large = isWorthIt ? await this.#model.predict(input, size.items).catch(() => null) : null;
    const isSame = large !== null && haveSameBits(large, outputs);
    size.checks++;
    if (isSame && areVaried(outputs)) size.matches++;
    size.isProven = size.matches >= Math.max(MATCHES, NUMBERS_PER_PLACE / outputs.width);
    if (!isSame || (!size.isProven && size.checks >= MOST_CHECKS))
      this.#larger = this.#larger.filter((other) => other !== size);
    return outputs;
  }
}

function padded(input: Float32Array, length: number): Float32Array {
  if (input.length === length) return input;
  const whole = new Float32Array(length);
  whole.set(input);
  return whole;
}

function haveSameBits(a: Outputs, b: Outputs): boolean {
  const [one, other] = [bits(a.values), bits(b.values)];
  return a.width === b.width && one.length === other.length && one.every((word, i) => word === other[i]);
}

/** An output that is saturated has the same numbers whatever its kernels do, and says nothing about those of others. */
function areVaried({ layout, width, values }: Outputs): boolean {
  const words = bits(values);
  let start = 0;
  return layout.every(({ size }) => {
    const at = start;
    start += size;
    const count = Math.min((words.length / width) * size, DISTINCT_SAMPLE);
    const distinct = new Set<number>();
    for (let i = 0; i < count; i++) distinct.add(words[Math.floor(i / size) * width + at + (i % size)]!);
    return distinct.size >= DISTINCT_SHARE * count;
  });
}

function bits({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}
