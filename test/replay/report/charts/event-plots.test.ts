import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { cutMinutes, rowOffsetsOf, rowsIn, type Answers, type Block } from '#build/core/block.js';
import { AnomalyEvents } from '#build/replay/report/anomaly-events.js';
import { EventPlots, type EventPlot } from '#build/replay/report/charts/event-plots.js';

import { blockOf } from '../../../support/blocks.js';

const FIRST_MS = Date.UTC(2024, 0, 1, 12);
const MINUTES = 300;
const WINDOW = 60;

/** Two series over 300 minutes, `b` with a value per minute that tells it, and absent in some minutes. */
const BLOCK = ((): Block => {
  const intervals = WINDOW - 1 + MINUTES;
  const values = Float64Array.from({ length: 2 * intervals }, (_, i) =>
    i < intervals ? -1 : i - intervals - WINDOW + 1,
  );
  const present = new Uint8Array(2 * MINUTES).fill(1);
  for (const minute of [7, 130]) present[minute] = 0;
  return blockOf(['a', 'b'], { minutes: MINUTES, window: WINDOW, values, present, firstMs: FIRST_MS });
})();

/** Flags `b` in these minutes; its scores are those of the map, otherwise its minute over a thousand. */
function answersTo(block: Block, flagged: ReadonlyMap<number, number>): Answers {
  const rowOffsets = rowOffsetsOf(block);
  const rows = rowsIn(block);
  const [scores, anomalies] = [new Float32Array(rows), new Uint8Array(rows)];
  for (const [minute, minuteMs] of block.minutesMs.entries()) {
    const tick = (minuteMs - FIRST_MS) / 60_000;
    const row = rowOffsets[minute + 1]! - 1;
    scores[row] = flagged.get(tick) ?? tick / 1000;
    anomalies[row] = Number(flagged.has(tick));
  }
  return { rowOffsets, statuses: new Uint8Array(rows), scores, anomalies, lines: null, outputs: null };
}

/** Serves the block in parts of so many minutes. */
function plotOf(flags: readonly (readonly [minute: number, score: number])[], perBlock: number): EventPlot {
  const flagged = new Map(flags);
  const events = new AnomalyEvents({ intervalMs: 60_000, columns: [null] });
  const plots = new EventPlots();
  for (let start = 0; start < MINUTES; start += perBlock) {
    const part = cutMinutes(BLOCK, { start, end: Math.min(start + perBlock, MINUTES) });
    for (const minuteMs of part.minutesMs) {
      const score = flagged.get((minuteMs - FIRST_MS) / 60_000);
      if (score !== undefined) events.add({ minuteMs, target: 'b', column: null, score, label: null });
    }
    plots.addBlock(part, answersTo(part, flagged), events.leading(10));
  }
  const [event] = events.summary().listed;
  assert.ok(event !== undefined);
  const plot = plots.plotOf(event);
  assert.ok(plot !== null);
  return plot;
}

describe('the surroundings of an event', () => {
  for (const perBlock of [1, 7, 64, MINUTES]) {
    test(`have the series' own values before and after the peak, in blocks of ${perBlock}`, () => {
      const { fromMs, values, scores, flagged } = plotOf(
        [
          [150, 5],
          [151, 7],
          [152, 6],
        ],
        perBlock,
      );
      const first = (fromMs - FIRST_MS) / 60_000;
      assert.equal(first, 151 - 90);
      for (let i = 90 - WINDOW + 1; i < values.length; i++) assert.equal(values[i], first + i);
      assert.deepEqual(
        [...flagged.keys()].filter((i) => flagged[i] === 1).map((i) => first + i),
        [150, 151, 152],
      );
      assert.equal(scores[90], 7);
      for (let minute = 153; minute <= 181; minute++)
        assert.equal(scores[minute - first], Math.fround(minute / 1000));
    });
  }

  test('move with the peak', () => {
    const rising = Array.from({ length: 100 }, (_, i) => [100 + i, i + 1] as const);
    for (const perBlock of [1, 10]) {
      const { fromMs, values, flagged } = plotOf(rising, perBlock);
      assert.equal((fromMs - FIRST_MS) / 60_000, 199 - 90);
      assert.equal(values[90], 199);
      assert.equal(values[95], 204);
      assert.equal(flagged[0], 1);
      assert.equal(flagged[91], 0);
    }
  });
});

test('an event of another session has no plot', () => {
  const plots = new EventPlots();
  const event = {
    target: 'b',
    column: null,
    first: '',
    last: '',
    minutes: 1,
    score: 1,
    peak: '',
    label: null,
  };
  assert.equal(plots.plotOf(event), null);
});
