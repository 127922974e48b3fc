import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shardOf } from '#build/core/shard.js';

test('every target is in one share of the count, the same every time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 64 }), (target, count) => {
      const share = shardOf(target, count);
      assert.ok(Number.isInteger(share) && share >= 1 && share <= count, `${share} of ${count}`);
      assert.equal(shardOf(target, count), share);
    }),
  );
});

test('the hash is the documented one, so that other programs can tell a share', () => {
  // FNV-1a of these is known: 0x811c9dc5, 0xe40c292c and 0xbf9cf968; the finalizer was computed apart, in BigInt.
  const finalize = (word: bigint): bigint => {
    const low = (value: bigint): bigint => value & 0xffffffffn;
    let hash = low((word ^ (word >> 16n)) * 0x85ebca6bn);
    hash = low((hash ^ (hash >> 13n)) * 0xc2b2ae35n);
    return hash ^ (hash >> 16n);
  };
  for (const [target, fnv] of [
    ['', 0x811c9dc5n],
    ['a', 0xe40c292cn],
    ['foobar', 0xbf9cf968n],
  ] as const) {
    for (const count of [1, 2, 3, 7, 1000]) {
      assert.equal(
        shardOf(target, count),
        1 + Number(finalize(fnv) % BigInt(count)),
        `${target} of ${count}`,
      );
    }
  }
});

test('shares are of about the same size for names as monitoring has them', () => {
  const numbers = Array.from({ length: 2000 }, (_, i) => i);
  const kinds: Record<string, string[]> = {
    counted: numbers.map((i) => `host-${i}`),
    padded: numbers.map((i) => `host-${String(i).padStart(5, '0')}`),
    even: numbers.map((i) => `web-${2 * i}.example.org`),
    addresses: numbers.map((i) => `10.0.${i >> 8}.${i & 255}`),
    doubled: numbers.map((i) => `${i}-${i}`),
    paths: numbers.map((i) => `/api/v${i % 3}/items/${i}`),
  };
  for (const [kind, names] of Object.entries(kinds)) {
    for (const count of [2, 3, 4, 5, 7, 8, 16, 32]) {
      const sizes = new Array<number>(count).fill(0);
      for (const name of names) sizes[shardOf(name, count) - 1]!++;
      const mean = names.length / count;
      const chi2 = sizes.reduce((sum, size) => sum + (size - mean) ** 2 / mean, 0);
      // Mean count - 1 and variance 2 (count - 1) where names fall at random; five deviations.
      assert.ok(chi2 < count - 1 + 5 * Math.sqrt(2 * (count - 1)), `${kind}, ${count}: ${sizes.join(' ')}`);
    }
  }
});
