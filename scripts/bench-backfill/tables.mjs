/** The results of `npm run bench:backfill` as tables. */
import { median, medianEstimate } from '#build/core/statistics.js';
import { figures } from '#build/report/format.js';
import { numberCell, textCell } from '#build/report/table.js';

import { estimateText } from '../shared/samples.mjs';
import { ratioOf } from './bars.mjs';

/** One round has no interval. */
function estimateCell(estimate, format = figures) {
  const { value, low, high } = estimate;
  return numberCell(value, () => (low === high ? format(value) : estimateText(estimate, format)));
}

const seconds = (ms) => figures(ms / 1000);
const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(0);

/** A recording: each command's time and processor time, also relative to the script, and its memory. */
export function recordingTable({ runs }) {
  const columns = [
    { key: 'command', title: 'command', isWords: true },
    { key: 'time', title: 'time, s (95 %)' },
    { key: 'ratio', title: 'relative to the script (95 %)' },
    { key: 'inner', title: 'without start-up, s' },
    { key: 'cpu', title: 'CPU, s' },
    { key: 'cpu_ratio', title: 'relative to the script’s' },
    { key: 'memory', title: 'peak memory, MiB' },
    { key: 'children', title: 'children’s, MiB' },
  ];
  const rows = [...runs.values()].map((run) => {
    const script = runs.get('script');
    const children = median(run.childrenRssBytes);
    return [
      textCell(run.title),
      estimateCell(medianEstimate(run.wallMs), seconds),
      estimateCell(ratioOf(run, script, 'wallMs')),
      run.innerMs[0] === null ? textCell('') : numberCell(median(run.innerMs), seconds),
      numberCell(median(run.cpuMs), seconds),
      numberCell(ratioOf(run, script, 'cpuMs').value, figures),
      numberCell(median(run.rssBytes), mebibytes),
      children === 0 ? textCell('') : numberCell(children, mebibytes),
    ];
  });
  return { columns, rows };
}

/** Where the time of the script and of the floor went, µs per row of the results. */
export function partsTable({ runs, rows: resultRows }) {
  const measured = [...runs.values()].filter(({ parts }) => Object.keys(parts[0]).length > 0);
  const names = [...new Set(measured.flatMap(({ parts }) => Object.keys(parts[0])))];
  const columns = [
    { key: 'what', title: 'µs per row', isWords: true },
    ...names.map((name) => ({ key: name, title: name })),
  ];
  const rows = measured.map(({ title, parts }) => [
    textCell(title),
    ...names.map((name) => {
      if (parts[0][name] === undefined) return textCell('');
      const ms = median(parts.map((one) => one[name]));
      return numberCell((1000 * ms) / resultRows, figures);
    }),
  ]);
  return { columns, rows };
}

export function barTable(bars) {
  const columns = [
    { key: 'recording', title: 'recording', isWords: true },
    { key: 'what', title: 'what', isWords: true },
    { key: 'ratio', title: 'measured (95 %)' },
    { key: 'target', title: 'target' },
    { key: 'met', title: 'met' },
  ];
  const rows = bars.map(({ recording, what, ratio, target, met }) => [
    textCell(recording),
    textCell(what),
    estimateCell(ratio),
    textCell(target),
    textCell(met === null ? '' : met ? 'yes' : 'no'),
  ]);
  return { columns, rows };
}
