import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LiveFeed } from '#dist/replay/live-feed.js';

import { minuteBatch, reject } from '../support/records.js';

const NOTHING = { lookBack: false, positions: null, rejects: [], merged: 0, filtered: 0, found: 0 };
const STEP = { ...NOTHING, batch: minuteBatch(60, []), isTail: false };

function openFeed(): { readonly feed: LiveFeed; readonly told: string[] } {
  const told: string[] = [];
  const recording = {
    steps: () => (async function* () {})(),
    progress: () => ({ readBytes: 0, totalBytes: null }),
    intervalMs: 60_000,
  };
  const onNotice = ({ text }: { readonly text: string }): unknown => told.push(text);
  const feed = new LiveFeed({ recording, maxAhead: 5, onNotice });
  feed.steps({ passOn: () => Promise.resolve(), signal: new AbortController().signal });
  return { feed, told };
}

test('the first early record is told at once, and how many there were at the end', () => {
  const { feed, told } = openFeed();
  const early = reject('tomorrow is too far ahead', { line: 7, reason: 'early' });
  feed.see([{ ...early, reason: 'late' }]);
  assert.deepEqual(told, []);
  feed.see([early, early]);
  feed.see([early]);
  assert.deepEqual(told.splice(0), [
    'data.csv:7 is rejected as early: tomorrow is too far ahead; is a clock or --timezone wrong?',
  ]);
  feed.conclude();
  assert.deepEqual(told, ['3 records were rejected as early']);
});

test('a minute that the end of the feed closed waits for nothing more; others for --max-ahead intervals', () => {
  const { feed, told } = openFeed();
  assert.equal(feed.paceOf(STEP)?.longestWaitMs, 300_000);
  assert.equal(feed.paceOf({ ...STEP, isTail: true })?.longestWaitMs, 0);
  feed.paceOf({ ...STEP, isTail: true })?.onLongWait(3_600_000, 60_000);
  assert.deepEqual(told, [], 'not worth a word');
  feed.paceOf(STEP)?.onLongWait(3_600_000, 3_000_000);
  assert.match(told.join(), /^1970-01-01T01:00:00Z is due in 50\.0 min by --pace realtime, or once/);
});
