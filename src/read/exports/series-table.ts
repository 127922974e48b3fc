import { AiopsError } from '../../core/errors.js';
import { countText } from '../../core/count-text.js';
import { shellWord } from '../../core/shell-word.js';
import type { ReadOptions } from '../options.js';
import { MOST_METRICS, type ExportInput, type ExportTable } from './export.js';
import { SeriesExtents } from './series-extents.js';

/** The labels of a series. */
export type Labels = Readonly<Record<string, string>>;

export interface SeriesRules {
  /** The label that names the metric of a series; null: there is none. */
  readonly metricLabel: string | null;
  /** How times are written. */
  readonly timeUnit: NonNullable<ReadOptions['timeUnit']>;
  /** What to export instead of series with different labels, of which they share these. */
  readonly mixedHint: (shared: readonly string[]) => string;
  /** What an export without a sample is called, and what to do then. */
  readonly empty: { readonly what: string; readonly hint: string };
}

const NEWLINE = 10;
const [PLUS, MINUS, ZERO, NINE] = [0x2b, 0x2d, 0x30, 0x39];
const BLOCK_BYTES = 256 * 1024;

/**
 * Series with their samples as CSV: a row per sample, with its time, the labels that name the target, the metric if a
 * label names it, and its value.
 */
export class SeriesTable {
  table: ExportTable | null = null;
  /** The names of metrics that have a number. */
  readonly metrics = new Set<string>();
  #rows = 0;
  readonly #input: ExportInput;
  readonly #rules: SeriesRules;
  /** Names of the labels that all series have. */
  #labels: readonly string[] = [];
  /** The label that names the metric; null: none does. */
  #metric: string | null = null;
  /** The labels that are columns. */
  #columns: readonly string[] = [];
  readonly #extents: SeriesExtents;
  /** The metric of the series, if no number of it was seen yet. */
  #unseen: string | null = null;
  /** What is between time and value in a row of the series. */
  #middle = Buffer.alloc(0);
  #out = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #outBytes = 0;

  constructor(input: ExportInput, rules: SeriesRules) {
    this.#input = input;
    this.#rules = rules;
    this.#extents = new SeriesExtents(input);
  }

  get found(): string {
    const labels = this.#labels.filter((name) => name !== this.#rules.metricLabel);
    const names = labels.length === 0 ? 'without labels' : `labels ${labels.join(', ')}`;
    const { count } = this.#extents;
    return `${countText(count)} series, ${names}`;
  }

  /** Starts a series. @throws AiopsError `input_unusable` if its labels are not those of the series before it */
  begin(labels: Labels): void {
    const names = Object.keys(labels).sort();
    if (this.table === null) this.#start(names);
    else if (names.join('\n') !== this.#labels.join('\n')) this.#refuseMixed(names);
    const cells = this.#columns.map((name) => csvCell(labels[name] ?? ''));
    this.#middle = Buffer.from(['', ...cells, ''].join(','));
    this.#extents.begin(labels, this.#columns);
    const name = this.#metric === null ? '' : (labels[this.#metric] ?? '');
    const isUnseen = name !== '' && this.metrics.size < MOST_METRICS && !this.metrics.has(name);
    this.#unseen = isUnseen ? name : null;
  }

  /** Takes a sample of the series, as its time and value are written. */
  row(time: Buffer, timeAt: number, timeEnd: number, value: Buffer, valueAt: number, valueEnd: number): void {
    const sizeBytes = timeEnd - timeAt + this.#middle.length + valueEnd - valueAt + 1;
    if (this.#outBytes + sizeBytes > this.#out.length) this.#flush(sizeBytes);
    const out = this.#out;
    let to = this.#outBytes;
    for (let at = timeAt; at < timeEnd; at++) out[to++] = time[at]!;
    const middle = this.#middle;
    for (let at = 0; at < middle.length; at++) out[to++] = middle[at]!;
    for (let at = valueAt; at < valueEnd; at++) out[to++] = value[at]!;
    out[to++] = NEWLINE;
    this.#outBytes = to;
    this.#rows++;
    this.#extents.see(time, timeAt, timeEnd);
    if (this.#unseen !== null && isNumber(value, valueAt)) {
      this.metrics.add(this.#unseen);
      this.#unseen = null;
    }
  }

  /** @throws AiopsError `input_unusable` if another series has the same target at the same times */
  endSeries(): void {
    this.#extents.end();
  }

  /** Emits what is left. @throws AiopsError `input_unusable` if there was no sample */
  end(): void {
    if (this.#rows === 0) {
      const { what, hint } = this.#rules.empty;
      throw new AiopsError('input_unusable', `${this.#input.file} is ${what} without a sample`, { hint });
    }
    this.#flush(0);
  }

  #start(names: readonly string[]): void {
    const { options } = this.#input;
    const { metricLabel, timeUnit } = this.#rules;
    this.#labels = names;
    const own = (name: string): string => options.map[name] ?? name;
    const metric = options.metricColumn ?? (names.includes(metricLabel ?? '') ? metricLabel : null);
    const targets = (options.targetColumns ?? names.filter((name) => name !== metric)).map(own);
    this.#metric = metric;
    this.#refuseMetric(targets);
    const wanted = new Set([...targets, ...(metric === null ? [] : [own(metric)])]);
    this.#columns = names.filter((name) => wanted.has(name));
    const time = freeName('timestamp', names);
    const value = freeName('value', names);
    const header = [time, ...this.#columns, value].map(csvCell).join(',');
    this.#input.emit(Buffer.from(`${header}\n`));
    this.table = {
      format: 'csv',
      defaults: {
        ...{ timeColumn: time, timeUnit, labelColumn: 'none', delimiter: ',', decimal: '.', skipLines: 0 },
        targetColumns: targets.length === 0 ? ['none'] : targets,
        ...(metric === null ? {} : { metricColumn: metric, valueColumn: value }),
      },
    };
    this.#refuseMissing(targets);
  }

  #refuseMetric(targets: readonly string[]): void {
    const metric = this.#metric;
    if (metric === null || !targets.includes(metric)) return;
    const { file, options } = this.#input;
    const others = this.#labels.filter((name) => name !== metric);
    const given = (options.targetColumns ?? []).filter((name) => name !== metric);
    const flag = `--target-column ${shellWord((given.length === 0 ? others : given).join(','))}`;
    throw new AiopsError(
      'input_unusable',
      `the label ${metric} of ${file} names the metric, so --target-column cannot name it`,
      { hint: others.length === 0 ? 'leave out --target-column' : `name others: ${flag}` },
    );
  }

  #refuseMissing(targets: readonly string[]): void {
    const missing = targets.find((name) => !this.#labels.includes(name));
    if (missing === undefined || (missing === 'none' && targets.length === 1)) return;
    const { file } = this.#input;
    throw new AiopsError(
      'input_unusable',
      `the series of ${file} have no label ${missing}, which --target-column names`,
      {
        hint:
          this.#labels.length === 0 ? 'they have no labels' : `their labels are ${this.#labels.join(', ')}`,
      },
    );
  }

  /** Labels that do not name the target may differ. */
  #refuseMixed(names: readonly string[]): void {
    const { file, options } = this.#input;
    if (options.targetColumns !== undefined && this.#columns.every((name) => names.includes(name))) return;
    const [more, fewer] = [
      names.filter((name) => !this.#labels.includes(name)),
      this.#labels.filter((name) => !names.includes(name)),
    ];
    const shared = names.filter((name) => this.#labels.includes(name));
    const differences = [
      ...(more.length === 0 ? [] : [`only later ones have ${more.join(', ')}`]),
      ...(fewer.length === 0 ? [] : [`only earlier ones have ${fewer.join(', ')}`]),
    ];
    throw new AiopsError(
      'input_unusable',
      `the series of ${file} have different labels: ${differences.join(', and ')}`,
      { hint: this.#mixedHint(shared.filter((name) => name !== this.#metric)) },
    );
  }

  #mixedHint(shared: readonly string[]): string {
    const remedy = this.#rules.mixedHint(shared);
    const wanted = shared.filter((name) => this.#columns.includes(name));
    if (wanted.length === 0) return remedy;
    const flag = `--target-column ${shellWord(wanted.join(','))}`;
    return `${remedy}; or, if the labels that all have distinguish the targets, name them alone: ${flag}`;
  }

  #flush(nextBytes: number): void {
    if (this.#outBytes > 0) this.#input.emit(this.#out.subarray(0, this.#outBytes));
    this.#out = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, nextBytes));
    this.#outBytes = 0;
  }
}

/** Whether a number begins at an offset, not a word such as NaN. */
function isNumber(bytes: Buffer, at: number): boolean {
  const first = bytes[at] ?? 0;
  const byte = first === MINUS || first === PLUS ? (bytes[at + 1] ?? 0) : first;
  return byte >= ZERO && byte <= NINE;
}

/** The name with as many `_` behind it as it takes to be no label. */
function freeName(name: string, labels: readonly string[]): string {
  return labels.includes(name) ? freeName(`${name}_`, labels) : name;
}

/** A field of CSV, in quotes if need be. */
export function csvCell(text: string): string {
  return /[",\r\n]|^\s|\s$|^#/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
