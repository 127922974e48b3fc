import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Estimate } from '#build/core/statistics.js';
import { estimateMarkup, figureMarkup, Place } from '#build/report/figures.js';
import { durationText, speedupParts, timesText } from '#build/report/format.js';

describe('figures', () => {
  const summary: { a: { 'b-c': { ms: number }[] }; none: { deeper: number } | null; range: Estimate | null } =
    {
      a: { 'b-c': [{ ms: 12.345 }] },
      none: null,
      range: null,
    };
  const place = Place.of(summary);

  test('carry their place and their raw value', () => {
    assert.equal(
      figureMarkup(place.at('a').at('b-c').at(0).at('ms'), durationText).text,
      '<span data-figure="a.b-c.0.ms" data-value="12.345">12.3 ms</span>',
    );
    assert.equal(
      figureMarkup(place.at('none').at('deeper'), timesText).text,
      '<span data-figure="none" data-value="null">–</span>',
    );
    assert.equal(estimateMarkup(place.at('range'), speedupParts).text, '–');
  });

  test('in an interval have the unit of the value beside them', () => {
    const slower = { speedup: { value: 0.4, low: 0.25, high: 0.5 } };
    assert.equal(
      estimateMarkup(Place.of(slower).at('speedup'), speedupParts).text,
      '<span data-figure="speedup.value" data-value="0.4">2.50 × slower</span> <span class="interval">(' +
        '<span data-figure="speedup.high" data-value="0.5" data-unit="× slower">2.00</span>–' +
        '<span data-figure="speedup.low" data-value="0.25" data-unit="× slower">4.00</span>)</span>',
    );
  });

  test('without a place are derived from others, and carry none', () => {
    assert.equal(figureMarkup(2, timesText).text, '2.00 ×');
    assert.equal(figureMarkup(null, timesText).text, '–');
  });

  test('a place where the summary has nothing is a mistake', () => {
    const list = place.at('a').at('b-c');
    assert.throws(() => list.at(1), RangeError);
    assert.throws(() => (place.at('a') as unknown as Place<{ x: number }>).at('x'), RangeError);
  });
});
