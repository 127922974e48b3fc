import { AiopsError } from '../../core/errors.js';
import type { ExportFormat, ExportInput, Translation } from './export.js';
import { scalarsOf, type JsonKind } from './json-bytes.js';
import { JsonWalker, type JsonVisitor, type Visit } from './json-walker.js';
import { refuseHistogram, seriesLabels } from './labels.js';
import { isObject, own, parseJsonLine } from '../text/json-value.js';
import { SeriesTable } from './series-table.js';

/**
 * What `/api/v1/export` of VictoriaMetrics gives
 * (https://docs.victoriametrics.com/#how-to-export-data-in-json-line-format).
 */
export const VICTORIAMETRICS: ExportFormat = {
  name: 'victoriametrics',
  what: 'an export of VictoriaMetrics',
  evidence: 'it begins like one',
  isBySeries: true,
  needsEnd: true,
  begins: (head) => BEGINNING.test(head) || isSeries(parseJsonLine(head)) || LISTS_FIRST.test(head),
  translate: (input) => new VictoriaMetricsExport(input),
};

/**
 * A line is a series:
 * `{"metric":{"__name__":"up","job":"node"},"values":[0,1],"timestamps":[1549891472010,1549891487724]}`.
 */
const BEGINNING =
  /^\s*\{\s*"metric"\s*:\s*\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\}\s*,\s*"(?:values|timestamps)"\s*:\s*\[/;

/** Other programs may write the keys in another order; of a long line, the beginning is all there is to see. */
const LISTS_FIRST =
  /^\s*\{\s*"(?:values|timestamps)"\s*:\s*\[[^\][{}]*(?:$|\]\s*,\s*"(?:values|timestamps)"\s*:\s*\[[^\][{}]*(?:$|\]\s*,\s*"metric"\s*:)|\]\s*,\s*"metric"\s*:.*"(?:values|timestamps)"\s*:\s*\[[^\][{}]*)$/;

function isSeries(value: unknown): boolean {
  if (!isObject(value)) return false;
  return (
    isObject(own(value, 'metric')) && ['values', 'timestamps'].every((key) => Array.isArray(own(value, key)))
  );
}

const EXPORT = "curl http://…:8428/api/v1/export -d 'match[]=…' -d start=… -d end=…";

class VictoriaMetricsExport implements Translation, JsonVisitor {
  readonly what = VICTORIAMETRICS.what;
  readonly notices = [];
  isAnswer = false;
  readonly #file: string;
  readonly #input: ExportInput;
  readonly #walker: JsonWalker;
  readonly #series: SeriesTable;
  /** Of the line being read. */
  #hasLabels = false;
  #values: Buffer | null = null;
  #times: Buffer | null = null;

  constructor(input: ExportInput) {
    this.#file = input.file;
    this.#input = input;
    this.#walker = new JsonWalker(input.file, this);
    this.#series = new SeriesTable(input, {
      metricLabel: '__name__',
      timeUnit: 'ms',
      mixedHint: () => 'all series need the same labels: export one metric at a time',
      empty: {
        what: 'an export of VictoriaMetrics',
        hint: `check what match[], start and end select: ${EXPORT}`,
      },
    });
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
    if (path === '') return kind === 'object' ? 'enter' : 'foreign';
    if (path === 'metric') return 'take';
    return path === 'values' || path === 'timestamps' ? 'bytes' : 'skip';
  }

  take(path: string, value: unknown): void {
    const labels = path === 'metric' ? seriesLabels(value) : null;
    if (labels === null) throw this.#malformed();
    refuseHistogram(this.#input, labels);
    this.#series.begin(labels);
    this.#hasLabels = true;
  }

  takeBytes(path: string, bytes: Buffer): void {
    if (path === 'values') this.#values = bytes;
    else this.#times = bytes;
  }

  leave(): void {
    const [values, times] = [this.#values, this.#times];
    this.isAnswer = this.#hasLabels || values !== null || times !== null;
    if (!this.isAnswer) return;
    if (!this.#hasLabels || values === null || times === null) throw this.#malformed();
    const series = this.#series;
    const value = scalarsOf(values);
    const time = scalarsOf(times);
    while (time.next()) {
      if (!value.next()) throw this.#malformed();
      series.row(times, time.at, time.end, values, value.at, value.end);
    }
    if (value.next() || time.isBroken || value.isBroken) throw this.#malformed();
    series.endSeries();
    this.#hasLabels = false;
    this.#values = this.#times = null;
  }

  #malformed(): AiopsError {
    return new AiopsError(
      'input_unusable',
      `${this.#file} is no export of VictoriaMetrics: each line needs metric, and as many values as timestamps`,
      { hint: `export it again: ${EXPORT}` },
    );
  }
}
