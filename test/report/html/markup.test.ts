import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { islandJson, markup } from '#build/report/html/markup.js';

describe('markup', () => {
  test('escapes values in text and in attributes', () => {
    const hostile = `</script><img src=x onerror="alert('1')">&`;
    assert.equal(
      markup`<p title="${hostile}">${[hostile, 1, null]}</p>`.text,
      '<p title="&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">' +
        '&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;1</p>',
    );
  });

  test('does not escape markup twice', () => {
    assert.equal(markup`<b>${markup`<i>${'<'}</i>`}</b>`.text, '<b><i>&lt;</i></b>');
  });

  test('shows control characters as visible symbols', () => {
    assert.equal(markup`${'a\u0000b\u001bc\td'}`.text, 'a\u2400b\u241bc\td');
    assert.equal(markup`${'a\u202eb\u2069'}`.text, 'a\\u202eb\\u2069');
  });

  test('no value can insert a bracket or a quote', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.doesNotMatch(markup`${text}`.text, /[<>"']/);
      }),
    );
  });
});

test('JSON in a script element cannot end it, and parses to the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, text) => {
      const all = { value, text, fixed: '</script><!--\u2028' };
      const island = islandJson(all).text;
      assert.doesNotMatch(island, /[<\u2028\u2029]/);
      assert.deepEqual(JSON.parse(island), JSON.parse(JSON.stringify(all)));
    }),
  );
});
