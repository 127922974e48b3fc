import { rank, type Ranking, type ScoreStep } from './detection.js';

/** Labelled scores of one group of records, for instance of a target. */
export interface ScoreSeries {
  /** @param score finite as Float32 */
  add(score: number, isPositive: boolean): void;
  ranking(): Ranking;
  /** What it has counted so far; not to be changed. */
  tally(): SeriesTally;
  /** Adds the counts of another series; all series become as coarse as that one. */
  join(tally: SeriesTally): void;
  /** Forgets what it has counted; it is not to be used any more. */
  close(): void;
}

/** The scores of a series, by label. */
export interface SeriesTally {
  /** How many of a score's lowest bits are ignored. */
  readonly droppedBits: number;
  readonly positives: KeyTally;
  readonly negatives: KeyTally;
}

/** Different scores without their dropped bits, as integers of the same order, and how often each occurred. */
export interface KeyTally {
  /** Ascending. */
  readonly keys: Int32Array;
  /** By key, at least 1; doubles, because counts are unbounded. */
  readonly counts: Float64Array;
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
  readonly #sides = new Set<KeyCounts>();
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
    this.#sides.add(positives).add(negatives);
    const settle = (): void => {
      this.#entries += positives.settle() + negatives.settle();
    };
    return {
      add: (score, isPositive) => {
        this.#add(isPositive ? positives : negatives, score);
      },
      ranking: () => {
        settle();
        return rank([...this.#steps(positives, true), ...this.#steps(negatives, false)]);
      },
      tally: () => {
        settle();
        return { droppedBits: this.#droppedBits, positives: positives.held, negatives: negatives.held };
      },
      join: (tally) => {
        this.#drop(tally.droppedBits - this.#droppedBits);
        this.#join(positives, tally.positives, tally.droppedBits);
        this.#join(negatives, tally.negatives, tally.droppedBits);
      },
      close: () => {
        for (const side of [positives, negatives]) {
          this.#sides.delete(side);
          this.#entries -= side.held.keys.length;
        }
      },
    };
  }

  #join(side: KeyCounts, tally: KeyTally, droppedBits: number): void {
    this.#entries += side.join(shortened(tally, this.#droppedBits - droppedBits));
    if (this.#entries > this.#limit) this.#coarsen();
  }

  #add(side: KeyCounts, score: number): void {
    if (!side.add(orderedBits(score) >> this.#droppedBits)) return;
    this.#entries += side.settle();
    if (this.#entries > this.#limit) this.#coarsen();
  }

  *#steps({ held: { keys, counts } }: KeyCounts, isPositive: boolean): Generator<ScoreStep> {
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
    this.#drop(Math.min(most, bitsToDrop(this.#sides, this.#limit / 2)));
  }

  #drop(bits: number): void {
    if (bits <= 0) return;
    this.#droppedBits += bits;
    this.#entries = 0;
    for (const side of this.#sides) {
      side.shorten(bits);
      this.#entries += side.held.keys.length;
    }
  }
}

/** How many of the keys' lowest bits to drop so that at most `wanted` different ones remain, summed over sides. */
function bitsToDrop(sides: Iterable<KeyCounts>, wanted: number): number {
  let entries = 0;
  /** By number of dropped bits: how many more neighbours become equal. */
  const joined = new Float64Array(33);
  for (const side of sides) {
    const { keys } = side.held;
    entries += keys.length;
    for (let i = 1; i < keys.length; i++) joined[32 - Math.clz32(keys[i]! ^ keys[i - 1]!)]!++;
  }
  let bits = 0;
  while (entries > wanted && bits < 32) entries -= joined[++bits]!;
  return bits;
}

/** The fewest keys to collect before they are merged in. */
const LEAST_WAITING = 64;

const NO_KEYS: KeyTally = { keys: new Int32Array(0), counts: new Float64Array(0) };

/** Keys and counts into which new keys are merged in bulk. */
class KeyCounts {
  /** Without the keys that wait. */
  held = NO_KEYS;
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
    return Math.max(LEAST_WAITING, this.held.keys.length >> 2);
  }

  /** Merges in the collected keys; returns how many are new. */
  settle(): number {
    const keys = this.#waiting.subarray(0, this.#waits).sort();
    this.#waits = 0;
    return this.join({ keys, counts: new Float64Array(keys.length).fill(1) });
  }

  /** @param more keys ascending, which may repeat; returns how many are new */
  join(more: KeyTally): number {
    const before = this.held.keys.length;
    this.held = joined(this.held, more);
    return this.held.keys.length - before;
  }

  /** Drops the lowest bits of all keys. */
  shorten(bits: number): void {
    for (let i = 0; i < this.#waits; i++) this.#waiting[i]! >>= bits;
    this.held = shortened(this.held, bits);
    if (this.#waits === 0) this.#waiting = new Int32Array(0);
  }
}

/** Adds up the counts of two. Keys may repeat within one. */
function joined(a: KeyTally, b: KeyTally): KeyTally {
  const keys = new Int32Array(a.keys.length + b.keys.length);
  const counts = new Float64Array(keys.length);
  let length = 0;
  for (let ofA = 0, ofB = 0; ofA < a.keys.length || ofB < b.keys.length;) {
    const isA = ofB === b.keys.length || (ofA < a.keys.length && a.keys[ofA]! <= b.keys[ofB]!);
    const key = isA ? a.keys[ofA]! : b.keys[ofB]!;
    const count = isA ? a.counts[ofA++]! : b.counts[ofB++]!;
    if (length > 0 && keys[length - 1] === key) counts[length - 1]! += count;
    else {
      keys[length] = key;
      counts[length++] = count;
    }
  }
  return { keys: keys.slice(0, length), counts: counts.slice(0, length) };
}

/** Drops the lowest bits of all keys. */
function shortened({ keys, counts }: KeyTally, bits: number): KeyTally {
  return joined(NO_KEYS, { keys: keys.map((key) => key >> bits), counts });
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
