/** The results as tables. */
import { medianEstimate } from '#build/core/statistics.js';
import { figures } from '#build/report/format.js';
import { numberCell, textCell } from '#build/report/table.js';

import { estimateText } from '../shared/samples.mjs';
import { ratioOf } from './bars.mjs';

function slowerText({ value, low, high }) {
  return `${estimateText({ value: 1 / value, low: 1 / high, high: 1 / low }, figures)} × slower`;
}

/** A case: times by variant, also relative to this program with the default number of processes. */
export function caseTable({ variants }) {
  const columns = [
    { key: 'how', title: 'how' },
    { key: 'ms', title: 'ms per minute (95 %)' },
    { key: 'ratio', title: 'relative to aiops-serve (95 %)' },
  ];
  const rows = [...variants.values()].map((run) => {
    const own = variants.get(run.style === 'per-item' ? 'own per-item' : 'own batched');
    const spent = medianEstimate(run.turnsMs);
    const ratio = ratioOf(run, own);
    return [
      textCell(`${run.style}: ${run.title}`),
      numberCell(spent.value, () => estimateText(spent, figures)),
      numberCell(ratio.value, () => estimateText(ratio, figures)),
    ];
  });
  return { columns, rows };
}

export function barTable(bars) {
  const columns = [
    { key: 'what', title: 'what' },
    { key: 'ratio', title: 'ratio (95 %)' },
    { key: 'bar', title: 'target' },
    { key: 'reached', title: 'met' },
  ];
  const rows = bars.map(({ what, ratio, bar, kind, reached }) => [
    textCell(what),
    numberCell(ratio.value, () => (ratio.value < 1 ? slowerText(ratio) : estimateText(ratio, figures))),
    numberCell(bar, () => `${kind} ${bar}`),
    textCell(reached === null ? '' : reached ? 'yes' : 'no'),
  ]);
  return { columns, rows };
}
