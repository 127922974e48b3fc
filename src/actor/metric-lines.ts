/* Scores and verdicts as lines that monitoring systems import. */
import { NO_VERDICT, type Answers, type Block, type MinuteLines } from '../core/block.js';
import { LineBuffer, RecurringTexts } from '../core/line-buffer.js';
import {
  ANOMALY,
  metricsFileForm,
  metricsFiles,
  SCORE,
  type Gauge,
  type MetricsForm,
  type MetricsFormat,
} from '../core/metric-files.js';
import { metricLabels, type LabelNames, type MetricLabel } from '../core/metric-labels.js';

interface MetricsSyntax {
  /** From the start of a line to the value. */
  readonly head: (metric: string, labels: readonly MetricLabel[]) => string;
  /** From the value to the end of the line. */
  readonly end: (minuteMs: number) => string;
}

/** https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md; times in seconds */
const OPENMETRICS: MetricsSyntax = {
  head: (metric, labels) => {
    const texts = labels.map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, escaped)}"`);
    return `${metric}{${texts.join(',')}} `;
  },
  end: (minuteMs) => ` ${minuteMs / 1000}\n`,
};

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

/** https://docs.victoriametrics.com/#json-line-format; times in milliseconds */
const VICTORIAMETRICS: MetricsSyntax = {
  head: (metric, labels) => {
    const texts = labels.map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`);
    return `{"metric":{"__name__":"${metric}"${texts.join('')}},"values":[`;
  },
  end: (minuteMs) => `],"timestamps":[${minuteMs}]}\n`,
};

const SYNTAX: Readonly<Record<MetricsFormat, MetricsSyntax>> = {
  openmetrics: OPENMETRICS,
  victoriametrics: VICTORIAMETRICS,
};

/** What became of the rows of a block, as far as metrics say it. */
export type ScoredRows = Pick<Answers, 'rowOffsets' | 'scores' | 'anomalies'>;

/**
 * One sample per row and gauge, where the row has a score or a verdict; those of each file of the format, in their
 * order. Every series has at most one sample per minute, and minutes ascend. The bytes depend on the rows only.
 */
export function metricLines(block: Block, rows: ScoredRows, { format, labels }: MetricsForm): MinuteLines[] {
  const syntax = SYNTAX[format];
  const writers = metricsFiles(format).map(
    (file) => new MetricsWriter(block, { labels, syntax, gauges: metricsFileForm(file).gauges }),
  );
  const minutes = block.minutesMs.length;
  const offsets = writers.map(() => new Uint32Array(minutes + 1));
  for (let minute = 0; minute < minutes; minute++) {
    for (const [i, writer] of writers.entries()) offsets[i]![minute + 1] = writer.addMinute(minute, rows);
  }
  return writers.map(({ bytes }, i) => ({ bytes, offsets: offsets[i]! }));
}

/** Room for a line at first. */
const TYPICAL_LINE_BYTES = 128;

class MetricsWriter {
  readonly #block: Block;
  readonly #lines: LineBuffer;
  readonly #scores: GaugeWriter | null;
  readonly #anomalies: GaugeWriter | null;

  constructor(
    block: Block,
    { labels, syntax, gauges }: { labels: LabelNames; syntax: MetricsSyntax; gauges: readonly Gauge[] },
  ) {
    const { targets, minutesMs } = block;
    this.#block = block;
    this.#lines = new LineBuffer(TYPICAL_LINE_BYTES * gauges.length * targets.length * minutesMs.length);
    const writerOf = (gauge: Gauge): GaugeWriter | null =>
      gauges.includes(gauge) ? new GaugeWriter(gauge.name, block, this.#lines, { labels, syntax }) : null;
    this.#scores = writerOf(SCORE);
    this.#anomalies = writerOf(ANOMALY);
  }

  get bytes(): Uint8Array {
    return this.#lines.written;
  }

  /** Adds the samples of a minute; returns where they end. */
  addMinute(minute: number, { rowOffsets, scores, anomalies }: ScoredRows): number {
    const { present, minutesMs, targets } = this.#block;
    let row = rowOffsets[minute]!;
    for (let series = 0; series < targets.length; series++) {
      if (present[series * minutesMs.length + minute] === 0) continue;
      const score = scores[row]!;
      const anomaly = anomalies[row]!;
      if (!Number.isNaN(score)) this.#scores?.add(series, minute, score);
      if (anomaly !== NO_VERDICT) this.#anomalies?.add(series, minute, anomaly);
      row++;
    }
    return this.#lines.length;
  }
}

class GaugeWriter {
  readonly #name: string;
  readonly #block: Block;
  readonly #lines: LineBuffer;
  readonly #labels: LabelNames;
  readonly #syntax: MetricsSyntax;
  /** `[series]` */
  readonly #heads: RecurringTexts;
  /** `[minutes]` */
  readonly #ends: RecurringTexts;

  constructor(
    name: string,
    block: Block,
    lines: LineBuffer,
    { labels, syntax }: { labels: LabelNames; syntax: MetricsSyntax },
  ) {
    this.#name = name;
    this.#block = block;
    this.#lines = lines;
    this.#labels = labels;
    this.#syntax = syntax;
    this.#heads = new RecurringTexts(lines, block.targets.length);
    this.#ends = new RecurringTexts(lines, block.minutesMs.length);
  }

  /** Adds a sample whose value is a finite Float32. */
  add(series: number, minute: number, value: number): void {
    if (!this.#heads.repeat(series)) this.#heads.write(series, this.#headOf(series));
    this.#lines.float32(value);
    if (!this.#ends.repeat(minute))
      this.#ends.write(minute, this.#syntax.end(this.#block.minutesMs[minute]!));
  }

  #headOf(series: number): string {
    const { targets, columns } = this.#block;
    return this.#syntax.head(this.#name, metricLabels(targets[series]!, columns[series]!, this.#labels));
  }
}
