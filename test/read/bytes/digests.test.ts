import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  SegmentSums,
  endOf,
  withUpdates,
  type DigestUpdate,
  type Segment,
} from '#build/read/bytes/digests.js';

const BYTES = Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7919) % 251));

function assertDigests(segments: readonly Segment[], endByte: number): void {
  let startByte = 0;
  for (const segment of segments) {
    assert.ok(segment.endByte > startByte, 'no segment is empty');
    const sha256 = createHash('sha256').update(BYTES.subarray(startByte, segment.endByte)).digest('hex');
    assert.equal(segment.sha256, sha256, `bytes ${startByte} to ${segment.endByte}`);
    startByte = segment.endByte;
  }
  assert.equal(startByte, endByte);
}

/** A session reads from somewhere before what is covered, up to somewhere; after some blocks it commits. */
const session = fc.record({
  lookBack: fc.nat(60),
  blocks: fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 40 }), commits: fc.boolean() })),
  /** How many of its commits a power loss or going back takes away. */
  lost: fc.nat(3),
});

test('whatever is read, committed, lost and resumed, the journal has digests of all bytes that the last commit covers', () => {
  fc.assert(
    fc.property(
      fc.array(session, { maxLength: 6 }),
      fc.integer({ min: 1, max: 70 }),
      (sessions, segmentBytes) => {
        let journal: { known: readonly Segment[]; updates: readonly (DigestUpdate | null)[] } = {
          known: [],
          updates: [],
        };
        let covered = 0;
        for (const { lookBack, blocks, lost } of sessions) {
          const known = withUpdates(journal.known, journal.updates);
          assertDigests(known, covered);
          const sums = new SegmentSums(known, segmentBytes);
          let at = Math.max(0, covered - lookBack);
          // Commits of earlier sessions stay in the journal where a run may still go back to them.
          const kept = journal.updates;
          const updates: (DigestUpdate | null)[] = [];
          const coveredAt: number[] = [];
          for (const { bytes, commits } of blocks) {
            const block = BYTES.subarray(at, at + bytes);
            sums.add(at, block);
            at += block.length;
            assertDigests(sums.all(), Math.max(covered, at));
            if (!commits) continue;
            updates.push(sums.update());
            coveredAt.push(Math.max(covered, at));
          }
          const left = Math.max(0, updates.length - lost);
          covered = coveredAt[left - 1] ?? covered;
          journal = { known, updates: [...kept, ...updates.slice(0, left)] };
        }
        assertDigests(withUpdates(journal.known, journal.updates), covered);
      },
    ),
  );
});

test('an update holds only what is new: finished segments once, and the current one', () => {
  const sums = new SegmentSums([], 100);
  sums.add(0, BYTES.subarray(0, 130));
  assert.deepEqual(
    sums.update()?.finished.map(({ endByte }) => endByte),
    [130],
  );
  assert.equal(sums.update(), null);
  sums.add(130, BYTES.subarray(130, 150));
  const update = sums.update();
  assert.deepEqual([update?.finished, update?.current?.endByte], [[], 150]);
  // What `finish` returned stands at the head of the journal.
  assert.equal(endOf(sums.finish()), 150);
  assert.equal(sums.update(), null);
});

test('bytes that would leave a gap throw', () => {
  const sums = new SegmentSums([]);
  sums.add(0, BYTES.subarray(0, 10));
  assert.throws(() => sums.add(11, BYTES.subarray(11, 20)), /bytes 10 to 11 were not read/);
});
