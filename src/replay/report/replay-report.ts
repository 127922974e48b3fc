import type { ComparisonSummary } from '../../core/comparison.js';
import { markdownReport, textReport, type ReportPart } from '../../report/document.js';
import { factLines } from '../../report/facts.js';
import { figures, percentText, plural } from '../../report/format.js';
import { gateText } from '../../report/gates.js';
import { Place } from '../../report/figures.js';
import { tableCsv } from '../../report/table.js';
import { runFacts } from './summary-facts.js';
import { anomaliesTable, anomalyNotes } from './anomalies.js';
import { labelNotes, labelsTable } from './labels.js';
import { errorNotes, errorsTable, hasErrors } from './errors.js';
import { rejectsTable, remedyLines } from './rejects.js';
import type { RunSummary } from './run-summary.js';
import { minutesNote, timesTable } from './times-table.js';

/** Targets in the table of labels; timing.json has more. */
const SHOWN_TARGETS = 10;
/** Anomalies in their table. */
const SHOWN_EVENTS = 10;

/** The report that ends a replay on a terminal. */
export function replayReport(summary: RunSummary): string {
  return textReport([{ blocks: factLines(runFacts(summary)) }, ...figureParts(summary)]);
}

/** The same as Markdown, without the facts about the run. */
export function replayMarkdown(summary: RunSummary): string {
  return markdownReport(figureParts(summary));
}

/** The times as CSV. */
export function replayCsv(summary: RunSummary): string {
  return tableCsv(timesTable(Place.of(summary)));
}

function figureParts(summary: RunSummary): ReportPart[] {
  const { served, comparison, execution, anomalies, rejects, errors, labels, advice, gates } = summary;
  const gain = comparison === null ? [] : [gainLine(comparison, execution.actors)];
  const note = minutesNote(summary);
  const notes = note === null ? gain : [note, ...gain];
  const labelled =
    labels === null
      ? []
      : [labelsTable(Place.of(labels), SHOWN_TARGETS), ...labelNotes(labels, SHOWN_TARGETS)];
  const flagged =
    anomalies.listed.length === 0
      ? []
      : [anomaliesTable(Place.of(anomalies), SHOWN_EVENTS), ...anomalyNotes(summary, SHOWN_EVENTS)];
  const rejected =
    rejects.length === 0 ? [] : [rejectsTable(Place.of(summary).at('rejects')), ...remedyLines(rejects)];
  const failed =
    errors === undefined || !hasErrors(errors)
      ? []
      : [errorsTable(Place.of(errors, 'errors')), ...errorNotes(errors)];
  return [
    { blocks: flagged },
    { blocks: rejected },
    { blocks: failed },
    { blocks: served === null ? [] : [timesTable(Place.of(summary)), ...notes] },
    { blocks: labelled },
    { blocks: advice.split('\n') },
    { blocks: gates.map((gate) => `--fail-if ${gateText(gate)}`) },
  ];
}

function gainLine({ efficiency, serialFraction }: ComparisonSummary, actors: number): string {
  // Where parallel serving is slower, its overhead exceeds all of the work, and no part of it is serial.
  const serial =
    serialFraction === null || serialFraction > 1 ? '' : `; serial fraction ${figures(serialFraction)}`;
  return `efficiency of ${plural(actors, 'actor')} over sequential, batched: ${percentText(efficiency)}${serial}`;
}
