import { countText, figures, plural, shortened } from '../../report/format.js';
import { markup } from '../../report/html/markup.js';
import { elements, type Place } from '../../report/figures.js';
import { figure, tableOf, textCell, type Column, type Table } from '../../report/table.js';
import type { DetectionFigures } from './label-account.js';
import type { LabelsSummary } from './run-labels.js';

/** Longer names are cut on a terminal and in Markdown. */
const NAME_LENGTH = 40;

interface Row {
  /** Null: all of them. */
  readonly target: string | null;
  readonly of: Place<DetectionFigures>;
}

const COLUMNS: readonly Column<Row>[] = [
  {
    title: 'labelled',
    key: 'target',
    isWords: true,
    cell: ({ target }) =>
      target === null
        ? textCell('all targets', markup`<strong>all targets</strong>`)
        : textCell(shortened(target, NAME_LENGTH), target),
  },
  figure('records', 'records', countText, ({ of }) => of.at('records')),
  figure('anomalies', 'anomalies', countText, ({ of }) => of.at('positives')),
  figure('flagged', 'flagged', countText, ({ of }) => of.at('flagged')),
  figure('precision', 'precision', figures, ({ of }) => of.at('precision')),
  figure('recall', 'recall', figures, ({ of }) => of.at('recall')),
  figure('F1', 'f1', figures, ({ of }) => of.at('f1')),
  figure('avg. precision', 'average_precision', figures, ({ of }) => of.at('averagePrecision')),
  figure('best F1', 'best_f1', figures, ({ of }) => of.at('best').at('f1')),
  // People copy it into a model, where a digit less would be another threshold.
  figure('threshold', 'best_threshold', String, ({ of }) => of.at('best').at('threshold')),
];

/** How well the model detected the labelled anomalies: over all records, and for `most` targets with anomalies. */
export function labelsTable(labels: Place<LabelsSummary>, most: number): Table {
  const targets = elements(labels.at('perTarget'))
    .filter(({ value }) => value.positives > 0)
    .slice(0, most)
    .map((of) => ({ target: of.value.target, of }));
  return tableOf(COLUMNS, [{ target: null, of: labels.at('overall') }, ...targets]);
}

/** What to know about that table, a line each. */
export function labelNotes(labels: LabelsSummary, most: number): string[] {
  return [accountText(labels), ...listedText(labels, most), ...coarseText(labels)];
}

function accountText({ counts }: LabelsSummary): string {
  const { scored, judged } = counts;
  const verdictOnly =
    judged === 0
      ? ''
      : `, ${countText(judged)} with a verdict but no score (not counted in average precision and best threshold)`;
  const ignored = notCounted(counts);
  return `${plural(scored, 'labelled record')} scored${verdictOnly}${ignored === '' ? '' : `; not counted: ${ignored}`}`;
}

function notCounted(counts: LabelsSummary['counts']): string {
  const reasons = [
    [counts.warmup, 'in warm-up'],
    [counts.error, 'failed'],
    [counts.unscored, 'without a score'],
    [counts.unusable, 'with a label that is neither 0 nor 1'],
    [counts.unlabelled, 'without a label'],
  ] as const;
  return reasons
    .filter(([count]) => count > 0)
    .map(([count, reason]) => `${countText(count)} ${reason}`)
    .join(', ');
}

function listedText(labels: LabelsSummary, most: number): string[] {
  const { targets, perTarget, meanAveragePrecision, recordsOfOtherTargets } = labels;
  const texts: string[] = [];
  if (meanAveragePrecision !== null) {
    texts.push(
      `the mean of the average precisions of the targets with anomalies is ${figures(meanAveragePrecision)}`,
    );
  }
  const more = perTarget.filter(({ positives }) => positives > 0).length - most;
  if (more > 0) texts.push(`timing.json has ${plural(more, 'more target')} with anomalies`);
  if (recordsOfOtherTargets > 0) {
    texts.push(
      `${plural(recordsOfOtherTargets, 'record')} of targets after the first ${countText(targets)} by name count overall only`,
    );
  }
  return texts.length === 0 ? [] : [texts.join('; ')];
}

/** How far apart scores must be to be distinguished, where there were too many different ones. */
function coarseText({ droppedBits }: LabelsSummary): string[] {
  const kinds = [
    ['overall', droppedBits.overall],
    ['by target', droppedBits.perTarget],
  ] as const;
  const coarse = kinds
    .filter(([, bits]) => bits > 0)
    .map(([kind, bits]) => `${figures(2 ** (bits - 23) * 100)} % ${kind}`);
  if (coarse.length === 0) return [];
  return [
    `rankings treat scores as equal that differ by less than ${coarse.join(', ')}: there were too many different ones`,
  ];
}
