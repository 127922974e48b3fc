import type { Awkward } from './awkward.js';

const TIME = '2018-04-30T00:00:00Z';

/** A table of so many columns, with a row that has only the first of them. */
export function wideTable(columns: number): Awkward {
  const names = Array.from({ length: columns }, (_, i) => `c${i}`).join(',');
  return {
    input: `timestamp,target,${names}\n${TIME},a,1${',0'.repeat(columns - 1)}\n${TIME},b,1\n`,
    options: { columns: ['c0', `c${columns - 1}`] },
    records: ['2 a 1 0'],
    rejects: [`3 column_count 3 fields, but the header has ${columns + 2}`],
  };
}

/** Lists and objects in one another, that end and that do not. */
export function deepValues(levels: number): Awkward {
  const row = (target: string, c0: string): string =>
    `{"timestamp":"${TIME}","target":"${target}","c0":${c0}}`;
  const lines = [
    row('z', '1'),
    row('a', '['.repeat(levels) + ']'.repeat(levels)),
    row('b', `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`),
    '['.repeat(levels),
    row('c', '2'),
  ];
  return {
    input: `${lines.join('\n')}\n`,
    records: ['5 c 2', '1 z 1'],
    rejects: [
      '2 bad_value c0: a value nested too deeply to show',
      '3 bad_value c0: a value nested too deeply to show',
      '4 bad_line',
    ],
  };
}
