import type { Distribution } from '../../core/statistics.js';
import { agreementText, armName } from '../../report/comparison-text.js';
import { ARMS, type Arm, type ComparisonSummary } from '../../core/comparison.js';
import { countText, durationText, figures } from '../../report/format.js';
import { gateText } from '../../report/gates.js';
import { labelNotes, labelTable } from './labels-text.js';
import type { RunSummary } from './run-summary.js';
import type { MinutesSummary } from '../../measure/run-timings.js';
import {
  numberCell,
  tableCsv,
  tableMarkdown,
  textCell,
  type Cell,
  type Column,
  type Table,
} from '../../report/table.js';

type TimedRun = Pick<RunSummary, 'comparison' | 'minutes' | 'execution'>;

const TIME_COLUMNS: readonly Column[] = [
  { key: 'arm', title: 'time per minute' },
  { key: 'minutes', title: 'minutes' },
  { key: 'p50_ms', title: 'p50' },
  { key: 'p95_ms', title: 'p95' },
  { key: 'max_ms', title: 'max' },
];

/** The times of a run's minutes, of each way to serve where it compared them; null where no minute had an item. */
export function timingTable({ comparison, minutes, execution }: TimedRun): Table | null {
  const scheduled = scheduleRows(minutes);
  if (comparison !== null) {
    const compared = comparisonTable(comparison, execution.actors);
    const blank: Cell = { value: null, text: '' };
    return { ...compared, rows: [...compared.rows, ...scheduled.map((row) => [...row, blank, blank])] };
  }
  if (minutes === null) return null;
  return {
    columns: TIME_COLUMNS,
    rows: [[textCell(execution.mode), ...timeCells(minutes.served, minutes.wallMs)], ...scheduled],
  };
}

/** As CSV, numbers as they are. */
export function timingCsv(run: TimedRun): string {
  return tableCsv(timingTable(run) ?? { columns: TIME_COLUMNS, rows: [] });
}

/** As Markdown, with how labels were told, the advice and the gates. */
export function timingMarkdown(run: TimedRun & Pick<RunSummary, 'advice' | 'labels' | 'gates'>): string {
  const times = timingTable(run);
  const { advice, labels, gates } = run;
  const paragraphs = [
    ...(times === null ? [] : [tableMarkdown(times)]),
    ...(labels === null ? [] : [tableMarkdown(labelTable(labels)), ...labelNotes(labels)]),
    ...advice.split('\n'),
    ...gates.map((gate) => `--fail-if ${gateText(gate)}`),
  ];
  return `${paragraphs.map((paragraph) => paragraph.trimEnd()).join('\n\n')}\n`;
}

/** How a paced run kept to its schedule. */
function scheduleRows(minutes: MinutesSummary | null): Cell[][] {
  const scheduled = minutes?.scheduled ?? null;
  if (minutes === null || scheduled === null) return [];
  const { latenessMs, responseMs } = scheduled;
  return [
    [textCell('schedule to start'), ...timeCells(minutes.served, latenessMs)],
    [textCell('schedule to answers'), ...timeCells(minutes.served, responseMs)],
  ];
}

function comparisonTable(comparison: ComparisonSummary, actors: number): Table {
  return {
    columns: [
      ...TIME_COLUMNS,
      { key: 'speedup', title: 'parallel is' },
      { key: 'answers', title: 'answers' },
    ],
    rows: ARMS.map((arm) => [
      textCell(armName(arm, actors)),
      ...timeCells(comparison.minutes, comparison.wallMs[arm]),
      speedupCell(comparison, arm),
      textCell(agreementText(comparison.answers[arm], comparison.tolerance)),
    ]),
  };
}

function timeCells(minutes: number, wallMs: Distribution): Cell[] {
  const times = [wallMs.p50, wallMs.p95, wallMs.max].map((ms) => numberCell(ms, durationText));
  return [numberCell(minutes, countText), ...times];
}

function speedupCell(comparison: ComparisonSummary, arm: Arm): Cell {
  if (arm === 'parallel') return { value: null, text: '' };
  const { value, low, high } = comparison.speedup[arm];
  return { value, text: `${figures(value)} × as fast (${figures(low)}–${figures(high)})` };
}
