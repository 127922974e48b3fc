/* The files of a run that grow while it is running: those that every run has, and those of its format. */
import {
  METRICS_FILES,
  metricsFileForm,
  type MetricsFile,
  type MetricsFormat,
} from '../core/metric-files.js';
import { resultsHeader, type ResultsFormat } from '../core/result-lines.js';

const OF_EVERY_RUN = ['results', 'rejects', 'timings'] as const;
type OfEveryRun = (typeof OF_EVERY_RUN)[number];

/** What a growing file holds, as a journal names it. */
export type GrowingKind = OfEveryRun | MetricsFile;

/** What a run writes, as far as it decides which files grow, and how. */
export interface WrittenFormats {
  readonly format: ResultsFormat;
  /** Undefined: no metrics. */
  readonly metrics?: MetricsFormat;
}

/** Something about each growing file of a run. */
export type PerFile<T> = Readonly<Record<OfEveryRun, T>> & Readonly<Partial<Record<MetricsFile, T>>>;

/** Makes it for each of the files of a run with these metrics. */
export function perFile<T>(metrics: readonly MetricsFile[], make: (kind: GrowingKind) => T): PerFile<T> {
  const made = [...OF_EVERY_RUN, ...metrics].map((kind) => [kind, make(kind)] as const);
  return Object.fromEntries(made) as PerFile<T>;
}

/** In the order in which they are written. */
export function entriesOf<T>(files: PerFile<T>): (readonly [GrowingKind, T])[] {
  return [...OF_EVERY_RUN, ...METRICS_FILES].flatMap((kind) => {
    const value = files[kind];
    return value === undefined ? [] : [[kind, value] as const];
  });
}

/** Of a kind that the run has. */
export function ofKind<T>(files: PerFile<T>, kind: GrowingKind): T {
  const value = files[kind];
  if (value === undefined) throw new Error(`this run has no ${kind}`);
  return value;
}

/** The files of metrics among these. */
export function metricsOf(files: PerFile<unknown>): MetricsFile[] {
  return METRICS_FILES.filter((name) => files[name] !== undefined);
}

/** The text before the first line of a file. */
export function headerOf(kind: GrowingKind, format: ResultsFormat): string {
  if (kind === 'results') return resultsHeader(format);
  return isMetrics(kind) ? metricsFileForm(kind).header : '';
}

/** The text behind the last line of a file whose run is complete. */
export function footerOf(kind: GrowingKind): string {
  return isMetrics(kind) ? metricsFileForm(kind).footer : '';
}

function isMetrics(kind: GrowingKind): kind is MetricsFile {
  return METRICS_FILES.some((name) => name === kind);
}
