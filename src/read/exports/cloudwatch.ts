import { AiopsError, type Notice } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';
import type { ExportFormat, ExportInput, Translation } from './export.js';
import type { JsonKind } from './json-bytes.js';
import { JsonWalker, type JsonVisitor, type Visit } from './json-walker.js';
import { SeriesTable, csvCell } from './series-table.js';

/**
 * Answers of `aws cloudwatch get-metric-data`, one or several pages after another, newest or oldest sample first
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html).
 */
export const CLOUDWATCH: ExportFormat = {
  name: 'cloudwatch',
  what: 'an answer of CloudWatch, get-metric-data',
  evidence: 'it begins like one',
  isBySeries: true,
  needsEnd: true,
  begins: (head) => BEGINNING.test(head),
  translate: (input) => new CloudWatchAnswer(input),
};

const BEGINNING = /^\s*\[?\s*\{\s*(?:"Messages"\s*:\s*\[\s*\]\s*,\s*)?"MetricDataResults"\s*:\s*\[/;

const QUERY =
  'aws cloudwatch get-metric-data --metric-data-queries file://queries.json --start-time … --end-time …';

const REMEDY = 'save all pages of the answer, one after another (--next-token), or query a shorter time';
const REMEDIES: ReadonlyMap<string, string> = new Map([
  [
    'Forbidden',
    'query it with credentials that may read this metric (cloudwatch:GetMetricData, in the account that has it)',
  ],
  [
    'InternalError',
    'CloudWatch failed, so query it again, from the NextToken of the answer on if it has one',
  ],
]);

interface Result {
  Id?: unknown;
  Label?: unknown;
  Timestamps?: unknown;
  Values?: unknown;
  StatusCode?: unknown;
  Messages?: unknown;
}

class CloudWatchAnswer implements Translation, JsonVisitor {
  readonly what = 'an answer of CloudWatch';
  readonly notices: Notice[] = [];
  readonly #file: string;
  readonly #walker: JsonWalker;
  readonly #series: SeriesTable;
  #result: Result = {};
  /** Of each series what CloudWatch said last: later pages complete earlier ones. */
  readonly #status = new Map<string, string>();
  /** Whether the page that is read, and the last one that was, say that there is another one. */
  #hasToken = false;
  #hasMore = false;
  #isList = false;
  /** Of the value at the top: how many pages it has, and how many of them hold results. */
  #pages = 0;
  #pagesWithResults = 0;

  constructor(input: ExportInput) {
    this.#file = input.file;
    this.#walker = new JsonWalker(input.file, this);
    this.#series = new SeriesTable(input, {
      metricLabel: null,
      timeUnit: 'auto',
      mixedHint: () => QUERY,
      empty: { what: 'an answer of CloudWatch', hint: `check queries and times: ${QUERY}` },
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

  get isAnswer(): boolean {
    return this.#pages > 0 && this.#pagesWithResults === this.#pages;
  }

  push(bytes: Buffer): void {
    this.#walker.push(bytes);
  }

  end(): void {
    this.#walker.end();
    const part = [...this.#status].find(([, status]) => status !== 'Complete');
    if (part !== undefined) {
      const [series, status] = part.map((text) => oneLine(text));
      throw this.#refused(
        `${this.#file} ${REMEDIES.has(part[1]) ? 'lacks the samples' : 'holds only a part'} of ${series} (StatusCode ${status})`,
        REMEDIES.get(part[1]) ?? REMEDY,
      );
    }
    if (this.#hasMore)
      throw this.#refused(
        `${this.#file} ends with a NextToken: further pages are missing`,
        'save all pages, one after another',
      );
    this.#series.end();
  }

  visit(path: string, kind: JsonKind): Visit {
    if (path === '') {
      this.#isList = kind === 'list';
      this.#pages = this.#pagesWithResults = 0;
      if (this.#isList) return 'enter';
    }
    if (path === this.#page) {
      this.#pages++;
      return kind === 'object' ? 'enter' : 'foreign';
    }
    const at = path.replace(/^\[\]\.?/, '');
    if (at === 'MetricDataResults') {
      if (kind === 'list') this.#pagesWithResults++;
      return kind === 'list' ? 'enter' : 'skip';
    }
    if (at === 'MetricDataResults[]') return kind === 'object' ? 'enter' : 'take';
    const isField = at.startsWith('MetricDataResults[].') || at === 'NextToken' || at === 'Messages';
    return isField ? 'take' : 'skip';
  }

  take(path: string, value: unknown): void {
    const name = path.slice(path.lastIndexOf('.') + 1);
    if (name === 'NextToken') this.#hasToken = typeof value === 'string' && value !== '';
    else if (path.endsWith('MetricDataResults[]')) throw this.#malformed();
    else if (path.includes('MetricDataResults')) this.#result[name as keyof Result] = value;
    else this.#note(value);
  }

  takeBytes(): void {}

  leave(path: string): void {
    if (path.endsWith('MetricDataResults[]')) this.#takeResult(this.#result);
    this.#result = {};
    if (path !== this.#page) return;
    this.#hasMore = this.#hasToken;
    this.#hasToken = false;
  }

  /** The path of a page. */
  get #page(): string {
    return this.#isList ? '[]' : '';
  }

  #takeResult({ Id, Label, Timestamps, Values, StatusCode = 'Complete', Messages }: Result): void {
    const [times, values] = [Timestamps, Values];
    if (!Array.isArray(times) || !Array.isArray(values) || times.length !== values.length)
      throw this.#malformed();
    if (typeof Id !== 'string') throw this.#malformed();
    const labels = { Id, Label: typeof Label === 'string' && Label !== '' ? Label : Id };
    this.#note(Messages);
    this.#status.set(`${labels.Id} ${labels.Label}`, String(StatusCode));
    this.#series.begin(labels);
    for (let i = 0; i < times.length; i++) {
      const [time, value] = [cell(times[i]), cell(values[i])];
      this.#series.row(time, 0, time.length, value, 0, value.length);
    }
    this.#series.endSeries();
  }

  #note(messages: unknown): void {
    if (!Array.isArray(messages)) return;
    for (const message of messages) {
      const text = `${this.#file}: CloudWatch says: ${oneLine(JSON.stringify(message))}`;
      this.notices.push({ level: 'warning', text });
    }
  }

  #malformed(): AiopsError {
    return this.#refused(
      `${this.#file} is no answer of CloudWatch: each result needs an Id, and as many Values as Timestamps`,
      `query it again: ${QUERY}`,
    );
  }

  #refused(message: string, hint: string): AiopsError {
    return new AiopsError('input_unusable', message, { hint });
  }
}

function cell(value: unknown): Buffer {
  return Buffer.from(csvCell(typeof value === 'string' ? value : JSON.stringify(value)));
}
