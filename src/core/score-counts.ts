import { rank, type Ranking, type ScoreStep } from './detection.js';

/** Labelled scores of one group of records, for instance of a target. */
export interface ScoreSeries {
  /** @param score finite as Float32 */
  add(score: number, isPositive: boolean): void;
  ranking(): Ranking;
}

/** Bits of a Float32 that can be dropped; sign and exponent remain. */
const MANTISSA_BITS = 23;

/**
 * Counts labelled scores of any number of records, for one or more series, in bounded memory. Up to `limit` different
 * scores over all series, counts are exact; beyond that, the lowest bits of all scores are dropped, so that close ones
 * become one step. In the extreme, each series has one step per exponent.
 */
export class ScoreCounts {
  readonly #limit: number;
  readonly #sides: KeyCounts[] = [];
  #entries = 0;
  #droppedBits = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many of a score's lowest bits are ignored; 0: counts are exact. */
  get droppedBits(): number {
    return this.#droppedBits;
  }

  /** Different scores held, by series and label, without those still to be merged in. */
  get entries(): number {
    return this.#entries;
  }

  open(): ScoreSeries {
    const positives = new KeyCounts();
    const negatives = new KeyCounts();
    this.#sides.push(positives, negatives);
    return {
      add: (score, isPositive) => {
        this.#add(isPositive ? positives : negatives, score);
      },
      ranking: () => {
        this.#entries += positives.settle() + negatives.settle();
        return rank([...this.#steps(positives, true), ...this.#steps(negatives, false)]);
      },
    };
  }

  #add(side: KeyCounts, score: number): void {
    if (!side.add(orderedBits(score) >> this.#droppedBits)) return;
    this.#entries += side.settle();
    if (this.#entries > this.#limit) this.#coarsen();
  }

  *#steps({ keys, counts }: KeyCounts, isPositive: boolean): Generator<ScoreStep> {
    for (const [i, key] of keys.entries()) {
      const least = scoreOf(key << this.#droppedBits);
      const greatest = scoreOf((key << this.#droppedBits) | ((1 << this.#droppedBits) - 1));
      const count = counts[i]!;
      yield { least, greatest, positives: isPositive ? count : 0, negatives: isPositive ? 0 : count };
    }
  }

  /** Drops enough bits to halve the entries, so that it does not run again soon. */
  #coarsen(): void {
    const most = MANTISSA_BITS - this.#droppedBits;
    const bits = Math.min(most, bitsToDrop(this.#sides, this.#limit / 2));
    if (bits === 0) return;
    this.#droppedBits += bits;
    for (const side of this.#sides) side.shorten(bits);
    this.#entries = this.#sides.reduce((sum, { keys }) => sum + keys.length, 0);
  }
}

/** How many of the keys' lowest bits to drop so that at most `wanted` different ones remain, summed over sides. */
function bitsToDrop(sides: readonly KeyCounts[], wanted: number): number {
  let entries = 0;
  /** By number of dropped bits: how many more neighbours become equal. */
  const joined = new Float64Array(33);
  for (const { keys } of sides) {
    entries += keys.length;
    for (let i = 1; i < keys.length; i++) joined[32 - Math.clz32(keys[i]! ^ keys[i - 1]!)]!++;
  }
  let bits = 0;
  while (entries > wanted && bits < 32) entries -= joined[++bits]!;
  return bits;
}

/** The fewest keys to collect before they are merged in. */
const LEAST_WAITING = 64;

/** Whole numbers and how often each occurred, as sorted arrays into which new ones are merged in bulk. */
class KeyCounts {
  /** Ascending. */
  keys = new Int32Array(0);
  /** By key; doubles, because counts are unbounded. */
  counts = new Float64Array(0);
  #waiting = new Int32Array(0);
  #waits = 0;

  /** Adds a key; returns true once `settle` is due. */
  add(key: number): boolean {
    // A buffer in proportion to the keys keeps the amortized cost of merging one key constant.
    if (this.#waits === 0 && this.#waiting.length < this.#room())
      this.#waiting = new Int32Array(this.#room());
    this.#waiting[this.#waits++] = key;
    return this.#waits === this.#waiting.length;
  }

  #room(): number {
    return Math.max(LEAST_WAITING, this.keys.length >> 2);
  }

  /** Merges in the collected keys; returns how many are new. */
  settle(): number {
    const before = this.keys.length;
    const added = this.#waiting.subarray(0, this.#waits).sort();
    const merged = new Int32Array(before + added.length);
    const counts = new Float64Array(merged.length);
    let length = 0;
    for (let old = 0, next = 0; old < before || next < added.length;) {
      const isOld = next === added.length || (old < before && this.keys[old]! <= added[next]!);
      const key = isOld ? this.keys[old]! : added[next]!;
      const count = isOld ? this.counts[old++]! : 1;
      if (!isOld) next++;
      if (length > 0 && merged[length - 1] === key) counts[length - 1]! += count;
      else {
        merged[length] = key;
        counts[length++] = count;
      }
    }
    this.keys = merged.slice(0, length);
    this.counts = counts.slice(0, length);
    this.#waits = 0;
    return length - before;
  }

  /** Drops the lowest bits of all keys. */
  shorten(bits: number): void {
    for (let i = 0; i < this.#waits; i++) this.#waiting[i]! >>= bits;
    let length = 0;
    for (let i = 0; i < this.keys.length; i++) {
      const key = this.keys[i]! >> bits;
      const count = this.counts[i]!;
      if (length > 0 && this.keys[length - 1] === key) this.counts[length - 1]! += count;
      else {
        this.keys[length] = key;
        this.counts[length++] = count;
      }
    }
    this.keys = this.keys.slice(0, length);
    this.counts = this.counts.slice(0, length);
    if (this.#waits === 0) this.#waiting = new Int32Array(0);
  }
}

const scratch = new Float32Array(1);
const scratchBits = new Int32Array(scratch.buffer);

/** A Float32 as a 32-bit integer of the same order: the magnitude bits of negative numbers are inverted. */
function orderedBits(score: number): number {
  scratch[0] = score + 0; // -0 + 0 is 0: they are equal scores
  const bits = scratchBits[0] ?? 0;
  return bits < 0 ? bits ^ 0x7fffffff : bits;
}

function scoreOf(ordered: number): number {
  scratchBits[0] = ordered < 0 ? ordered ^ 0x7fffffff : ordered;
  return scratch[0] ?? NaN;
}
