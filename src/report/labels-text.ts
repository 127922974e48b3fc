import { alignedTable, countText, figures, plural } from './format.js';
import type { DetectionFigures, LabelsSummary } from './run-labels.js';

/** Targets in the terminal's table; timing.json lists more. */
const SHOWN_TARGETS = 10;

/** What a terminal shows of labelled records; nothing where there are none. */
export function labelLines(labels: LabelsSummary | null): string[] {
  if (labels === null) return [];
  const shown = labels.perTarget.filter(({ positives }) => positives > 0).slice(0, SHOWN_TARGETS);
  const rows = [
    [
      'labelled',
      'records',
      'anomalies',
      'flagged',
      'precision',
      'recall',
      'F1',
      'average precision',
      'best threshold',
    ],
    ['all targets', ...cells(labels.overall)],
    ...shown.map((one) => [one.target, ...cells(one)]),
  ];
  return [
    ...alignedTable(rows),
    accountText(labels),
    ...listedText(labels, shown.length),
    ...coarseText(labels),
  ];
}

function cells({ records, positives, flagged, best, ...rates }: DetectionFigures): string[] {
  return [
    countText(records),
    countText(positives),
    countText(flagged),
    ...[rates.precision, rates.recall, rates.f1, rates.averagePrecision].map(shareText),
    best === null ? '–' : `${best.threshold} (F1 ${shareText(best.f1)})`,
  ];
}

function shareText(share: number | null): string {
  return share === null ? '–' : share.toFixed(3);
}

function accountText({ counts }: LabelsSummary): string {
  const left = notCounted(counts);
  return `${plural(counts.scored, 'labelled record')} scored${left === '' ? '' : `; not counted: ${left}`}`;
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
