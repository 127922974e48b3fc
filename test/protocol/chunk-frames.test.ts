import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { Block, UntriedRow } from '#build/core/block.js';
import { METRICS_FORMATS } from '#build/core/metric-files.js';
import { labelNames } from '#build/core/metric-labels.js';
import { ProtocolError, type Part } from '#build/protocol/frames.js';
import type { Chunk } from '#build/protocol/messages.js';
import { ParentMessageDecoder, ParentMessageEncoder } from '#build/protocol/parent-frames.js';

import { blockOf } from '../support/blocks.js';
import { chunkOf } from '../support/chunks.js';
import { damage, damaged, decode, frameOf, refusedOrRead } from '../support/messages.js';
import { errorOf } from '../support/refusals.js';

/** Any text, also such as UTF-8 has no bytes for. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('a', 'b', '', '\0', 'ü\n', '\ud83d', '\ude00b'),
);
const metricsForm = fc.record({
  format: fc.constantFrom(...METRICS_FORMATS),
  labels: fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 3 }).map(labelNames),
});
const lineForm = fc.record(
  {
    format: fc.constantFrom('jsonl', 'csv'),
    anomaliesOnly: fc.boolean(),
    fullOutput: fc.boolean(),
    metrics: metricsForm,
  },
  { requiredKeys: ['format', 'anomaliesOnly', 'fullOutput'] },
);
const label = fc.oneof(
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
);

function listOf<T>(one: fc.Arbitrary<T>, length: number): fc.Arbitrary<T[]> {
  return fc.array(one, { minLength: length, maxLength: length });
}

/** Blocks whose numbers fit together, with gaps between minutes. */
const block: fc.Arbitrary<Block> = fc
  .record({
    series: fc.integer({ min: 0, max: 5 }),
    window: fc.integer({ min: 1, max: 4 }),
    width: fc.integer({ min: 1, max: 3 }),
    steps: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }),
    firstMs: fc.integer({ min: -1e9, max: 1e9 }),
    labels: fc.option(fc.array(label, { maxLength: 3 })),
  })
  .chain(({ series, window, width, steps, firstMs, labels }) => {
    const offsets = steps.reduce((all, step) => [...all, all[all.length - 1]! + step], [0]);
    const intervals = window + offsets[offsets.length - 1]!;
    const rows = series * offsets.length;
    const codes = listOf(fc.nat(labels?.length ?? 0), rows);
    return fc.record({
      intervalMs: fc.constant(1000),
      window: fc.constant(window),
      width: fc.constant(width),
      minutesMs: fc.constant(offsets.map((offset) => firstMs + 1000 * offset)),
      intervals: fc.constant(intervals),
      targets: listOf(text, series),
      columns: listOf(fc.option(text), series),
      values: listOf(fc.double(), series * intervals * width).map((all) => Float64Array.from(all)),
      present: listOf(fc.nat(1), rows).map((all) => Uint8Array.from(all)),
      bornAt: fc.constant(new Int32Array(series).fill(-window)),
      seenAt: listOf(fc.integer({ min: -window, max: -1 }), series).map((all) => Int32Array.from(all)),
      labels:
        labels === null
          ? fc.constant(null)
          : codes.map((all) => ({ values: [null, ...labels], codes: Uint32Array.from(all) })),
    });
  });

/** Some of a block's rows, each with an error. */
function untriedOf({ targets, minutesMs }: Block): fc.Arbitrary<UntriedRow[]> {
  const rows = targets.length * minutesMs.length;
  if (rows === 0) return fc.constant([]);
  const row = fc.record({
    row: fc.nat(rows - 1),
    status: fc.constantFrom('error', 'lost', 'quarantined'),
    error: fc.record({ errno: text, errmsg: text }),
  });
  return fc.uniqueArray(row, { maxLength: 4, selector: ({ row: index }) => index }).map((all) =>
    all.map(({ row: index, ...others }): UntriedRow => {
      const minute = index % minutesMs.length;
      return { series: (index - minute) / minutesMs.length, minute, ...others };
    }),
  );
}

const chunk: fc.Arbitrary<Chunk> = block
  .chain((made) =>
    fc.record({
      type: fc.constant('chunk'),
      id: fc.maxSafeNat(),
      style: fc.constantFrom('batched', 'per-item'),
      lines: fc.option(lineForm),
      outputs: fc.boolean(),
      block: fc.constant(made),
      callItems: fc.integer({ min: 1, max: 4096 }),
      untried: untriedOf(made),
    }),
  )
  .map((made) => structuredClone(made)); // fast-check's objects may have no prototype

test('chunks read back the same, one after another over the same conversation', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(chunk, fc.nat(2)), { maxLength: 4 }), (chunks) => {
      const encoder = new ParentMessageEncoder();
      const decoder = new ParentMessageDecoder();
      for (const [one, repeats] of chunks) {
        for (let i = 0; i <= repeats; i++)
          assert.deepEqual(decoder.decode(frameOf(encoder.encode(one))), one);
      }
    }),
  );
});

test('the numbers of a large block are not copied for sending', () => {
  const large = blockOf(['a', 'b'], { minutes: 20_000 });
  const buffers = new ParentMessageEncoder().encode({ ...chunkOf([]), block: large });
  for (const part of [large.values, large.present]) {
    assert.ok(
      buffers.some(({ buffer, byteOffset }) => buffer === part.buffer && byteOffset === part.byteOffset),
    );
  }
});
const part = (name: string, values: Part['values'], shape = [values.length]): Part => ({
  name,
  shape,
  values,
});
const u32 = (name: string, ...numbers: number[]): Part => part(name, Uint32Array.from(numbers));
const i32 = (name: string, ...numbers: number[]): Part => part(name, Int32Array.from(numbers));
const f64 = (name: string, ...numbers: number[]): Part => part(name, Float64Array.from(numbers));
const bytes = (name: string, letters: string): Part => part(name, new Uint8Array(Buffer.from(letters)));
const untriedParts = (numbers: readonly number[], errors = 'xy', lengths = [1, 1]): Part[] => [
  u32('untried', ...numbers),
  bytes('untried.errors', errors),
  u32('untried.errors.bytes', ...lengths),
];
/** The parts of a chunk of two series and two minutes, some of them changed or added. */
function chunkParts(...changes: Part[]): Part[] {
  const parts: Part[] = [
    f64('call', 1, 60_000, 2, 500),
    f64('minutes', 60_000, 180_000),
    bytes('targets', 'ab'),
    u32('targets.bytes', 1, 1),
    u32('targets.index', 0, 1),
    bytes('columns', ''),
    u32('columns.bytes'),
    u32('columns.index', 0xffff_ffff, 0xffff_ffff),
    part('values', Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 4, 1]),
    part('present', Uint8Array.of(1, 1, 0, 1), [2, 2]),
    i32('bornAt', -2, -1),
    i32('seenAt', -2, -1),
  ];
  const kept = parts.map((one) => changes.find(({ name }) => name === one.name) ?? one);
  return [...kept, ...changes.filter((change) => !kept.includes(change))];
}
const chunkFields = { style: 'batched', lines: null, outputs: true };

test('a chunk put together by hand as docs/protocol.md says is understood', () => {
  const message = decode(
    'chunk',
    { ...chunkFields, lines: { format: 'csv', anomaliesOnly: true, fullOutput: false } },
    chunkParts(
      bytes('targets', 'xy'),
      bytes('labels', 'null1"a"'),
      u32('labels.bytes', 4, 1, 3),
      part('labels.codes', Uint32Array.of(1, 0, 0, 2), [2, 2]),
      ...untriedParts([1, 1, 4]),
    ),
  );
  assert.deepEqual(message, {
    type: 'chunk',
    id: 1,
    style: 'batched',
    lines: { format: 'csv', anomaliesOnly: true, fullOutput: false },
    outputs: true,
    block: {
      ...{ intervalMs: 60_000, window: 2, width: 1, minutesMs: [60_000, 180_000], intervals: 4 },
      targets: ['x', 'y'],
      columns: [null, null],
      values: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      present: Uint8Array.of(1, 1, 0, 1),
      bornAt: Int32Array.of(-2, -1),
      seenAt: Int32Array.of(-2, -1),
      labels: { values: [null, 1, 'a'], codes: Uint32Array.of(1, 0, 0, 2) },
    },
    callItems: 500,
    untried: [{ series: 1, minute: 1, status: 'lost', error: { errno: 'x', errmsg: 'y' } }],
  });
});

for (const [what, changes, reason] of [
  ['a fractional id', [f64('call', 1.5, 60_000, 2, 500)], /an id must be a whole number ≥ 0, it is 1.5/],
  ['a window that is no number', [f64('call', 1, 60_000, NaN, 500)], /call must be finite numbers/],
  ['a window of nothing', [f64('call', 1, 60_000, 0, 500)], /a window cannot have 0 intervals/],
  ['a call without items', [f64('call', 1, 60_000, 2, 0)], /a call cannot have 0 items/],
  ['an interval of nothing', [f64('call', 1, 0, 2, 500)], /an interval must be longer than 0 ms/],
  ['no minute', [f64('minutes')], /a block needs a minute/],
  ['a minute that is no number', [f64('minutes', 60_000, NaN)], /minutes must ascend/],
  ['a minute that comes twice', [f64('minutes', 60_000, 60_000)], /minutes must ascend/],
  ['a minute beyond the values', [f64('minutes', 60_000, 240_000)], /not among the 4 intervals/],
  ['values without a shape', [f64('values', 1, 2)], /shape \[series, intervals, width\]/],
  [
    'values of another dtype',
    [part('values', new Float32Array(8), [2, 4, 1])],
    /values must be a Float64Array/,
  ],
  [
    'a record that is neither there nor not',
    [part('present', Uint8Array.of(1, 1, 2, 1))],
    /present must be at most 1/,
  ],
  ['records of other rows', [part('present', Uint8Array.of(1))], /present has 1 values instead of 4/],
  ['a life before the window', [i32('bornAt', -3, -1)], /a life cannot reach from -3 to -2/],
  ['a life that ends before it begins', [i32('seenAt', -2, -2)], /a life cannot reach from -1 to -2/],
  ['a life in the block', [i32('seenAt', 0, -1)], /a life cannot reach from -2 to 0/],
  ['lives of other series', [i32('bornAt', -1)], /bornAt has 1 values instead of 2/],
  ['lives of another dtype', [u32('bornAt', 1, 1)], /bornAt must be a Int32Array/],
  ['targets of other series', [u32('targets.index', 0)], /targets.index has 1 values instead of 2/],
  ['a target that is not there', [u32('targets.index', 0, 2)], /points at text 2/],
  ['a series without a target', [u32('targets.index', 0, 0xffff_ffff)], /a series has no target/],
  ['texts that do not add up', [u32('targets.bytes', 1, 2)], /does not add up to the 2 bytes/],
  [
    'a label beyond the list',
    [bytes('labels', 'null'), u32('labels.bytes', 4), u32('labels.codes', 0, 0, 0, 1)],
    /labels.codes must be at most 0, one is 1/,
  ],
  [
    'a first label',
    [bytes('labels', '1'), u32('labels.bytes', 1), u32('labels.codes', 0, 0, 0, 0)],
    /the first label must be null/,
  ],
  [
    'a label that is a list',
    [bytes('labels', 'null[]'), u32('labels.bytes', 4, 2), u32('labels.codes', 0, 0, 0, 0)],
    /a label must be a number, a text or null/,
  ],
  [
    'a label that is not JSON',
    [bytes('labels', 'null{'), u32('labels.bytes', 4, 1), u32('labels.codes', 0, 0, 0, 0)],
    /a label is not JSON/,
  ],
  ['an untried row beyond the block', untriedParts([2, 0, 4]), /there is no row of series 2 in minute 0/],
  ['an untried row with an answer', untriedParts([1, 1, 0]), /an untried row cannot have status 0/],
  [
    'untried rows without texts',
    untriedParts([1, 1, 4, 0, 0, 4]),
    /2 untried rows need two texts each, not 2/,
  ],
  ['half an untried row', untriedParts([1, 1]), /untried rows need two texts each/],
  [
    'a row that is untried twice',
    untriedParts([1, 1, 4, 1, 1, 5], 'wxyz', [1, 1, 1, 1]),
    /series 1 is untried twice in minute 1/,
  ],
] as const) {
  test(`a chunk is refused for ${what}`, () => {
    assert.throws(() => decode('chunk', chunkFields, chunkParts(...changes)), errorOf(ProtocolError, reason));
  });
}

for (const [what, fields, reason] of [
  ['an unknown style', { style: 'x' }, /style must be one of/],
  ['an unknown form of lines', { lines: { format: 'xml' } }, /chunk.lines: format must be one of jsonl, csv/],
  ['outputs that may be', { outputs: 'maybe' }, /outputs must be true or false/],
] as const) {
  test(`a chunk is refused for ${what}`, () => {
    assert.throws(
      () => decode('chunk', { ...chunkFields, ...fields }, chunkParts()),
      errorOf(ProtocolError, reason),
    );
  });
}

test('a chunk with any bytes changed is refused or understood, and nothing else happens', () => {
  fc.assert(
    fc.property(damage, (changes) => {
      const sent = damaged(new ParentMessageEncoder().encode(chunkOf(['a', 'b'])), changes);
      refusedOrRead(sent, (frame) => new ParentMessageDecoder().decode(frame));
    }),
    { numRuns: 1000 },
  );
});
