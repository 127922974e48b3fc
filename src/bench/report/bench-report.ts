import { partsTable } from '../../report/breakdown.js';
import { markdownReport, textReport, type ReportPart } from '../../report/document.js';
import { figures, plural } from '../../report/format.js';
import { gateText } from '../../report/gates.js';
import { elements, Place } from '../../report/figures.js';
import { tableCsv } from '../../report/table.js';
import { caseName } from './bench-names.js';
import type { BaselineComparison, BenchCase, BenchSummary } from './bench-summary.js';
import { breakEvenTexts } from './break-even.js';
import { allVariantsTable, answersText, baselineTable, variantTable, WINNER_MARK } from './variant-tables.js';

/** The report that ends a benchmark on a terminal. */
export function benchReport(summary: BenchSummary): string {
  return textReport(reportParts(summary));
}

/** The same as Markdown. */
export function benchMarkdown(summary: BenchSummary): string {
  return markdownReport(reportParts(summary));
}

/** Every variant of every case, raw numbers. */
export function benchCsv(summary: Pick<BenchSummary, 'cases'>): string {
  return tableCsv(allVariantsTable(Place.of(summary).at('cases')));
}

function reportParts(summary: BenchSummary): ReportPart[] {
  const run = Place.of(summary);
  const { baseline, advice, gates } = summary;
  return [
    ...elements(run.at('cases')).flatMap(caseParts),
    { blocks: breakEvenTexts(summary) },
    ...(baseline === null ? [] : [baselinePart(baseline)]),
    { blocks: advice.split('\n') },
    { blocks: gates.map((gate) => `--fail-if ${gateText(gate)}`) },
  ];
}

function caseParts(one: Place<BenchCase>): ReportPart[] {
  const { kind, model, backend, rounds, winner } = one.value;
  const probe = kind === 'probe' ? ' (a probe: batched only)' : '';
  const part = {
    heading: `${caseName(one.value)}, ${model.name} ${model.version}, ${plural(rounds, 'round')}${probe}`,
    blocks: [
      variantTable(one),
      `${WINNER_MARK} wins: no other variant is measurably faster`,
      answersText(one.value),
      ...serialTexts(one.value),
      ...(backend.reproducible ? [] : [`last digits on ${backend.name} depend on the number of actors`]),
    ],
  };
  const won = elements(one.at('arms')).find(({ value }) => value.name === winner);
  if (kind === 'probe' || won === undefined) return [part];
  const { actors } = won.value;
  const title = `of an average minute${actors > 1 ? `, over ${actors} actors` : ''}`;
  return [part, { blocks: [partsTable(won.at('breakdownMs'), title)] }];
}

/** Where parallel serving is slower, its overhead exceeds all of the work, and no part of it is serial. */
function serialTexts({ arms, kind }: BenchCase): string[] {
  const fractions = arms.flatMap(({ name, style, serialFraction }) =>
    style === 'batched' && serialFraction !== null && serialFraction <= 1
      ? [`${figures(Math.max(0, serialFraction))} for ${name}`]
      : [],
  );
  if (kind === 'probe' || fractions.length === 0) return [];
  return [`serial fraction (Karp and Flatt): ${fractions.join('; ')}`];
}

function baselinePart(baseline: BaselineComparison): ReportPart {
  const { file, differences, arms } = baseline;
  const like =
    differences.length === 0
      ? 'machine, versions and settings are the same'
      : `not like with like: ${differences.join('; ')}`;
  if (arms.length === 0) return { blocks: [`${file} has nothing in common with this run: ${like}`] };
  return {
    blocks: [
      baselineTable(Place.of(baseline).at('arms')),
      `${file}: ${like}`,
      'two runs differ by more than the rounds of one run do: trust a difference once it shows again',
    ],
  };
}
