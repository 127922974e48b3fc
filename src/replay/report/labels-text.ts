import { countText, figures, plural, shortened } from '../../report/format.js';
import type { DetectionFigures, LabelsSummary, TargetFigures } from './run-labels.js';
import { numberCell, tableLines, textCell, type Cell, type Table } from '../../report/table.js';

/** Targets in the terminal's table; timing.json lists more. */
const SHOWN_TARGETS = 10;

/** Longer names are cut for people; timing.json has them whole. */
const NAME_COLUMNS = 40;

/** What a terminal shows of labelled records; nothing where there are none. */
export function labelLines(labels: LabelsSummary | null): string[] {
  if (labels === null) return [];
  return [...tableLines(labelTable(labels)), ...labelNotes(labels)];
}

/** Over all records, and for the targets with the most anomalies. */
export function labelTable(labels: LabelsSummary): Table {
  return {
    columns: [
      { key: 'target', title: 'labelled' },
      { key: 'records', title: 'records' },
      { key: 'anomalies', title: 'anomalies' },
      { key: 'flagged', title: 'flagged' },
      { key: 'precision', title: 'precision' },
      { key: 'recall', title: 'recall' },
      { key: 'f1', title: 'F1' },
      { key: 'average_precision', title: 'average precision' },
      { key: 'best_threshold', title: 'best threshold' },
    ],
    rows: [
      [textCell('all targets'), ...cells(labels.overall)],
      ...shownTargets(labels).map((one) => [nameCell(one.target), ...cells(one)]),
    ],
  };
}

/** What to know with that table, a line each. */
export function labelNotes(labels: LabelsSummary): string[] {
  return [accountText(labels), ...listedText(labels, shownTargets(labels).length), ...coarseText(labels)];
}

function shownTargets({ perTarget }: LabelsSummary): TargetFigures[] {
  return perTarget.filter(({ positives }) => positives > 0).slice(0, SHOWN_TARGETS);
}

/** The whole name as data, no more than fits as text. */
function nameCell(name: string): Cell {
  return { value: name, text: shortened(name, NAME_COLUMNS) };
}

function cells({ records, positives, flagged, best, ...rates }: DetectionFigures): Cell[] {
  const shares = [rates.precision, rates.recall, rates.f1, rates.averagePrecision];
  return [
    ...[records, positives, flagged].map((count) => numberCell(count, countText)),
    ...shares.map((share) => ({ value: share, text: shareText(share) })),
    {
      value: best?.threshold ?? null,
      text: best === null ? '–' : `${best.threshold} (F1 ${shareText(best.f1)})`,
    },
  ];
}

function shareText(share: number | null): string {
  return share === null ? '–' : share.toFixed(3);
}

function accountText({ counts }: LabelsSummary): string {
  const { scored, judged } = counts;
  const verdictOnly =
    judged === 0
      ? ''
      : `, ${countText(judged)} with a verdict but no score (not counted in average precision and best threshold)`;
  const left = notCounted(counts);
  return `${plural(scored, 'labelled record')} scored${verdictOnly}${left === '' ? '' : `; not counted: ${left}`}`;
}

/** Which records had no part in the figures, and why; empty where all had. */
export function notCounted(counts: LabelsSummary['counts']): string {
  const left = [
    [counts.warmup, 'in warm-up'],
    [counts.error, 'failed'],
    [counts.unscored, 'without a score'],
    [counts.unusable, 'with a label that is neither 0 nor 1'],
    [counts.unlabelled, 'without a label'],
  ] as const;
  return left
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${countText(count)} ${what}`)
    .join(', ');
}

function listedText(
  { targets, perTarget, meanAveragePrecision, recordsOfOtherTargets }: LabelsSummary,
  shown: number,
): string[] {
  const withAnomalies = perTarget.filter(({ positives }) => positives > 0).length;
  const mean =
    meanAveragePrecision === null
      ? []
      : [`mean average precision of the targets with anomalies ${shareText(meanAveragePrecision)}`];
  const more =
    withAnomalies > shown
      ? [`${plural(withAnomalies - shown, 'more target')} with anomalies in timing.json`]
      : [];
  const others =
    recordsOfOtherTargets === 0
      ? []
      : [
          `${plural(recordsOfOtherTargets, 'record')} of targets after the first ${countText(targets)} count overall only`,
        ];
  const texts = [...mean, ...more, ...others];
  return texts.length === 0 ? [] : [texts.join('; ')];
}

/** How far apart scores must be to be told apart, where there were too many different ones. */
function coarseText({ droppedBits }: LabelsSummary): string[] {
  const kinds = [
    ['overall', droppedBits.overall],
    ['by target', droppedBits.perTarget],
  ] as const;
  const coarse = kinds
    .filter(([, bits]) => bits > 0)
    .map(([kind, bits]) => `${figures(2 ** (bits - 23) * 100)} % ${kind}`);
  return coarse.length === 0
    ? []
    : [
        `rankings take scores as equal that differ by less than ${coarse.join(', ')}: there were too many different ones`,
      ];
}
