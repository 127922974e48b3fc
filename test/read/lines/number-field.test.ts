import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TextBlock } from '#build/read/lines/lines.js';
import { NumberScanner } from '#build/read/lines/number-field.js';
import { metricOfText } from '#build/read/lines/number-format.js';

const COMMA = 44;

function scanField(text: string): { value: number | undefined; stop: number } {
  const block = new TextBlock(Buffer.from(`,${text},7\n`), 0);
  const scanner = new NumberScanner();
  const value = scanner.scan(block, 1, block.bytes.length - 1, COMMA);
  return { value, stop: scanner.stop };
}

/** Decimal text of all lengths, as programs write it and as they do not. */
const decimal = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer().map(String),
  fc.stringMatching(/^-?[0-9]{1,25}(\.[0-9]{0,25})?$/),
  fc.stringMatching(/^[-+]?[0-9]{0,5}\.[0-9]{1,22}(e[-+]?[0-9]{1,2})?$/),
  fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 64n }), fc.nat(16)).map(([whole, scale]) => {
    const digits = String(whole).padStart(scale + 1, '0');
    return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  }),
);

test('a decimal number has the bits that Number gives it, from text and from bytes', () => {
  fc.assert(
    fc.property(decimal, (text) => {
      assert.ok(Object.is(metricOfText(text), Number(text)), text);
      const { value, stop } = scanField(text);
      assert.ok(Object.is(value, Number(text)), text);
      assert.equal(stop, 1 + text.length);
    }),
    { numRuns: 3000 },
  );
});

test('empty, null and NaN in any case are missing', () => {
  for (const text of ['', ' ', '\t', 'NaN', 'nan', 'NAN', '-nan', '+NaN', 'null', 'NULL', ' null ']) {
    assert.ok(Number.isNaN(metricOfText(text)), text);
    assert.ok(Number.isNaN(scanField(text).value), text);
  }
});

test('everything else is not a number', () => {
  const others = [
    ...[
      'Infinity',
      '-Infinity',
      'inf',
      '1e400',
      '-1e999',
      '0x10',
      '0b1',
      '1_000',
      '1 000',
      '1,5',
      '1.2.3',
      '5%',
    ],
    ...[
      '.',
      '-',
      '+',
      'e5',
      '1e',
      '--1',
      '1-',
      '12:00',
      'true',
      'NA',
      'n/a',
      'None',
      'abc',
      '١',
      '9'.repeat(400),
    ],
  ];
  for (const text of others) {
    assert.equal(metricOfText(text), undefined, text);
    if (!text.includes(',')) assert.equal(scanField(text).value, undefined, text);
  }
});

test('any text gives the same value from bytes as from a string', () => {
  const field = fc.stringMatching(/^[-+.eE0-9naNuli ]{0,12}$/);
  fc.assert(
    fc.property(field, (text) => assert.deepEqual(scanField(text).value, metricOfText(text))),
    { numRuns: 2000 },
  );
});

test('a JSON number is read as by JSON.parse, or not at all', () => {
  const scanner = new NumberScanner();
  fc.assert(
    fc.property(fc.oneof(decimal, fc.stringMatching(/^[-+.eE0-9]{0,8}$/)), (text) => {
      const value = scanner.scanJson(new TextBlock(Buffer.from(text), 0), 0);
      if (scanner.stop === text.length) assert.ok(Object.is(value, JSON.parse(text)), text);
      else assert.ok(scanner.stop < 0 || /[-+.eE]/.test(text[scanner.stop] ?? ''), text);
    }),
    { numRuns: 3000 },
  );
});
