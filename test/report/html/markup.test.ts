import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import type { Estimate } from '#dist/core/statistics.js';
import { joinModules } from '#dist/host/join-modules.js';
import { durationText, speedupParts, timesText } from '#dist/report/format.js';
import { estimateMarkup, figureMarkup } from '#dist/report/html/figures.js';
import { islandJson, markup } from '#dist/report/html/markup.js';
import { Place } from '#dist/report/place.js';

describe('markup', () => {
  test('escapes what comes from outside, in text and in attributes', () => {
    const hostile = `</script><img src=x onerror="alert('1')">&`;
    assert.equal(
      markup`<p title="${hostile}">${[hostile, 1, null]}</p>`.text,
      '<p title="&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">' +
        '&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;1</p>',
    );
  });

  test('keeps what markup made', () => {
    assert.equal(markup`<b>${markup`<i>${'<'}</i>`}</b>`.text, '<b><i>&lt;</i></b>');
  });

  test('control characters become visible signs', () => {
    assert.equal(markup`${'a\u0000b\u001bc\td'}`.text, 'a\u2400b\u241bc\td');
    assert.equal(markup`${'a\u202eb\u2069'}`.text, 'a\\u202eb\\u2069');
  });

  test('no value brings a bracket or a quote along', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.doesNotMatch(markup`${text}`.text, /[<>"']/);
      }),
    );
  });
});

test('an island of JSON cannot be left, and reads back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, text) => {
      const all = { value, text, fixed: '</script><!--\u2028' };
      const island = islandJson(all).text;
      assert.doesNotMatch(island, /[<\u2028\u2029]/);
      assert.deepEqual(JSON.parse(island), JSON.parse(JSON.stringify(all)));
    }),
  );
});

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

describe('modules of the page’s script', () => {
  test('are joined without imports and exports', () => {
    const joined = joinModules([
      'export const A = 1;\nexport function f() {\n  return A;\n}\n',
      "import { A, f, } from './first.js';\nf(A);\n",
    ]);
    assert.equal(joined, 'const A = 1;\nfunction f() {\n  return A;\n}\n\nf(A);\n');
  });

  test('what cannot be joined is told', () => {
    assert.throws(() => joinModules(["import uPlot from 'uplot';\n"]), /cannot inline import uPlot/);
    assert.throws(() => joinModules(['export default 1;\n']), /cannot inline export default 1/);
  });
});
