import { rank, type Ranking, type ScoreStep } from './detection.js';

/** Labelled scores of one kind of record, a target's for instance. */
export interface ScoreSeries {
  /** `score` is finite, as Float32. */
  add(score: number, isPositive: boolean): void;
  ranking(): Ranking;
}

/** Bits of a Float32 that can be dropped: what is left tells sign and exponent. */
const MANTISSA_BITS = 23;

/**
 * Counts labelled scores of any number of records, for one or more series, in bounded memory: as long as there are
 * no more different scores than `limit`, over all series, each by itself; then the last bits of all scores are
 * dropped, so that near ones become one step. Where that is not enough, each series has one step an exponent.
 */
export class ScoreCounts {
  readonly #limit: number;
  readonly #sides: KeyCounts[] = [];
  #entries = 0;
  #droppedBits = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Last bits of a score that no longer count; 0: all scores are kept apart. */
  get droppedBits(): number {
    return this.#droppedBits;
  }

  /** Different scores held, by series and label, without those that wait to be sorted in. */
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

  /** Drops as many bits as it takes to halve the entries, so that it does not come back at once. */
  #coarsen(): void {
    const most = MANTISSA_BITS - this.#droppedBits;
    const bits = Math.min(most, bitsToDrop(this.#sides, this.#limit / 2));
    if (bits === 0) return;
    this.#droppedBits += bits;
    for (const side of this.#sides) side.shorten(bits);
    this.#entries = this.#sides.reduce((sum, { keys }) => sum + keys.length, 0);
  }
}

/** How many last bits of all keys must go until no more than `wanted` are different, each side by itself. */
function bitsToDrop(sides: readonly KeyCounts[], wanted: number): number {
  let entries = 0;
  /** By a number of dropped bits: neighbours that become equal with it. */
  const joined = new Float64Array(33);
  for (const { keys } of sides) {
    entries += keys.length;
    for (let i = 1; i < keys.length; i++) joined[32 - Math.clz32(keys[i]! ^ keys[i - 1]!)]!++;
  }
  let bits = 0;
  while (entries > wanted && bits < 32) entries -= joined[++bits]!;
  return bits;
}

/** Fewest keys that wait before they are sorted in. */
const LEAST_WAITING = 64;

/** Whole numbers and how often each came: sorted arrays, into which new ones are merged many at a time. */
class KeyCounts {
  /** Rising. */
  keys = new Int32Array(0);
  /** By key; doubles, since a count has no bound. */
  counts = new Float64Array(0);
  #waiting = new Int32Array(0);
  #waits = 0;

  /** Takes a key; true once it should be settled. */
  add(key: number): boolean {
    // Room for a share of what is there keeps merging cheap by the key, however many there are.
    if (this.#waits === 0 && this.#waiting.length < this.#room())
      this.#waiting = new Int32Array(this.#room());
    this.#waiting[this.#waits++] = key;
    return this.#waits === this.#waiting.length;
  }

  #room(): number {
    return Math.max(LEAST_WAITING, this.keys.length >> 2);
  }

  /** Sorts in what waits; returns how many keys are new. */
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

  /** Drops the last bits of all keys. */
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

/** Float32 as 32-bit integers of the same order: negative numbers have their magnitude's bits turned over. */
function orderedBits(score: number): number {
  scratch[0] = score + 0; // -0 + 0 is 0: they are equal scores
  const bits = scratchBits[0] ?? 0;
  return bits < 0 ? bits ^ 0x7fffffff : bits;
}

function scoreOf(ordered: number): number {
  scratchBits[0] = ordered < 0 ? ordered ^ 0x7fffffff : ordered;
  return scratch[0] ?? NaN;
}
