import { awkwardTests } from '../../support/awkward.js';
import { wideTable } from '../../support/awkward-sizes.js';

const HEAD = 'timestamp,target,c0,c1';
const T = '2018-04-30T00:00:00Z';
/** Lines after a header, the first of them sound. */
const csv = (...lines: readonly string[]): string => [HEAD, `${T},z,1,2`, ...lines, ''].join('\n');
const SOUND = '2 z 1 2';

awkwardTests({
  'an open quote at the end of a line': {
    input: csv(`${T},a,1,"2`, `${T},b,3,4`),
    records: ['4 b 3 4', SOUND],
    rejects: ['3 bad_line not CSV: a quoted field has no closing quote'],
  },
  'an open quote in the middle': {
    input: csv(`${T},"a,1,2`, `${T},b,3,4`),
    records: ['4 b 3 4', SOUND],
    rejects: ['3 bad_line'],
  },
  'an open quote at the start': {
    input: csv(`"${T},a,1,2`, `${T},b,3,4`),
    records: ['4 b 3 4', SOUND],
    rejects: ['3 bad_line'],
  },
  'an open quote on the last line, without its end': {
    input: `${csv()}${T},a,1,"2`,
    records: [SOUND],
    rejects: ['3 bad_line'],
  },
  'text after a closing quote': {
    input: csv(`${T},"x"y,1,2`, `${T},b,3,4`),
    records: ['4 b 3 4', SOUND],
    rejects: ['3 bad_line not CSV: a quote in the wrong place'],
  },
  'a quote inside a bare field': {
    input: csv(`${T},x"y,1,2`, `${T},b,3,4`),
    records: ['4 b 3 4', SOUND],
    rejects: ['3 bad_line'],
  },
  'a quoted field over two lines, doubled quotes and a quoted delimiter': {
    input: csv(`${T},"a`, 'b",1,2', `${T},"say ""hi"", twice",3,4`),
    records: ['3 a\nb 1 2', '5 say "hi", twice 3 4', SOUND],
  },
  'a quoted field that goes on over a line that is too long': {
    input: csv(`${T},"a`, `${'b'.repeat(70)}",1,2`, `${T},c,3,4`),
    options: { maxLineBytes: 64 },
    records: ['5 c 3 4', SOUND],
    rejects: ['3 bad_line not CSV: a quoted field has no closing quote', '4 line_too_long 75 bytes'],
  },
  'short, long and empty rows, delimiters at the end': {
    input: csv(`${T},a`, `${T},b,1,2,3`, '', `${T},c,1,2,`, ',,,', `${T},d,,`, ' ', '\t'),
    records: ['6 c 1 2', '8 d NaN NaN', SOUND],
    rejects: ['3 column_count 2 fields', '4 column_count 5 fields'],
  },
  'rows of delimiters alone, as spreadsheets write blank rows': {
    input: `${HEAD}\n,,,\n, ,,\n${T},a,1,2\n,,\n,,,,,\n,,x,\n,,,`,
    records: ['4 a 1 2'],
    rejects: ['7 no_target target is empty'],
  },
  'a blank row of one series, and one with a value': {
    input: `time;value\n;\n2018-04-30T00:00:00Z;1\n;2\n;\n`,
    records: ['3 stdin 1'],
    rejects: ['4 no_time'],
  },
  'a delimiter at the end of the header and of every row': {
    input: `${HEAD},\n${T},a,1,2,\n`,
    records: ['2 a 1 2'],
  },
  'columns of the same name': {
    input: `timestamp,target,c0,c0\n${T},a,1,2\n`,
    error: ['input_unusable', /two columns called c0/],
  },
  'two time columns of the same name': {
    input: `timestamp,timestamp,target,c0\n${T},${T},a,1\n`,
    error: ['input_unusable', /two columns called timestamp/],
  },
  'columns without a name are ignored': {
    input: `timestamp,target,,c0,\n${T},a,7,1,8\n`,
    records: ['2 a 1'],
  },
  'columns called like what every object has': {
    input: `timestamp,target,__proto__,constructor,toString\n${T},__proto__,1,2,3\n${T},constructor,4,5,6\n`,
    records: ['2 __proto__ 1 2 3', '3 constructor 4 5 6'],
  },
  'a target column called __proto__': {
    input: `timestamp,__proto__,c0\n${T},a,1\n`,
    options: { targetColumns: ['__proto__'] },
    records: ['2 a 1'],
  },
  'mixed line ends, blank lines, none at the end': {
    input: `${HEAD}\r\n${T},a,1,2\r\n\r\n\n${T},b,3,4\n${T},c,5,6\r\n   \n${T},d,7,8`,
    records: ['2 a 1 2', '5 b 3 4', '6 c 5 6', '8 d 7 8'],
  },
  'a carriage return alone is no line end': {
    input: `${HEAD}\r${T},a,1,2\r${T},b,3,4\r`,
    error: ['input_unusable', /all on one line, with carriage returns/],
  },
  'carriage returns within a line': {
    input: csv(`${T},a,1,2\r\r`, `${T},b\r,3,4`),
    records: ['3 a 1 2', '4 b 3 4', SOUND],
  },
  'next line and line separator are no line ends': {
    input: csv(`${T},a\u0085b,1,2`, `${T},a\u2028b,3,4`),
    records: ['3 a\u0085b 1 2', '4 a\u2028b 3 4', SOUND],
  },
  'rows only of delimiters, a header only of delimiters': {
    input: ',,,\n,,,\n',
    error: ['input_unusable', /no time column/],
  },
  'a header only': { input: `${HEAD}\n`, error: ['input_empty', /but no record after it/] },
  'blank lines only': { input: '\n \n\t\n\r\n', error: ['input_empty', /empty/] },
  nothing: { input: '', error: ['input_empty', /empty/] },
  'a row before the header': {
    input: `${T},a,1,2\n${HEAD}\n${T},a,1,2\n`,
    error: ['input_unusable', /no time column/],
  },
  'names that would do harm elsewhere': {
    input: csv(
      ...[
        '../../x',
        '=cmd()',
        '@SUM(A1)',
        "'",
        '\u001b[31mred',
        '\u202eabc',
        'NaN',
        '0',
        '  spaces  ',
        '"a\tb"',
        '.',
        '\\',
      ].map((name) => `${T},${name},1,2`),
    ),
    records: [
      '7 \u001b[31mred 1 2', "6 ' 1 2", '13 . 1 2', '3 ../../x 1 2', '10 0 1 2', '4 =cmd() 1 2', '5 @SUM(A1) 1 2',
      '9 NaN 1 2', '14 \\ 1 2', '12 a\tb 1 2', '11 spaces 1 2', SOUND, '8 \u202eabc 1 2',
    ], // prettier-ignore
  },
  'a name of 64 KiB': {
    input: csv(`${T},${'x'.repeat(65_536)},1,2`),
    records: [`3 ${'x'.repeat(65_536)} 1 2`, SOUND],
  },
  'a name of blanks only': { input: csv(`${T},   ,1,2`), records: [SOUND], rejects: ['3 no_target'] },
});

/** Text of a metric → its value, or null where the row is rejected. */
const VALUES: Readonly<Record<string, number | null>> = {
  '1e400': null, '-1e400': null, '1e-400': 0, '-1e-400': -0, '5e-324': 5e-324, '1.7976931348623157e308': 1.7976931348623157e308,
  '0x10': null, '0o17': null, '0b1': null, '1_000': null, ' 1 ': 1, '\t1': 1, '+1': 1, '.5': 0.5, '5.': 5, '-.5': -0.5, '-0': -0,
  '007': 7, '1E5': 1e5, '1e+5': 1e5, '1e': null, 'e5': null, '1.2.3': null, '--1': null, '+-1': null, '1 2': null,
  'Infinity': null, '-Infinity': null, 'inf': null, NaN, 'nan': NaN, '-nan': NaN, 'null': NaN, 'NULL': NaN, '': NaN, '   ': NaN,
  '-': null, '+': null, '.': null, 'N/A': null, 'None': null, 'true': null, '1f': null, '1n': null, '1%': null, '$1': null,
  '9007199254740993': 9007199254740992, '123456789012345678901234567890': 1.2345678901234568e29, '١': null, '１': null,
  '\u00a01': 1, '1\u2009': 1, '\ufeff1': 1, '1\u00ad': null, '−1': -1, '0.1000000000000000055511151231257827': 0.1,
}; // prettier-ignore

for (const [quote, how] of [
  ['', 'bare'],
  ['"', 'quoted'],
] as const) {
  const rows = Object.keys(VALUES).map(
    (text, i) => `${T},t${String(i).padStart(2, '0')},0,${quote}${text}${quote}`,
  );
  const entries = Object.entries(VALUES).map(([text, value], i) => ({ text, value, i }));
  awkwardTests({
    [`numbers and what is none, ${how}`]: {
      input: [HEAD, ...rows, ''].join('\n'),
      options: { columns: ['c0', 'c1'] },
      records: entries
        .filter(({ value }) => value !== null)
        .map(
          ({ value, i }) =>
            `${i + 2} t${String(i).padStart(2, '0')} 0 ${Object.is(value, -0) ? '-0' : value}`,
        ),
      rejects: entries
        .filter(({ value }) => value === null)
        .map(({ text, i }) => `${i + 2} bad_value c1: "${text}" is not a number`),
    },
  });
}

awkwardTests({
  'a decimal comma': {
    input: `timestamp;target;c0\n${T};a;1\n${T};b;1,5\n${T};c;"1,5"\n`,
    options: { columns: ['c0'] },
    records: ['2 a 1', '3 b 1.5', '4 c 1.5'],
  },
  // A hundred thousand: test/heavy/awkward.test.ts.
  'twenty thousand columns': wideTable(20_000),
});
