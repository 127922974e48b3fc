import { AiopsError } from '../../core/errors.js';
import { shellWord } from '../../core/shell-word.js';
import type { ExportInput } from './export.js';

type Labels = Readonly<Record<string, string>>;

interface Extent {
  readonly labels: Labels;
  fromMs: number;
  toMs: number;
}

/**
 * Counts series, and finds those that have the same target and metric at the same times though their labels differ: of
 * each time, only one of them could be read.
 */
export class SeriesExtents {
  readonly #input: ExportInput;
  readonly #seen = new Set<string>();
  /** By target and metric; empty where all labels name those. */
  readonly #byTarget = new Map<string, Extent[]>();
  #labels: Labels = {};
  #columns: readonly string[] = [];
  /** The first and the last time of the series: where they are written. */
  #first = '';
  #last: Buffer = Buffer.alloc(0);
  #lastAt = 0;
  #lastEnd = 0;

  constructor(input: ExportInput) {
    this.#input = input;
  }

  /** How many series there were, each with labels of its own. */
  get count(): number {
    return this.#seen.size;
  }

  begin(labels: Labels, columns: readonly string[]): void {
    this.#seen.add(keyOf(labels, Object.keys(labels).sort()));
    this.#labels = labels;
    this.#columns = columns;
    this.#lastEnd = 0;
  }

  see(time: Buffer, at: number, end: number): void {
    if (this.#lastEnd === 0) this.#first = time.toString('latin1', at, end);
    this.#last = time;
    this.#lastAt = at;
    this.#lastEnd = end;
  }

  /** @throws AiopsError `input_unusable` */
  end(): void {
    const { options } = this.#input;
    const isWhole = Object.keys(this.#labels).every((name) => this.#columns.includes(name));
    if (isWhole || this.#lastEnd === 0 || options.duplicates !== 'reject') return;
    const times = [this.#first, this.#last.toString('latin1', this.#lastAt, this.#lastEnd)].map(timeOf);
    const extent = { labels: this.#labels, fromMs: Math.min(...times), toMs: Math.max(...times) };
    const key = keyOf(this.#labels, this.#columns);
    const others = this.#byTarget.get(key) ?? [];
    this.#byTarget.set(key, others);
    const other = others.find(({ fromMs, toMs }) => fromMs <= extent.toMs && extent.fromMs <= toMs);
    if (other !== undefined && differences(other.labels, extent.labels).length > 0)
      throw this.#sameTarget(other.labels, extent.labels);
    others.push(extent);
  }

  #sameTarget(one: Labels, other: Labels): AiopsError {
    const { file, options } = this.#input;
    const names = differences(one, other);
    const targets = (options.targetColumns ?? []).filter((name) => name !== 'none');
    const shown = (labels: Labels): string =>
      `{${names.map((name) => `${name}=${JSON.stringify(labels[name] ?? '')}`).join(', ')}}`;
    const columns = shellWord([...targets, ...names].join(','));
    const query = targets.length === 0 ? 'sum(…)' : `sum by (${targets.join(', ')}) (…)`;
    return new AiopsError(
      'input_unusable',
      `two series of ${file} have the same target at the same times: only ${names.join(' and ')} ${names.length === 1 ? 'distinguishes' : 'distinguish'} them, ${shown(one)} and ${shown(other)}`,
      {
        hint: `give --target-column ${columns}, or query one series per target (${query}), or merge them with --duplicates mean`,
      },
    );
  }
}

function keyOf(labels: Labels, names: readonly string[]): string {
  return JSON.stringify(names.map((name) => [name, labels[name] ?? '']));
}

function differences(one: Labels, other: Labels): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => one[name] !== other[name]).sort();
}

/** Seconds or milliseconds of numbers, milliseconds of dates: they are compared with others of their kind alone. */
function timeOf(text: string): number {
  const number = Number(text);
  return Number.isNaN(number) ? Date.parse(text) : number;
}
