import { oneLine } from '../../core/one-line.js';
import type { ModelFacts } from '../../core/types.js';
import type { ComparisonSummary } from '../../core/comparison.js';
import { countText, durationText, figures, plural } from '../../report/format.js';
import { gateText } from '../../report/gates.js';
import { labelLines } from './labels-text.js';
import { backendDetails, modelText } from '../../report/model-text.js';
import { incidentsText, sessionsText } from './run-history.js';
import type { RunSummary } from './run-summary.js';
import { tableLines } from '../../report/table.js';
import { timingTable } from './timing-table.js';

/** The report that ends a replay on a terminal, a pure function of the summary. */
export function terminalReport(summary: RunSummary): string {
  const sections = [
    runLines(summary),
    timingLines(summary),
    labelLines(summary.labels),
    summary.advice.split('\n'),
    summary.gates.map((gate) => `--fail-if ${gateText(gate)}`),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map(oneLine).join('\n'))
    .join('\n\n')}\n`;
}

function runLines(summary: RunSummary): string[] {
  const { counts, model, execution } = summary;
  const servingMs = summary.elapsedMs - summary.comparingMs;
  const incidents = incidentsText(summary.incidents.counts);
  const sessions = sessionsText(summary.sessions);
  return [
    `model    ${modelText(model)}, window ${model.window}`,
    ...model.bundles.map((bundle) => `         with ${modelText(bundle)}`),
    ...(model.outputs.length > 1 ? [`outputs  ${outputsText(model)}`] : []),
    `backend  ${summary.backend.name} (${backendDetails(summary.backend)})`,
    `records  ${countText(counts.records)} = ${countText(counts.accepted)} accepted + ${countText(counts.merged)} merged + ${countText(counts.rejected)} rejected${
      counts.filtered > 0 ? `; ${countText(counts.filtered)} not selected` : ''
    }`,
    `rows     ${countText(counts.rows)} = ${countText(counts.ok)} ok + ${countText(counts.warmup)} warm-up + ${countText(counts.error)} error; ${countText(counts.anomalies)} flagged`,
    ...(incidents === null ? [] : [`actors   ${incidents}`]),
    ...(sessions === null ? [] : [`resumed  ${sessions}`]),
    `served   ${plural(counts.minutes, 'minute')} in ${durationText(servingMs)}` +
      ` (${figures(counts.minutes / (servingMs / 1000))} minutes/s, ${execution.mode}${
        execution.mode === 'parallel' ? `, ${plural(execution.actors, 'actor')}` : ''
      }${execution.pace === null ? '' : `, paced ${figures(execution.pace)} ×`}, started in ${durationText(execution.startMs)})`,
  ];
}

function outputsText({ outputs }: ModelFacts): string {
  return outputs.map(({ name, size }) => `${name} [${size}]`).join(', ');
}

function timingLines(summary: RunSummary): string[] {
  const table = timingTable(summary);
  if (table === null) return [];
  const { comparison, execution } = summary;
  return [...tableLines(table), ...(comparison === null ? [] : [gainLine(comparison, execution.actors)])];
}

function gainLine({ efficiency, serialFraction }: ComparisonSummary, actors: number): string {
  // Where parallel is slower there is no serial part to blame: the overhead exceeds all of the work.
  const serial =
    serialFraction === null || serialFraction > 1 ? '' : `, serial fraction ${figures(serialFraction)}`;
  return `efficiency ${figures(efficiency)} of ${plural(actors, 'actor')} against sequential, batched${serial}`;
}
