import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parse } from 'csv-parse/sync';
import fc from 'fast-check';

import { NO_VERDICT, ROW_STATUS, type Block, type LineForm, type RowStatus } from '#build/core/block.js';
import { blockLines, resultsHeader, type LineRows } from '#build/core/result-lines.js';
import type { ItemError, Label } from '#build/core/types.js';
import { blockOf } from '../support/blocks.js';

/** One row, as a person would write it down. */
interface PlainRow {
  readonly status: RowStatus;
  readonly score: number | null;
  readonly anomaly: boolean | null;
  readonly label: Label;
  readonly output: readonly number[];
  readonly error: ItemError | null;
}

interface PlainSeries {
  readonly target: string;
  readonly column: string | null;
  /** By minute; null: no record. */
  readonly rows: readonly (PlainRow | null)[];
}

const ok: PlainRow = {
  status: 'ok',
  score: Math.fround(0.1),
  anomaly: true,
  label: 1,
  output: [0.1, 2, 3, 4, 5, 6, 7, 8, 9].map(Math.fround),
  error: null,
};
const warmup: PlainRow = {
  status: 'warmup',
  score: null,
  anomaly: null,
  label: null,
  output: [],
  error: null,
};
const failed: PlainRow = {
  ...warmup,
  status: 'error',
  label: 'bad',
  error: { errno: 'no_value', errmsg: 'no value, at all' },
};

const FIRST_MS = Date.UTC(2018, 3, 30);
const JSONL: LineForm = { format: 'jsonl', anomaliesOnly: false, fullOutput: false };
const CSV: LineForm = { ...JSONL, format: 'csv' };

const THREE: readonly PlainSeries[] = [
  { target: 'b', column: null, rows: [warmup] },
  { target: 'c', column: 'cpu', rows: [failed] },
  { target: 'db "one", \n=cmd()', column: 'cpu', rows: [ok] },
];

const decoder = new TextDecoder();

/** The lines of each minute. */
function linesOf(series: readonly PlainSeries[], form: LineForm): string[] {
  const { block, rows } = blockAndRows(series);
  const { bytes, offsets } = blockLines(block, rows, form);
  assert.equal(offsets.at(-1), bytes.length);
  return block.minutesMs.map((_, minute) =>
    decoder.decode(bytes.subarray(offsets[minute], offsets[minute + 1])),
  );
}

function blockAndRows(series: readonly PlainSeries[]): { block: Block; rows: LineRows } {
  const minutes = series[0]?.rows.length ?? 1;
  const labels: Label[] = [null];
  const cells = series.flatMap(({ rows }) => rows);
  for (const cell of cells) if (cell !== null && !labels.includes(cell.label)) labels.push(cell.label);
  const block = blockOf(
    series.map(({ target }) => target),
    {
      minutes,
      firstMs: FIRST_MS,
      columns: series.map(({ column }) => column),
      present: Uint8Array.from(cells, (cell) => Number(cell !== null)),
      labels: labels.length === 1 ? null : { values: labels, codes: Uint32Array.from(cells, codeOf) },
    },
  );
  function codeOf(cell: PlainRow | null): number {
    return cell === null ? 0 : labels.indexOf(cell.label);
  }
  return { block, rows: lineRows(series, minutes) };
}

function lineRows(series: readonly PlainSeries[], minutes: number): LineRows {
  const byMinute = Array.from({ length: minutes }, (_, minute) =>
    series.map(({ rows }) => rows[minute] ?? null).filter((row) => row !== null),
  );
  const rows = byMinute.flat();
  const errors = rows.flatMap(({ error }, row) => (error === null ? [] : [[row, error] as const]));
  return {
    rowOffsets: Uint32Array.from(offsetsOf(byMinute)),
    statuses: Uint8Array.from(rows, ({ status }) => ROW_STATUS[status]),
    scores: Float32Array.from(rows, ({ score }) => score ?? NaN),
    anomalies: Uint8Array.from(rows, ({ anomaly }) => (anomaly === null ? NO_VERDICT : Number(anomaly))),
    errors: new Map(errors),
    outputs: {
      values: Float32Array.from(rows.flatMap(({ output }) => output)),
      offsets: Uint32Array.from(offsetsOf(rows.map(({ output }) => output))),
    },
  };
}

function offsetsOf(lists: readonly (readonly unknown[])[]): number[] {
  const offsets = [0];
  for (const [i, { length }] of lists.entries()) offsets.push(offsets[i]! + length);
  return offsets;
}

/** The same lines, written one row at a time with strings. */
function slowLinesOf(series: readonly PlainSeries[], form: LineForm): string[] {
  const minutes = series[0]?.rows.length ?? 1;
  return Array.from({ length: minutes }, (_, minute) =>
    decoder.decode(Buffer.from(series.map((one) => slowLine(one, minute, form)).join(''))),
  );
}

function slowLine({ target, column, rows }: PlainSeries, minute: number, form: LineForm): string {
  const row = rows[minute] ?? null;
  if (row === null || (form.anomaliesOnly && row.anomaly !== true)) return '';
  const numbers = (form.fullOutput ? row.output : row.output.slice(0, 8)).map(slowNumber);
  const fields = {
    minute: new Date(FIRST_MS + minute * 60_000).toISOString().replace('.000Z', 'Z'),
    target,
    column,
    status: row.status === 'ok' || row.status === 'warmup' ? row.status : 'error',
    score: row.score,
    anomaly: row.anomaly,
    label: row.label,
    output: row.status === 'ok' ? numbers : null,
    errno: row.error?.errno ?? null,
    errmsg: row.error?.errmsg ?? null,
  };
  const score = row.score === null ? null : slowNumber(row.score);
  if (form.format === 'jsonl') {
    const texts = Object.entries(fields).map(([name, value]) => {
      if (name === 'score') return `"score":${score}`;
      if (name === 'output') return `"output":${value === null ? 'null' : `[${numbers.join(',')}]`}`;
      return `"${name}":${JSON.stringify(value)}`;
    });
    return `{${texts.join(',')}}\n`;
  }
  const anomaly = fields.anomaly === null ? null : Number(fields.anomaly);
  const texts = Object.values({ ...fields, score, anomaly, output: fields.output?.join(' ') });
  return `${texts.map((value) => slowField(String(value ?? ''))).join(',')}\n`;
}

function slowField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The shortest text that reads back to the same Float32. */
function slowNumber(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  for (let digits = 1; ; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
}

const texts = fc.oneof(
  fc.constantFrom(
    'cpu',
    'db-1',
    '',
    'a,b',
    '"',
    'é',
    '日本',
    '😀',
    '\ud800',
    '\udc00x',
    '\n',
    '\r',
    '\u0000',
    '\u007f',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ maxLength: 60 }),
);
const bits = fc.oneof(
  fc
    .integer({ min: 0, max: 2 ** 32 - 1 })
    .map((pattern) => new Float32Array(Uint32Array.of(pattern).buffer)[0]!),
  fc.float({ min: -100, max: 100, noNaN: true }),
  fc.constantFrom(0, -0, 1, 0.5, Math.fround(0.1), 2 ** 24),
);
const finite = bits.filter(Number.isFinite);
const labels = fc.oneof(
  fc.constantFrom(null, 0, 1, 'normal'),
  texts,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const answered = fc
  .record({
    score: fc.option(finite),
    anomaly: fc.option(fc.boolean()),
    label: labels,
    output: fc.array(finite, { maxLength: 12 }),
    isScoreAnOutput: fc.boolean(),
  })
  .map(({ isScoreAnOutput, ...row }): PlainRow => {
    const output = isScoreAnOutput && row.score !== null ? [...row.output, row.score] : row.output;
    return { status: 'ok', ...row, output, error: null };
  });
const unanswered = fc
  .record({
    status: fc.constantFrom<RowStatus[]>('error', 'missing', 'lost', 'quarantined'),
    label: labels,
    errmsg: texts,
  })
  .map(({ errmsg, ...row }): PlainRow => ({ ...warmup, ...row, error: { errno: 'some_code', errmsg } }));
const warming = labels.map((label): PlainRow => ({ ...warmup, label }));

const blocks = fc.integer({ min: 1, max: 4 }).chain((minutes) =>
  fc.array(
    fc.record({
      target: texts,
      column: fc.option(texts),
      rows: fc.array(fc.option(fc.oneof({ weight: 3, arbitrary: answered }, unanswered, warming)), {
        minLength: minutes,
        maxLength: minutes,
      }),
    }),
    { maxLength: 5 },
  ),
);
const forms = fc.record({
  format: fc.constantFrom('jsonl', 'csv'),
  anomaliesOnly: fc.boolean(),
  fullOutput: fc.boolean(),
});

suite('result lines', () => {
  test('JSONL: one object per row, with fields in a fixed order', () => {
    const [minute = ''] = linesOf(THREE, JSONL);
    const lines = minute.trimEnd().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(Object.keys(parsed[0] ?? {}), resultsHeader('csv').trim().split(','));
    const common = { minute: '2018-04-30T00:00:00Z', errno: null, errmsg: null };
    const none = { score: null, anomaly: null, output: null };
    assert.deepEqual(parsed, [
      { ...common, target: 'b', column: null, status: 'warmup', ...none, label: null },
      { ...common, target: 'c', column: 'cpu', status: 'error', ...none, label: 'bad', ...failed.error },
      {
        ...common,
        target: 'db "one", \n=cmd()',
        column: 'cpu',
        status: 'ok',
        score: 0.1,
        anomaly: true,
        label: 1,
        output: [0.1, 2, 3, 4, 5, 6, 7, 8],
      },
    ]);
  });

  test('CSV: quotes and line breaks survive a CSV parser', () => {
    const text = resultsHeader('csv') + linesOf(THREE, CSV).join('');
    const parsed: unknown = parse(text, { columns: true });
    const common = { minute: '2018-04-30T00:00:00Z', errno: '', errmsg: '' };
    const none = { score: '', anomaly: '', output: '' };
    assert.deepEqual(parsed, [
      { ...common, target: 'b', column: '', status: 'warmup', ...none, label: '' },
      { ...common, target: 'c', column: 'cpu', status: 'error', ...none, label: 'bad', ...failed.error },
      {
        ...common,
        target: 'db "one", \n=cmd()',
        column: 'cpu',
        status: 'ok',
        score: '0.1',
        anomaly: '1',
        label: '1',
        output: '0.1 2 3 4 5 6 7 8',
      },
    ]);
  });

  test('only anomalies, and all output numbers, on request', () => {
    const lines = linesOf(THREE, { ...JSONL, anomaliesOnly: true, fullOutput: true })
      .join('')
      .trim()
      .split('\n');
    assert.equal(lines.length, 1);
    assert.deepEqual((JSON.parse(lines[0] ?? '') as { output: number[] }).output.length, 9);
  });

  test('are those of a plain, slow version, for any rows', () => {
    fc.assert(
      fc.property(blocks, forms, (series, form) => {
        assert.deepEqual(linesOf(series, form), slowLinesOf(series, form));
      }),
      { numRuns: 1000 },
    );
  });
});
