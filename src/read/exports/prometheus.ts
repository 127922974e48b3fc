import { AiopsError, type Notice } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';
import type { ExportFormat, ExportInput, Translation } from './export.js';
import type { JsonKind } from './json-bytes.js';
import { JsonWalker, type JsonVisitor, type Visit } from './json-walker.js';
import { refuseHistogram, seriesLabels } from './labels.js';
import { SamplePairs } from './sample-pairs.js';
import { SeriesTable } from './series-table.js';

const RANGE_QUERY = 'ask for a range: /api/v1/query_range?query=…&start=…&end=…&step=60';

/**
 * Answers of the HTTP API of Prometheus to range queries, which Thanos, Mimir and VictoriaMetrics give as well
 * (https://prometheus.io/docs/prometheus/2.42/querying/api/#range-queries), and what `promtool query range -o json`
 * prints.
 */
export const PROMETHEUS: ExportFormat = {
  name: 'prometheus',
  what: 'an answer of Prometheus, range query',
  evidence: 'it begins like one',
  isBySeries: true,
  needsEnd: true,
  begins: (head) => BEGINNINGS.some((beginning) => beginning.test(head)),
  translate: (input) => new PrometheusAnswer(input),
};

const BEGINNINGS = [
  /^\s*\{\s*"status"\s*:\s*"success"\s*,\s*(?:"isPartial"\s*:\s*\w+\s*,\s*)?"data"\s*:\s*\{\s*"result(?:Type)?"\s*:/,
  /^\s*\{\s*"status"\s*:\s*"error"\s*,\s*"errorType"\s*:/,
  /^\s*\{\s*"data"\s*:\s*\{\s*"result"\s*:\s*\[\s*\{\s*"metric"\s*:/,
  /^\s*\[\s*\{\s*"metric"\s*:\s*\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\}\s*,\s*"values?"\s*:\s*\[/,
];

const TAKEN = new Set(['status', 'errorType', 'error', 'warnings', 'infos', 'data.resultType']);

class PrometheusAnswer implements Translation, JsonVisitor {
  readonly what = 'an answer of Prometheus';
  readonly notices: Notice[] = [];
  isAnswer = false;
  readonly #file: string;
  readonly #input: ExportInput;
  readonly #walker: JsonWalker;
  readonly #series: SeriesTable;
  readonly #pairs: SamplePairs;
  #facts: Record<string, unknown> = {};
  /** Whether the series being read has samples; null: none is being read. */
  #hasSamples = false;
  #hasLabels = false;
  /** Whether an answer of the API was read, not only lists of series as promtool prints them. */
  #hasApiAnswer = false;

  constructor(input: ExportInput) {
    this.#file = input.file;
    this.#input = input;
    this.#walker = new JsonWalker(input.file, this);
    this.#series = new SeriesTable(input, {
      metricLabel: '__name__',
      timeUnit: 's',
      mixedHint: (shared) =>
        `all series need the same labels: query ${shared.length === 0 ? '' : `sum by (${shared.join(', ')}) (…), or `}one metric at a time`,
      empty: {
        what: 'an answer of Prometheus',
        hint: 'check the query and its start, end and step: nothing matched',
      },
    });
    this.#pairs = new SamplePairs(this.#series);
  }

  get table(): Translation['table'] {
    return this.#series.table;
  }

  get found(): string {
    return this.#series.found;
  }

  get metrics(): ReadonlySet<string> {
    return this.#series.metrics;
  }

  push(bytes: Buffer): void {
    this.#walker.push(bytes);
  }

  end(): void {
    this.#walker.end();
    this.#series.end();
  }

  visit(path: string, kind: JsonKind): Visit {
    if (TAKEN.has(path)) return 'take';
    if (path === '') return this.#begin(kind);
    const inList = /^(?:data\.result)?\[\]/.exec(path);
    if (path === 'data' || path === 'data.result' || inList?.[0] === path) {
      if (path === '[]' && kind !== 'object') return 'foreign';
      if (path === 'data.result' && kind === 'list') this.isAnswer = true;
      if (kind !== 'object' && kind !== 'list') {
        if (path === 'data.result[]') throw this.#wrongKind('a scalar');
        return 'skip';
      }
      if (inList !== null) this.#hasLabels = this.#hasSamples = false;
      return 'enter';
    }
    switch (inList === null ? '' : path.slice(inList[0].length)) {
      case '.metric':
        return 'take';
      case '.values':
        this.#hasSamples = true;
        if (!this.#hasLabels) throw this.#malformed('has samples before its labels');
        return this.#pairs.begin();
      case '.value':
        throw this.#wrongKind('a vector, one sample per series');
      case '.histogram':
      case '.histograms':
        throw this.#wrongKind('native histograms', 'query histogram_quantile(0.9, sum by (…) (rate(…[5m])))');
      default:
        return 'skip';
    }
  }

  #begin(kind: JsonKind): Visit {
    if (kind === 'object') this.#hasApiAnswer = true;
    // Without series a list says nothing, but promtool prints it so.
    this.isAnswer = kind === 'list' && !this.#hasApiAnswer;
    return kind === 'object' || kind === 'list' ? 'enter' : 'foreign';
  }

  take(path: string, value: unknown): void {
    if (path.endsWith('].metric')) {
      const labels = seriesLabels(value);
      if (labels === null) throw this.#malformed('has labels that are no texts');
      refuseHistogram(this.#input, labels);
      this.#hasLabels = true;
      this.#series.begin(labels);
      return;
    }
    this.#facts[path] = value;
    if (path === 'data.resultType' && value !== 'matrix') throw this.#wrongKind(`a ${String(value)}`);
    if (path === 'warnings' || path === 'infos') this.#note(path, value);
  }

  takeBytes(): void {}

  leave(path: string): void {
    if (path.endsWith('[]')) {
      if (!this.#hasSamples) {
        const isForeign = path === '[]' && !this.#hasLabels;
        throw (
          (isForeign ? this.#walker.followedBy() : null) ?? this.#malformed('has a series without values')
        );
      }
      this.#series.endSeries();
      this.isAnswer = true;
    }
    const { status, errorType, error } = this.#facts;
    if (path !== '') return;
    this.#facts = {};
    if (status !== 'error' || typeof errorType !== 'string') return;
    throw new AiopsError(
      'input_unusable',
      `${this.#file} is an error of Prometheus: ${oneLine(errorType)}: ${oneLine(String(error))}`,
      { hint: 'change the query accordingly, and save its answer' },
    );
  }

  #note(kind: 'warnings' | 'infos', texts: unknown): void {
    if (!Array.isArray(texts)) return;
    const level = kind === 'warnings' ? 'warning' : 'info';
    for (const text of texts) {
      this.notices.push({ level, text: `${this.#file}: Prometheus says: ${oneLine(String(text))}` });
    }
  }

  #wrongKind(what: string, hint = RANGE_QUERY): AiopsError {
    return new AiopsError(
      'input_unusable',
      `${this.#file} is an answer of Prometheus, but ${what}, not a matrix`,
      {
        hint,
      },
    );
  }

  #malformed(what: string): AiopsError {
    return new AiopsError('input_unusable', `${this.#file} is no answer of Prometheus: it ${what}`, {
      hint: RANGE_QUERY,
    });
  }
}
