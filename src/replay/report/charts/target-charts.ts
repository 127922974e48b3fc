import type { Label, MinuteBatch, MinuteRecord, ResultRow } from '../../../core/types.js';
import { TargetSeries } from './target-series.js';

/** Of a record's columns, as many can be drawn. */
const MAX_COLUMNS = 32;
/** Columns over all targets whose values are kept. */
const MAX_SERIES = 384;
/** Targets shown, and the fewest that are kept to choose from. */
const SHOWN_TARGETS = 12;
const MAX_TARGETS = 48;

/** One target's series, and which of its columns is the one to draw. */
export interface ChosenTarget {
  readonly series: TargetSeries;
  /** Index into the recording's columns. */
  readonly column: number;
}

export interface TargetChartsOptions {
  /** The recording's. */
  readonly columns: readonly string[];
  /** The model's: each column an item, or the columns of its one item. */
  readonly modelColumns: 'each' | readonly string[];
}

/**
 * Series of a labelled recording's targets. Nothing is kept before the first label is seen. Of many targets
 * those are kept that came first, until one with a label or a flag takes the place of one without.
 */
export class TargetCharts {
  readonly #options: TargetChartsOptions;
  readonly #keptColumns: number;
  readonly #places: number;
  readonly #series = new Map<string, TargetSeries>();
  #hasLabels = false;
  #allSeen = 0;

  constructor(options: TargetChartsOptions) {
    this.#options = options;
    this.#keptColumns = Math.min(options.columns.length, MAX_COLUMNS);
    const places = Math.floor(MAX_SERIES / Math.max(1, this.#keptColumns));
    this.#places = Math.min(MAX_TARGETS, Math.max(SHOWN_TARGETS, places));
  }

  /** @param rows the minute's, equally many for each record, in the records' order */
  add({ records }: MinuteBatch, rows: readonly ResultRow[]): void {
    this.#hasLabels ||= records.some(({ label }) => label !== null);
    if (!this.#hasLabels) return;
    this.#allSeen = Math.max(this.#allSeen, records.length);
    const perRecord = rows.length / records.length;
    for (const [i, record] of records.entries()) {
      const own = (): readonly ResultRow[] => rows.slice(i * perRecord, (i + 1) * perRecord);
      const series = this.#series.get(record.target) ?? this.#open(record, own);
      if (series === null) continue;
      series.add(record.minuteMs, this.#minuteValues(record), own(), saysAnomaly(record.label));
    }
  }

  /** The most interesting targets: labelled and flagged ones first, then by their largest score. */
  chosen(): ChosenTarget[] {
    const weight = ({ labelled, flagged }: TargetSeries): number =>
      (labelled > 0 ? 2 : 0) + (flagged > 0 ? 1 : 0);
    return [...this.#series.values()]
      .sort((a, b) => weight(b) - weight(a) || b.maxScore - a.maxScore || (a.target < b.target ? -1 : 1))
      .slice(0, SHOWN_TARGETS)
      .map((series) => ({ series, column: this.#columnOf(series) }));
  }

  /** The most targets that a minute had, from the first label on. */
  get targets(): number {
    return this.#allSeen;
  }

  #open(record: MinuteRecord, rows: () => readonly ResultRow[]): TargetSeries | null {
    if (this.#series.size >= this.#places) {
      const isOfInterest = saysAnomaly(record.label) || rows().some(({ anomaly }) => anomaly === true);
      const dull = isOfInterest
        ? [...this.#series.values()].find(({ labelled, flagged }) => labelled + flagged === 0)
        : undefined;
      if (dull === undefined) return null;
      this.#series.delete(dull.target);
    }
    const series = new TargetSeries(record.target, this.#keptColumns);
    this.#series.set(record.target, series);
    return series;
  }

  /** Of a record with a window of its own, the newest row is the minute's. */
  #minuteValues({ values, bringsWindow }: MinuteRecord): Float64Array {
    return bringsWindow ? values.subarray(values.length - this.#options.columns.length) : values;
  }

  /** Under `each` the column with the largest score; otherwise the first that the model sees. */
  #columnOf({ columnScores }: TargetSeries): number {
    const { columns, modelColumns } = this.#options;
    if (modelColumns === 'each') return columnScores.indexOf(Math.max(...columnScores));
    const first = columns.indexOf(modelColumns[0] ?? '');
    return first >= 0 && first < this.#keptColumns ? first : 0;
  }
}

/** As precision and recall count it. */
function saysAnomaly(label: Label): boolean {
  return label === 1;
}
