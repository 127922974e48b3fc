import { plural } from '../../report/format.js';
import { notCounted } from './labels-text.js';
import type { LabelsSummary } from './run-labels.js';
import { asCount, asIs, asRatio, type Figures } from '../../report/html/figures.js';
import { markup, type Content } from '../../report/html/markup.js';
import { tableMarkup } from '../../report/html/parts.js';

/** Targets in the table; timing.json lists more. */
const SHOWN_TARGETS = 20;

/** How well the model told the labels: over all records, and for the targets with the most anomalies. */
export function labelsTable({ perTarget, counts }: LabelsSummary, figures: Figures): Content {
  const shown = perTarget.slice(0, SHOWN_TARGETS);
  const left = notCounted(counts);
  return [
    tableMarkup({
      caption:
        'How well flags and scores tell the labelled records: average precision is of the scores, at any threshold',
      columns: [
        'target',
        'records',
        'anomalies',
        'flagged',
        'precision',
        'recall',
        'F1',
        'avg. precision',
        'best threshold',
        'its F1',
      ],
      rows: [
        row(markup`<strong>all targets</strong>`, 'labels.overall', figures),
        ...shown.map(({ target }, i) => row(target, `labels.perTarget.${i}`, figures)),
      ],
    }),
    markup`<p class="note">The best threshold was chosen after the fact, on these very records.${
      perTarget.length > shown.length
        ? ` ${plural(perTarget.length - shown.length, 'more target')} in timing.json.`
        : ''
    }${left === '' ? '' : ` Records not counted: ${left}.`}</p>\n`,
  ];
}

function row(name: Content, path: string, figures: Figures): Content[] {
  const counts = ['records', 'positives', 'flagged'].map((key) => figures.show(`${path}.${key}`, asCount));
  const shares = ['precision', 'recall', 'f1', 'averagePrecision'].map((key) =>
    figures.show(`${path}.${key}`, asRatio),
  );
  const best = figures.has(`${path}.best`)
    ? [figures.show(`${path}.best.threshold`, asIs), figures.show(`${path}.best.f1`, asRatio)]
    : ['–', '–'];
  return [name, ...counts, ...shares, ...best];
}
