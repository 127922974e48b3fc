import { join } from 'node:path';

import { partsOfTarget } from '#build/core/target-parts.js';

import { seriesName, type Sample, type Samples } from './databases.js';
import { jsonLines } from './run-files.js';

export interface ResultRow {
  readonly minute: string;
  readonly target: string;
  readonly column: string;
  readonly score: number | null;
  readonly anomaly: boolean | null;
}

const VALUES: Readonly<Record<string, (row: ResultRow) => number | null>> = {
  aiops_score: ({ score }) => score,
  aiops_anomaly: ({ anomaly }) => (anomaly === null ? null : Number(anomaly)),
};

/** What a database must hold of a run's results, by metric. @param names of the parts of a target */
export function expectedSamples(out: string, names: readonly string[]): [metric: string, Samples][] {
  const rows = jsonLines<ResultRow>(join(out, 'results.jsonl'));
  return Object.entries(VALUES).map(([metric, value]) => {
    const series: Record<string, Sample[]> = {};
    for (const row of rows) {
      const sample = value(row);
      if (sample === null) continue;
      const parts = partsOfTarget(row.target);
      const labels = names.flatMap((name, i) => (parts[i] ? [[name, parts[i]] as const] : []));
      const name = seriesName({ ...Object.fromEntries(labels), metric: row.column });
      (series[name] ??= []).push([Date.parse(row.minute), sample]);
    }
    return [metric, series];
  });
}
