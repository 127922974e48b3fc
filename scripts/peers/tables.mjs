/** What was measured, as tables. */
import { medianEstimate } from '#dist/core/statistics.js';
import { figures } from '#dist/report/format.js';
import { numberCell, textCell } from '#dist/report/table.js';

import { ratioOf } from './bars.mjs';

function estimateText({ value, low, high }) {
  return `${figures(value)} (${figures(low)}–${figures(high)})`;
}

/** A case: times by arm, and how they stand to this program's with the same number of processes. */
export function caseTable({ arms }) {
  const columns = [
    { key: 'how', title: 'how' },
    { key: 'ms', title: 'ms a minute (95 %)' },
    { key: 'ratio', title: 'to aiops-serve (95 %)' },
  ];
  const rows = [...arms.values()].map((run) => {
    const own = arms.get(run.style === 'per-item' ? 'own per-item' : 'own batched');
    const spent = medianEstimate(run.turnsMs);
    const ratio = ratioOf(run, own);
    return [
      textCell(`${run.style}: ${run.title}`),
      numberCell(spent.value, () => estimateText(spent)),
      numberCell(ratio.value, () => estimateText(ratio)),
    ];
  });
  return { columns, rows };
}

export function barTable(bars) {
  const columns = [
    { key: 'what', title: 'what' },
    { key: 'ratio', title: 'times as fast (95 %)' },
    { key: 'bar', title: 'wanted' },
    { key: 'reached', title: 'reached' },
  ];
  const rows = bars.map(({ what, ratio, bar, kind, reached }) => [
    textCell(what),
    numberCell(ratio.value, () => estimateText(ratio)),
    numberCell(bar, () => `${kind} ${bar}`),
    textCell(reached === null ? '' : reached ? 'yes' : 'no'),
  ]);
  return { columns, rows };
}
