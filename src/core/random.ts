/**
 * A seeded stream of random numbers: the same seed and path give the same numbers on every machine.
 * xoshiro128** 1.1 by David Blackman and Sebastiano Vigna (2018, public domain, https://prng.di.unimi.it/),
 * its state filled by the finalizer of MurmurHash3 by Austin Appleby (public domain).
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** Streams with different paths are independent; seed and path are taken as 32-bit integers. */
  constructor(seed: number, ...path: readonly number[]) {
    let hash = mix(seed);
    for (const part of path) hash = mix(Math.imul(hash, 31) + part);
    this.#a = hash = mix(hash + 1);
    this.#b = hash = mix(hash + 2);
    this.#c = hash = mix(hash + 3);
    this.#d = mix(hash + 4) | 1; // an all-zero state would only produce zeros
  }

  /** Uniform in [0, 1), 32 bits. */
  next(): number {
    const scrambled = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return (scrambled >>> 0) / 2 ** 32;
  }

  /** Nearly normal, mean 0 and standard deviation 1, within ±3.47: a sum of four uniform numbers (Irwin-Hall). */
  nextNormal(): number {
    return (this.next() + this.next() + this.next() + this.next() - 2) * Math.sqrt(3);
  }

  /** A whole number from `least` to `most`, inclusive. */
  nextInteger(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function mix(word: number): number {
  let hash = word | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
