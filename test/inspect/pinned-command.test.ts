import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { pinnedCommand, type PinnedReading } from '#build/inspect/pinned-command.js';
import type { Decision } from '#build/read/sample/decision.js';

const flag = (text: string | null): Decision => ({
  ...{ about: 'format', choice: 'x', evidence: 'y', source: 'name', alternatives: [] },
  flag: text,
});

const file = (
  name: string,
  format: 'csv' | 'jsonl' = 'csv',
  isRefused = false,
): PinnedReading['files'][number] =>
  ({
    name,
    plan: { format, long: null, wide: null },
    refusal: isRefused ? {} : null,
  }) as PinnedReading['files'][number];

const reading = (differing: Partial<PinnedReading>): PinnedReading => ({
  inputs: ['a.csv'],
  given: [],
  decisions: [],
  files: [file('a.csv')],
  columns: ['cpu'],
  ...differing,
});

suite('the command that pins a reading', () => {
  test('has the flags of decisions, and the columns', () => {
    const decisions = [{ file: 'a.csv', decisions: [flag('--delimiter semicolon'), flag(null)] }];
    assert.equal(
      pinnedCommand(reading({ decisions })),
      'aiops-serve replay a.csv --columns cpu --delimiter semicolon',
    );
  });

  test('leaves to the data what differs from file to file, or is not found in each', () => {
    const decisions = [
      {
        file: 'a.csv',
        decisions: [flag('--time-column t'), flag('--decimal comma'), flag('--delimiter tab')],
      },
      { file: 'b.jsonl', decisions: [flag('--time-column t'), flag('--decimal point')] },
      { file: 'all inputs', decisions: [flag('--interval 5m'), flag('--phase 30s')] },
    ];
    const inputs = ['a.csv', 'b.jsonl'];
    const files = [file('a.csv'), file('b.jsonl', 'jsonl')];
    assert.equal(
      pinnedCommand(reading({ inputs, files, decisions })),
      'aiops-serve replay a.csv b.jsonl --columns cpu --time-column t --delimiter tab --interval 5m --phase 30s',
    );
    const alone = [{ file: 'a.csv', decisions: [flag('--missing-values NA')] }];
    assert.doesNotMatch(pinnedCommand(reading({ inputs, files, decisions: alone })), /missing/);
  });

  test('keeps flags that were given, and quotes for a shell', () => {
    const given = [
      { flag: '--grace', value: '3' },
      { flag: '--from', value: '2024-05-01 12:30' },
      { flag: '--wide', value: '' },
      { flag: '--interval', value: '60s' },
    ];
    const decisions = [{ file: '-x y.csv', decisions: [flag('--interval 1m')] }];
    assert.equal(
      pinnedCommand(
        reading({ inputs: ['-x y.csv'], files: [file('-x y.csv')], decisions, given, columns: ["a, b's"] }),
      ),
      `aiops-serve replay './-x y.csv' --columns '"a, b'\\''s"' --interval 1m --grace 3 --from '2024-05-01 12:30' --wide`,
    );
  });

  test('sorts what is out of order', () => {
    assert.match(pinnedCommand(reading({ files: [file('a.csv', 'csv', true)] })), / --sort$/);
  });
});
