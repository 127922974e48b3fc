import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { splitFields } from '#build/read/text/split-fields.js';
import { findDelimiter } from '#build/read/sample/form/csv-head.js';

const options = { relax_column_count: true, trim: true, record_delimiter: ['\n', '\r\n'] };

function judged(line: string, delimiter: string): unknown {
  try {
    const rows = parse(line, { ...options, delimiter });
    return rows.length === 1 ? rows[0] : null;
  } catch {
    return null;
  }
}

function split(line: string, delimiter: string): unknown {
  const result = splitFields(line, delimiter);
  return 'fields' in result ? result.fields.map((field) => field.trim()) : null;
}

test('any line is split, or refused, as by csv-parse', () => {
  const line = fc.array(fc.constantFrom('a', '1', '"', '""', ',', ';', ' '), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(line, fc.constantFrom(',', ';'), (marks, delimiter) => {
      const text = marks.join('');
      if (text.trim() === '') return;
      const expected = judged(text, delimiter);
      const trimmed = Array.isArray(expected) ? expected.map((field) => String(field).trim()) : null;
      assert.deepEqual(split(text, delimiter), trimmed, JSON.stringify(text));
    }),
    { numRuns: 5000 },
  );
});

test('fields written as CSV come back', () => {
  const field = fc.stringMatching(/^[a-c",; 0-9.é]{0,8}$/);
  fc.assert(
    fc.property(fc.array(field, { minLength: 2, maxLength: 6 }), fc.boolean(), (fields, quoteAll) => {
      const line = fields
        .map((text) => (quoteAll || /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
        .join(',');
      assert.deepEqual(
        split(line, ','),
        fields.map((text) => text.trim()),
      );
    }),
    { numRuns: 2000 },
  );
});

test('an open field is distinguished from a broken one', () => {
  assert.deepEqual(splitFields('a,"b', ','), {
    problem: 'open',
    message: 'a quoted field has no closing quote',
  });
  assert.deepEqual(splitFields('a,"b"c', ','), { problem: 'broken', message: 'a quote in the wrong place' });
});

test('the delimiter is the most frequent one in the header outside quotes', () => {
  assert.equal(findDelimiter(['time,target,cpu']).delimiter, ',');
  assert.equal(findDelimiter(['time;target;cpu, in percent']).delimiter, ';');
  assert.equal(findDelimiter(['time\ttarget\tcpu']).delimiter, '\t');
  assert.equal(findDelimiter(['time;"a,b,c,d";cpu']).delimiter, ';');
  assert.equal(findDelimiter(['time']).delimiter, ',');
});
