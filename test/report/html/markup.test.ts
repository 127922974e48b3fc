import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { Figures, asDuration, asTimes } from '#dist/report/html/figures.js';
import { islandJson, markup } from '#dist/report/html/markup.js';

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
  const figures = new Figures({ a: { 'b-c': [{ ms: 12.345 }] }, none: null, text: 'x' });

  test('carry their place and their raw value', () => {
    assert.equal(
      figures.show('a.b-c.0.ms', asDuration).text,
      '<span data-figure="a.b-c.0.ms" data-value="12.345">12.3 ms</span>',
    );
    assert.equal(figures.show('none', asTimes).text, '<span data-figure="none" data-value="null">–</span>');
    assert.equal(figures.estimate('none', asTimes).text, '–');
  });

  test('a place without a figure is a mistake', () => {
    for (const path of ['a.x', 'text', 'a.b-c.1.ms', 'none.deeper']) {
      assert.throws(() => figures.show(path, asTimes), /no figure at/);
    }
  });
});
