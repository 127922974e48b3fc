import { AiopsError } from '../../core/errors.js';
import type { Labels } from './series-table.js';

/** The labels of a series, without empty ones, which are as good as none; null: they are no texts. */
export function seriesLabels(value: unknown): Labels | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const entries = Object.entries(value);
  if (entries.some(([, text]) => typeof text !== 'string')) return null;
  return Object.fromEntries(entries.filter(([, text]) => text !== ''));
}

/** Labels that distinguish the buckets of a histogram: of Prometheus, and of VictoriaMetrics. */
const BUCKET_LABELS = ['le', 'vmrange'];

/** @throws AiopsError `input_unusable` for the buckets of a histogram, which only together say something */
export function refuseHistogram(file: string, labels: Labels): void {
  const name = labels['__name__'];
  const isBucket = name === undefined || name.endsWith('_bucket');
  const bucket = BUCKET_LABELS.find((label) => label in labels);
  if (!isBucket || bucket === undefined) return;
  const others = Object.keys(labels).filter((label) => label !== '__name__' && label !== bucket);
  const buckets = `sum by (${[bucket, ...others].join(', ')}) (rate(${name ?? '…'}[5m]))`;
  throw new AiopsError(
    'input_unusable',
    `${file} holds the buckets of a histogram${name === undefined ? '' : `, ${name}`} (label ${bucket})`,
    { hint: `query a quantile of it instead: histogram_quantile(0.9, ${buckets})` },
  );
}
