import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { NO_VERDICT, ROW_STATUS, rowOffsetsOf, type Block } from '#build/core/block.js';
import { blockLines } from '#build/core/result-lines.js';
import { isoTime } from '#build/core/time.js';
import type { Label } from '#build/core/types.js';
import type { LeftOutput } from '#build/output/run-output.js';
import { readResults, type ReadResultsOptions, type ResultLine } from '#build/replay/resume/read-results.js';

import { blockOf } from '../../support/blocks.js';
import { assertRefuses } from '../../support/refusals.js';

/** A run whose results are these lines, read a few at a time. */
function written(text: string, header: boolean): Pick<LeftOutput, 'committed'> {
  return {
    async *committed(_kind, containing = '') {
      const lines = text.split('\n').slice(0, -1);
      const numbered = lines.map((each, i) => ({ number: i + (header ? 2 : 1), text: each }));
      const found = numbered.filter((line) => line.text.includes(containing));
      for (let i = 0; i < found.length; i += 3) yield found.slice(i, i + 3);
    },
  };
}

async function read(
  text: string,
  options: Pick<ReadResultsOptions, 'format' | 'flaggedOnly'>,
): Promise<ResultLine[]> {
  const results: ResultLine[] = [];
  const output = written(text, options.format === 'csv');
  for await (const group of readResults(output, { ...options, place: 'results' })) results.push(...group);
  return results;
}

const row = fc.record({
  score: fc.option(fc.float({ noNaN: true, noDefaultInfinity: true }), { nil: NaN }),
  anomaly: fc.constantFrom(0, 1, NO_VERDICT),
  label: fc.constantFrom<Label>(null, 0, 1, 'odd, "label"', 'a\nb'),
});
const names = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', '\\', 'ü'), minLength: 1 }),
  {
    minLength: 1,
    maxLength: 5,
  },
);

test('results read back as they were written, in both formats, whatever the names', async () => {
  await fc.assert(
    fc.asyncProperty(names, fc.array(row, { minLength: 5, maxLength: 5 }), async (targets, drawn) => {
      const rows = targets.map((_, i) => drawn[i]!);
      const values = [...new Set<Label>([null, ...rows.map(({ label }) => label)])];
      const codes = Uint32Array.from(rows, ({ label }) => values.indexOf(label));
      const block: Block = {
        ...blockOf(targets),
        columns: targets.map(() => 'a,b'),
        labels: { values, codes },
      };
      const answered = {
        rowOffsets: rowOffsetsOf(block),
        statuses: new Uint8Array(rows.length).fill(ROW_STATUS.ok),
        scores: Float32Array.from(rows, ({ score }) => score),
        anomalies: Uint8Array.from(rows, ({ anomaly }) => anomaly),
        errors: new Map(),
        outputs: { values: new Float32Array(), offsets: new Uint32Array(rows.length + 1) },
      };
      const expected = rows.map(({ anomaly, label }, i): ResultLine => ({
        ...{ minute: isoTime(block.minutesMs[0]!), target: targets[i]!, column: 'a,b', status: 'ok', label },
        score: Number.isNaN(answered.scores[i]!) ? null : answered.scores[i]! + 0,
        anomaly: anomaly === NO_VERDICT ? null : anomaly === 1,
      }));
      for (const format of ['jsonl', 'csv'] as const) {
        const { bytes } = blockLines(block, answered, { format, anomaliesOnly: false, fullOutput: false });
        const text = Buffer.from(bytes).toString();
        for (const flaggedOnly of [false, true]) {
          const found = await read(text, { format, flaggedOnly });
          assert.deepEqual(
            found.map(({ minute, target, column, status, score, anomaly, label }) => ({
              minute,
              target,
              column,
              status,
              label,
              score: score === null ? null : Math.fround(score) + 0,
              anomaly,
            })),
            expected.filter(({ anomaly }) => !flaggedOnly || anomaly === true),
          );
        }
      }
    }),
  );
});

test('a line that is no result is refused with its place', async () => {
  const good = 'x,a,,ok,1,1,,,,\n';
  for (const [text, format] of [
    ['{"target":"a"}\n', 'jsonl'],
    ['nonsense\n', 'csv'],
    [good, 'csv'],
  ] as const) {
    const line = format === 'csv' ? 2 : 1;
    const pattern = new RegExp(`^results:${line} is not a line of results`);
    await assertRefuses(read(text, { format, flaggedOnly: false }), 'output_io', pattern);
  }
});
