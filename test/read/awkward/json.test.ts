import { awkwardTests } from '../../support/awkward.js';
import { deepValues } from '../../support/awkward-sizes.js';

const T = '"timestamp":"2018-04-30T00:00:00Z"';
const SOUND = '1 z 1';
/** Lines after a sound one. */
const jsonl = (...lines: readonly string[]): string =>
  [`{${T},"target":"z","c0":1}`, ...lines, ''].join('\n');
const row = (target: string, c0: string): string => `{${T},"target":${JSON.stringify(target)},"c0":${c0}}`;

awkwardTests({
  'scalars, lists and null are no records': {
    input: jsonl('1', '"text"', 'null', 'true', '[1,2]', '[]', '{}', row('a', '2')),
    records: ['9 a 2', SOUND],
    rejects: [
      '2 not_a_record 1 is not an object', '3 not_a_record "text"', '4 not_a_record null', '5 not_a_record true',
      '6 not_a_record [1,2]', '7 not_a_record []', '8 no_target no target',
    ], // prettier-ignore
  },
  'two objects on a line, commas at the end, comments, single quotes, a bare name': {
    input: jsonl(`${row('a', '1')}${row('b', '1')}`, `${row('a', '1')},`, `{${T},"target":"a","c0":1,}`, `// ${row('a', '1')}`,
      `${row('a', '1')} # end`, `{'timestamp':1}`, '{timestamp:1}', row('b', '2')), // prettier-ignore
    records: ['9 b 2', SOUND],
    rejects: [2, 3, 4, 5, 6, 7, 8].map((line) => `${line} bad_line not JSON`),
  },
  'a name twice: the last one counts, as JSON.parse has it': {
    input: jsonl(`{${T},"target":"a","target":"b","c0":1,"c0":2}`),
    records: ['2 b 2', SOUND],
  },
  'names that every object has': {
    input: `{${T},"target":"a","__proto__":1,"constructor":2,"toString":3,"":4}\n{${T},"target":"__proto__","__proto__":{"c0":1}}\n`,
    records: ['1 a 1 2 3'],
    rejects: ['2 bad_value __proto__'],
  },
  'numbers that JSON has and Float64 has not, and such as JSON has not': {
    input: jsonl(row('a', '1e400'), row('b', '-1e400'), row('c', '1e-400'), row('d', '-0'), row('e', '12345678901234567890'),
      row('f', '01'), row('g', '.5'), row('h', '5.'), row('i', '+1'), row('j', '0x10'), row('k', '1_0'), row('l', 'NaN'),
      row('m', 'Infinity'), row('n', '-Infinity'), row('o', 'undefined')), // prettier-ignore
    records: ['4 c 0', '5 d -0', '6 e 12345678901234567000', '13 l NaN', SOUND],
    rejects: [
      '2 bad_value c0: Infinity', '3 bad_value c0: -Infinity', '7 bad_line', '8 bad_line', '9 bad_line', '10 bad_line', '11 bad_line',
      '12 bad_line', '14 bad_value c0: Infinity', '15 bad_value c0: -Infinity', '16 bad_line',
    ], // prettier-ignore
  },
  'metrics as text, as truth values, as lists': {
    input: jsonl(row('a', '"2.5"'), row('b', '" 1e2 "'), row('c', '""'), row('d', 'null'), row('e', '"x"'), row('f', 'true'),
      row('g', '[1]'), row('h', '{"a":1}')), // prettier-ignore
    options: { columns: ['c0'] },
    records: ['2 a 2.5', '3 b 100', '4 c NaN', '5 d NaN', SOUND],
    rejects: [
      '6 bad_value c0: "x"',
      '7 bad_value c0: true',
      '8 bad_value c0: [1]',
      '9 bad_value c0: {"a":1}',
    ],
  },
  'targets of all kinds': {
    input: jsonl(...['1', '1.5', '1e400', '12345678901234567890', '""', 'null', 'true', '[]', '"\\ud800"', '"\\u0000"', '"a\\nb"'].map(
      (target) => `{${T},"target":${target},"c0":1}`), `{${T},"c0":1}`), // prettier-ignore
    records: ['11 \0 1', '2 1 1', '3 1.5 1', '12 a\nb 1', SOUND],
    rejects: [
      '4 no_target',
      '5 no_target',
      '6 no_target',
      '7 no_target',
      '8 no_target',
      '9 no_target',
      '10 no_target',
      '13 no_target no target',
    ],
  },
  'labels that JSON cannot write back, and others': {
    input: jsonl(
      ...['1e400', '-0', '{"a":1}', '[]', '""', '"\\ud800"', 'true'].map(
        (label, i) => `{${T},"target":"t${i}","c0":1,"label":${label}}`,
      ),
    ),
    records: [
      '2 t0 1 [Infinity]',
      '3 t1 1 [0]',
      '4 t2 1 [{"a":1}]',
      '5 t3 1 [[]]',
      '6 t4 1',
      '7 t5 1 [\ud800]',
      '8 t6 1 [1]',
      SOUND,
    ],
  },
  // A hundred thousand: test/heavy/awkward.test.ts.
  'lists and objects twenty thousand levels deep': deepValues(20_000),
  'a name of 64 KiB for a field, and for a target': {
    input: jsonl(`{${T},"target":"${'t'.repeat(65_536)}","c0":2,"${'k'.repeat(65_536)}":"text"}`),
    records: [`2 ${'t'.repeat(65_536)} 2`, SOUND],
  },
  'the whole file is one list': {
    input: `[${row('a', '1')},\n${row('b', '2')}]\n`,
    records: ['1 a 1', '2 b 2'],
  },
  'a pretty-printed object': {
    input: `{\n  ${T},\n  "target": "a",\n  "c0": 1\n}\n`,
    error: ['input_unusable', /none of its first 5 lines holds a record/],
  },
  'CSV called JSONL': {
    input: 'timestamp,target,c0\n2018-04-30T00:00:00Z,a,1\n',
    options: { format: 'jsonl' },
    error: ['input_unusable', /none of its first 2 lines holds a record/],
  },
  'all lines are cut off': {
    input: '{"timestamp":"2018-04-3\n{"timestamp":"2018-0\n',
    error: ['input_unusable', /none of its first 2 lines/],
  },
  'line separators within a string, blanks around an object': {
    input: jsonl(row('a\u2028b\u0085c', '2'), `  \t${row('d', '3')}\t \r`, `\u00a0${row('e', '4')}`),
    records: ['2 a\u2028b\u0085c 2', '3 d 3', SOUND],
    rejects: ['4 bad_line'],
  },
});
