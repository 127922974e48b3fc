import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import {
  numberCell,
  tableCsv,
  tableLines,
  tableMarkdown,
  textCell,
  type Table,
} from '#build/report/table.js';

const named = (name: string): Table => ({
  columns: [
    { key: 'target', title: 'labelled' },
    { key: 'records', title: 'records' },
  ],
  rows: [
    [textCell('all targets'), numberCell(12, String)],
    [textCell(name), numberCell(3, String)],
  ],
});

test('a name with line breaks and control characters is one row of a terminal table', () => {
  assert.deepEqual(tableLines(named('a\nb\tc\u001b[2J')), [
    'labelled         records',
    'all targets           12',
    'a\\nb\\tc\\x1b[2J         3',
  ]);
});

test('Markdown and HTML in a name are escaped in a Markdown table', () => {
  const cell = (name: string): string | undefined => tableMarkdown(named(name)).split('\n')[3];
  assert.equal(cell('a|b'), '| a\\|b | 3 |');
  assert.equal(cell('a\\|b'), '| a\\\\\\|b | 3 |');
  assert.equal(
    cell('`x` *y* [z](http://a) <b>&lt;'),
    '| \\`x\\` \\*y\\* \\[z\\](http://a) \\<b\\>\\&lt; | 3 |',
  );
  assert.equal(cell('web_1 _x_ ~~y~~'), '| web_1 \\_x\\_ \\~\\~y\\~\\~ | 3 |');
  assert.equal(cell('a\r\nb'), '| a\\\\r\\\\nb | 3 |');
});

test('any name is one row of each table, and survives a round trip through CSV', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      assert.equal(
        tableLines(named(name))
          .join('\n')
          .split(/[\r\n\u2028\u2029]/).length,
        3,
      );
      const markdown = tableMarkdown(named(name));
      assert.equal(markdown.split(/[\r\n]/).length, 5);
      // Of the marks that end a cell only those of the table are not escaped.
      const bare = markdown.split('\n')[3]!.replace(/\\./g, '');
      assert.equal(bare.split('|').length, 4);
      assert.equal(parse(tableCsv(named(name)))[2]?.[0], name);
    }),
  );
});
