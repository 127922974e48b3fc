import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { joinAnswers } from '#build/core/answers.js';
import { cutMinutes, cutSeries, NO_VERDICT, type Answers, type Block } from '#build/core/block.js';
import { METRICS_FORMATS, metricsFiles, type MetricsForm } from '#build/core/metric-files.js';
import { labelNames } from '#build/core/metric-labels.js';
import { metricLines } from '#build/actor/metric-lines.js';
import { blockOf } from '../support/blocks.js';

const FIRST_MS = Date.UTC(2018, 3, 30);
const LABELS = labelNames(['host']);

const decoder = new TextDecoder();

/** A row of a series: what it scored; null: no record. */
type Scored = { readonly score: number; readonly anomaly: 0 | 1 | 2 } | null;

/** Answers to `[series][minute]`. */
function answered(series: readonly (readonly Scored[])[], targets: readonly string[]): [Block, Answers] {
  const minutes = series[0]?.length ?? 1;
  const present = Uint8Array.from(series.flat(), (row) => Number(row !== null));
  const block = blockOf(targets, { minutes, firstMs: FIRST_MS, columns: targets.map(() => 'cpu'), present });
  const byMinute = Array.from({ length: minutes }, (_, minute) =>
    series.map((rows) => rows[minute] ?? null).filter((row) => row !== null),
  );
  let row = 0;
  const rowOffsets = Uint32Array.from([0, ...byMinute.map(({ length }) => (row += length))]);
  const rows = byMinute.flat();
  const answers = {
    rowOffsets,
    statuses: new Uint8Array(rows.length),
    scores: Float32Array.from(rows, ({ score }) => score),
    anomalies: Uint8Array.from(rows, ({ anomaly }) => anomaly),
    lines: null,
    outputs: null,
  };
  return [block, answers];
}

function textsOf(block: Block, answers: Answers, form: MetricsForm): string[] {
  return metricLines(block, answers, form).map(({ bytes, offsets }) => {
    assert.equal(offsets.length, block.minutesMs.length + 1);
    assert.equal(offsets.at(-1), bytes.length);
    return decoder.decode(bytes);
  });
}

const TWO: readonly (readonly Scored[])[] = [
  [{ score: Math.fround(0.1), anomaly: 1 }, null],
  [
    { score: NaN, anomaly: NO_VERDICT },
    { score: Math.fround(1e-7), anomaly: NO_VERDICT },
  ],
];

test('OpenMetrics has a sample per score and per verdict', () => {
  const [block, answers] = answered(TWO, ['a', 'b\\ "c"\n']);
  assert.deepEqual(textsOf(block, answers, { format: 'openmetrics', labels: LABELS }), [
    'aiops_score{host="a",metric="cpu"} 0.1 1525046400\n' +
      'aiops_score{host="b\\\\ \\"c\\"\\n",metric="cpu"} 1e-7 1525046460\n',
    'aiops_anomaly{host="a",metric="cpu"} 1 1525046400\n',
  ]);
});

test('VictoriaMetrics has a line per score and per verdict', () => {
  const [block, answers] = answered(TWO, ['a', 'b\\ "c"\n']);
  const [text] = textsOf(block, answers, { format: 'victoriametrics', labels: LABELS });
  const lines = (text ?? '').trimEnd().split('\n');
  const labels = { host: 'a', metric: 'cpu' };
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    [
      { metric: { __name__: 'aiops_score', ...labels }, values: [0.1], timestamps: [FIRST_MS] },
      { metric: { __name__: 'aiops_anomaly', ...labels }, values: [1], timestamps: [FIRST_MS] },
      {
        metric: { __name__: 'aiops_score', host: 'b\\ "c"\n', metric: 'cpu' },
        values: [1e-7],
        timestamps: [FIRST_MS + 60_000],
      },
    ],
  );
});

test('a time within a second keeps its fraction', () => {
  const [block, answers] = answered(TWO, ['a', 'b']);
  const half = { ...block, minutesMs: block.minutesMs.map((ms) => ms + 500) };
  const [scores] = textsOf(half, answers, { format: 'openmetrics', labels: LABELS });
  assert.match(scores ?? '', / 1525046400\.5\n/);
});

const scored = fc.option(
  fc.record({
    score: fc.oneof(fc.constant(NaN), fc.float({ noNaN: true, noDefaultInfinity: true })),
    anomaly: fc.constantFrom<0 | 1 | 2>(0, 1, NO_VERDICT),
  }),
);
const scoredSeries = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }))
  .chain(([series, minutes]) =>
    fc.array(fc.array(scored, { minLength: minutes, maxLength: minutes }), {
      minLength: series,
      maxLength: series,
    }),
  );

test('property: every score and verdict is one sample, in order of time', () => {
  fc.assert(
    fc.property(scoredSeries, (series) => {
      const targets = series.map((_, i) => `web-${i}`);
      const [block, answers] = answered(series, targets);
      const texts = textsOf(block, answers, { format: 'openmetrics', labels: LABELS });
      const expected = (['score', 'anomaly'] as const).map((what) =>
        block.minutesMs.flatMap((ms, minute) =>
          series.flatMap((rows, i) => {
            const value = rows[minute]?.[what] ?? NaN;
            const isNone = Number.isNaN(value) || (what === 'anomaly' && value === NO_VERDICT);
            return isNone ? [] : [[targets[i], value === 0 ? 0 : value, ms]];
          }),
        ),
      );
      const found = texts.map((text) =>
        Array.from(
          text.matchAll(/^\w+\{host="(.*)",metric="cpu"\} (\S+) (\S+)$/gm),
          ([, host, value, time]) => [host, Math.fround(Number(value)) + 0, Number(time) * 1000],
        ),
      );
      assert.deepEqual(found, expected);
      assert.equal(texts.join('').split('\n').length - 1, found.flat().length);
    }),
  );
});

test('property: how a block is cut changes no byte', () => {
  const cut = fc.record({ series: scoredSeries, minute: fc.nat(), row: fc.nat() });
  fc.assert(
    fc.property(cut, fc.constantFrom(...METRICS_FORMATS), ({ series, minute, row }, format) => {
      const form = { format, labels: LABELS };
      const [block, answers] = answered(
        series,
        series.map((_, i) => `web-${i}`),
      );
      const minutes = block.minutesMs.length;
      const whole = textsOf(block, answers, form);
      const [atMinute, atSeries] = [minute % (minutes + 1), row % (series.length + 1)];
      const parts = [
        [0, atSeries],
        [atSeries, series.length],
      ].flatMap(([from = 0, until = 0]) =>
        [
          [0, atMinute],
          [atMinute, minutes],
        ].flatMap(([start = 0, end = 0]) => {
          if (from === until || start === end) return [];
          const [, own] = answered(
            series.slice(from, until).map((rows) => rows.slice(start, end)),
            block.targets.slice(from, until),
          );
          const piece = cutMinutes(cutSeries(block, { start: from, end: until }), { start, end });
          return [{ answers: { ...own, metrics: metricLines(piece, own, form) }, firstMinute: start }];
        }),
      );
      const { metrics = [] } = joinAnswers(minutes, parts);
      assert.equal(metrics.length, metricsFiles(format).length);
      assert.deepEqual(
        metrics.map(({ bytes }) => decoder.decode(bytes)),
        whole,
      );
    }),
  );
});
