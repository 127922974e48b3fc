import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { PrefixSums } from '#build/read/bytes/prefix-sums.js';

const BYTES = Buffer.from(Array.from({ length: 40_000 }, (_, i) => (i * i) % 251));
const sumOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Chunks of these sizes, and one of what is left. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) chunks.push(bytes.subarray(at, (at += size)));
  return [...chunks, bytes.subarray(at)];
}

test('the checksum up to a position covers all bytes before it, however they arrive', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.nat(3000), { maxLength: 10 }),
    fc.array(fc.nat(2000), { maxLength: 20 }),
    async (sizes, steps) => {
      const sums = new PrefixSums('stdin', null);
      let readBytes = 0;
      let at = 0;
      let asked = 0;
      for await (const chunk of sums.over(Readable.from(cut(BYTES, sizes)))) {
        readBytes += chunk.length;
        while (asked < steps.length && at + steps[asked]! <= readBytes) {
          at += steps[asked++]!;
          assert.deepEqual(sums.at(at), { bytes: at, sha256: sumOf(BYTES.subarray(0, at)) });
        }
      }
      assert.equal(asked, steps.length);
    },
  );
  await fc.assert(property);
});

test('a position far back has a checksum of somewhat fewer bytes', async () => {
  const bytes = Buffer.concat(Array.from({ length: 200 }, () => BYTES));
  const sums = new PrefixSums('stdin', null);
  for await (const chunk of sums.over(Readable.from(cut(bytes, Array(700).fill(10_000))))) assert.ok(chunk);
  assert.equal(sums.at(1000), undefined);
  for (const at of [2_000_000, 2_000_001, 5_000_000, bytes.length]) {
    const sum = sums.at(at) ?? assert.fail(`none at ${at}`);
    assert.ok(sum.bytes <= at && sum.bytes > at - 2 ** 20, `${sum.bytes} of ${at}`);
    assert.equal(sum.sha256, sumOf(bytes.subarray(0, sum.bytes)));
  }
});

test('different bytes are reported as soon as those up to the position were read, even within a chunk', async () => {
  const place = {
    byteOffset: 25_000,
    prefix: { bytes: 25_000, sha256: sumOf(BYTES.subarray(0, 25_000)) },
  };
  const seen = async (bytes: Buffer): Promise<number> => {
    let count = 0;
    try {
      for await (const chunk of new PrefixSums('stdin', place).over(
        Readable.from(cut(bytes, [20_000, 10_000])),
      ))
        count += chunk.length;
    } catch (error) {
      assert.match(String(error), /stdin is not what this run read before: its first bytes/);
    }
    return count;
  };
  const other = Buffer.from(BYTES);
  other[25_000]! ^= 1;
  assert.equal(await seen(other), BYTES.length, 'behind the place');
  other[24_999]! ^= 1;
  assert.equal(await seen(other), 20_000);
});

test('an input that ends before the position is a different one, even if the checksum covers less', async () => {
  const place = {
    byteOffset: 25_000,
    prefix: { bytes: 20_000, sha256: sumOf(BYTES.subarray(0, 20_000)) },
  };
  const readAll = async (bytes: Buffer): Promise<void> => {
    const sums = new PrefixSums('stdin', place);
    for await (const chunk of sums.over(Readable.from(cut(bytes, [7000, 7000])))) assert.ok(chunk);
  };
  await readAll(BYTES.subarray(0, 25_000));
  for (const size of [24_999, 20_000, 19_999, 0])
    await assert.rejects(readAll(BYTES.subarray(0, size)), /stdin is not what .* ends before byte 25000/);
});

test('a position far back keeps the checksum that the previous session had of it', async () => {
  const bytes = Buffer.concat(Array.from({ length: 200 }, () => BYTES));
  const prefix = { bytes: 14, sha256: sumOf(bytes.subarray(0, 14)) };
  const sums = new PrefixSums('stdin', { byteOffset: 1000, prefix });
  for await (const chunk of sums.over(Readable.from(cut(bytes, Array(700).fill(10_000))))) assert.ok(chunk);
  assert.deepEqual(sums.at(1000), prefix);
});
