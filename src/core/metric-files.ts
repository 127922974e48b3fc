/* The files with metrics that a run writes besides its results. */
import type { LabelNames } from './metric-labels.js';

/** What a monitoring system imports. */
export type MetricsFormat = 'openmetrics' | 'victoriametrics';

/** The form of the metrics of a run. */
export interface MetricsForm {
  readonly format: MetricsFormat;
  readonly labels: LabelNames;
}

/** A metric with a value per series and interval. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
}

export const SCORE: Gauge = { name: 'aiops_score', help: 'Anomaly score of an interval, at its start.' };
export const ANOMALY: Gauge = {
  name: 'aiops_anomaly',
  help: 'Whether the anomaly score of an interval is over the threshold (1) or not (0).',
};

export type MetricsFile = 'aiops_score.om' | 'aiops_anomaly.om' | 'aiops_metrics.vm.jsonl';

interface MetricsFileForm {
  readonly gauges: readonly Gauge[];
  /** The text before the first line. */
  readonly header: string;
  /** The text behind the last line of a complete run: importers refuse a file that lacks it. */
  readonly footer: string;
}

const FILES: Readonly<Record<MetricsFile, MetricsFileForm>> = {
  'aiops_score.om': openMetricsFile(SCORE),
  'aiops_anomaly.om': openMetricsFile(ANOMALY),
  'aiops_metrics.vm.jsonl': { gauges: [SCORE, ANOMALY], header: '', footer: '' },
};

function openMetricsFile(gauge: Gauge): MetricsFileForm {
  const { name, help } = gauge;
  return { gauges: [gauge], header: `# TYPE ${name} gauge\n# HELP ${name} ${help}\n`, footer: '# EOF\n' };
}

const FILES_OF: Readonly<Record<MetricsFormat, readonly MetricsFile[]>> = {
  openmetrics: ['aiops_score.om', 'aiops_anomaly.om'],
  victoriametrics: ['aiops_metrics.vm.jsonl'],
};

export const METRICS_FORMATS = Object.keys(FILES_OF) as readonly MetricsFormat[];
export const METRICS_FILES = Object.values(FILES_OF).flat();

/** The files of a format; undefined: none. */
export function metricsFiles(format: MetricsFormat | undefined): readonly MetricsFile[] {
  return format === undefined ? [] : FILES_OF[format];
}

export function metricsFileForm(file: MetricsFile): MetricsFileForm {
  return FILES[file];
}
