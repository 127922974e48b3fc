import { AiopsError } from '../../core/errors.js';
import { shellWord } from '../../core/shell-word.js';
import type { ExportInput } from './export.js';
import { givenLabels } from './mixed-labels.js';
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

/**
 * `--target-column` may name the label of the buckets, to read each one as a target.
 *
 * @throws AiopsError `input_unusable` for the buckets of a histogram, which only together say something
 */
export function refuseHistogram(
  { file, options }: Pick<ExportInput, 'file' | 'options'>,
  labels: Labels,
): void {
  const bucket = BUCKET_LABELS.find((label) => label in labels);
  if (bucket === undefined || givenLabels(options)?.includes(bucket) === true) return;
  const name = labels['__name__'];
  const others = Object.keys(labels).filter((label) => label !== '__name__' && label !== bucket);
  // Rules that record a rate have colons in their names.
  const rate = name?.includes(':') === true ? name : `rate(${name ?? '…'}[5m])`;
  const buckets = `sum by (${[bucket, ...others].join(', ')}) (${rate})`;
  const flag = `--target-column ${shellWord([bucket, ...others].join(','))}`;
  throw new AiopsError(
    'input_unusable',
    `${file} holds the buckets of a histogram${name === undefined ? '' : `, ${name}`} (label ${bucket})`,
    {
      hint: `query a quantile of it instead: histogram_quantile(0.9, ${buckets}); or read each bucket as a target: ${flag}`,
    },
  );
}
