import { oneLine } from '../../core/one-line.js';
import { isRealSpeedup } from '../../core/scaling.js';
import { caseName, isOfSetup, setupText } from './bench-names.js';
import type { BaselineComparison, BenchCase, BenchSummary, BreakEven } from './bench-summary.js';
import { allArmsTable, armsTable, baselineTable, breakdownTable, WINNER_MARK } from './bench-tables.js';
import { agrees } from '../../core/comparison.js';
import { countText, durationText, figures, plural, roundedDown } from '../../report/format.js';
import { gateText } from '../../report/gates.js';
import { markdownText } from '../../report/markdown-text.js';
import { tableCsv, tableLines, tableMarkdown, type Table } from '../../report/table.js';

/** The report that ends a benchmark on a terminal, a pure function of the summary. */
export function benchReport(summary: BenchSummary): string {
  return sections(summary, {
    table: (table) => tableLines(table).join('\n'),
    heading: oneLine,
    legend: (text) => `${WINNER_MARK} ${text}`,
    separator: '\n',
    gap: '\n',
  });
}

/** The same as Markdown. */
export function benchMarkdown(summary: BenchSummary): string {
  return sections(summary, {
    table: (table) => tableMarkdown(table).trimEnd(),
    heading: (text) => `### ${markdownText(text)}`,
    // A line that begins with the mark would be an item of a list.
    legend: (text) => `The arm with \`${WINNER_MARK}\` wins: ${text}`,
    separator: '\n\n',
    gap: '',
  });
}

/** A row for every arm of every case, raw numbers. */
export function benchCsv({ cases }: Pick<BenchSummary, 'cases'>): string {
  return tableCsv(allArmsTable(cases));
}

/** How a report is laid out. */
interface Layout {
  readonly table: (table: Table) => string;
  readonly heading: (text: string) => string;
  /** What the winner's mark says. */
  readonly legend: (text: string) => string;
  /** Between the lines of a section. */
  readonly separator: string;
  /** Before a further table of a section. */
  readonly gap: string;
}

function sections(summary: BenchSummary, layout: Layout): string {
  const lines = [
    ...summary.cases.map((one) => caseSection(one, layout)),
    breakEvenLines(summary).join(layout.separator),
    ...(summary.baseline === null ? [] : [baselineSection(summary.baseline, layout)]),
    summary.advice.replaceAll('\n', layout.separator),
    summary.gates.map((gate) => `--fail-if ${gateText(gate)}`).join(layout.separator),
  ];
  return `${lines.filter((section) => section !== '').join('\n\n')}\n`;
}

function caseSection(one: BenchCase, layout: Layout): string {
  const { model, backend, rounds, arms, winner } = one;
  const probe = one.kind === 'probe' ? ' (a probe: batched only)' : '';
  const heading = `${caseName(one)}, ${model.name} ${model.version}, ${plural(rounds, 'round')}${probe}`;
  const won = arms.find(({ name }) => name === winner);
  const lines = [
    layout.heading(heading),
    layout.table(armsTable(one)),
    layout.legend('no other one is faster by more than this measurement can tell'),
    answersLine(one),
    ...serialLine(one),
    ...(reproducible(one) ? [] : [`last digits on ${backend.name} depend on the number of actors`]),
  ];
  if (one.kind === 'full' && won !== undefined) lines.push(layout.gap + layout.table(breakdownTable(won)));
  return lines.join(layout.separator);
}

/** Whether all arms gave the answers of the first one. */
function answersLine({ arms, tolerance }: BenchCase): string {
  const differing = arms.filter(({ answers }) => !agrees(answers, tolerance));
  if (differing.length > 0) return `answers DIFFER: ${differing.map(({ name }) => name).join(', ')}`;
  // Not by the largest difference: 0 and −0 have none, and other bits.
  if (arms.every(({ answers }) => answers.identical)) return 'answers: identical';
  const most = Math.max(...arms.map(({ answers }) => answers.maxDifference));
  return `answers: the same, max difference ${most.toExponential(1)}`;
}

/** Where parallel is slower there is no serial part to blame: the overhead exceeds all of the work. */
function serialLine({ arms, kind }: BenchCase): string[] {
  const fractions = arms.flatMap(({ name, style, serialFraction }) =>
    style === 'batched' && serialFraction !== null && serialFraction <= 1
      ? [`${figures(Math.max(0, serialFraction))} of ${name}`]
      : [],
  );
  if (kind === 'probe' || fractions.length === 0) return [];
  return [`serial fraction (Karp and Flatt): ${fractions.join('; ')}`];
}

function reproducible({ backend }: BenchCase): boolean {
  return backend.reproducible;
}

function breakEvenLines({ cases, breakEven }: BenchSummary): string[] {
  const points = breakEven.map((one) => {
    const { backend, batchSize, actors, items } = one;
    const who = `${setupText(backend, batchSize)}: ${plural(actors, 'actor')}`;
    if (items === null) return `${who} pay at no number of items`;
    if (items <= 1) return `${who} pay at any number of items`;
    const about = countText(roundedDown(items));
    return isUncertain(one, cases)
      ? `${who} break even near ${about} items a minute: too near to what was measured to tell more`
      : `${who} pay from about ${about} items a minute on, by the lines through what was measured`;
  });
  const costs = cases.flatMap((one) => {
    const { breakEvenItemMs, items, kind } = one;
    if (breakEvenItemMs === null || kind === 'probe') return [];
    if (one.bestActors === 1 && breakEvenItemMs <= itemMs(one) / items)
      return [`${caseName(one)}: an item costs about as much as makes more actors than one pay`];
    const cost =
      breakEvenItemMs === 0
        ? 'at any cost of an item'
        : `where an item costs ${durationText(breakEvenItemMs)} or more`;
    return [`${caseName(one)}: more actors than one pay ${cost} (here ${durationText(itemMs(one) / items)})`];
  });
  return [...points, ...costs];
}

/** Whether a break-even says that so many actors pay where a measurement of as many items does not. */
function isUncertain(point: BreakEven, cases: readonly BenchCase[]): boolean {
  const { actors, items } = point;
  return cases.some(
    (one) =>
      isOfSetup(point, one) &&
      one.items >= (items ?? Infinity) &&
      one.bestActors < actors &&
      !one.arms.some((arm) => arm.actors === actors && arm.speedup !== null && isRealSpeedup(arm.speedup)),
  );
}

/** What one process with batches takes for a minute. */
function itemMs({ arms }: BenchCase): number {
  return arms.find(({ mode, style }) => mode === 'sequential' && style === 'batched')?.medianMs.value ?? NaN;
}

function baselineSection(baseline: BaselineComparison, layout: Layout): string {
  const { file, differences } = baseline;
  const like =
    differences.length === 0
      ? 'machine, versions and settings are those of then'
      : `not like with like: ${differences.join('; ')}`;
  if (baseline.arms.length === 0) return `${file} has nothing in common with this run: ${like}`;
  return [
    layout.table(baselineTable(baseline)),
    `${file}: ${like}`,
    'two runs differ by more than rounds of one run do: a difference is real once it shows again',
  ].join(layout.separator);
}
