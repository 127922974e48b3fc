import { bySetup, caseName, setupText } from './bench-names.js';
import type { BaselineComparison, BenchCase, BenchSummary } from './bench-summary.js';
import { countText, plural, roundDuration } from '../../report/format.js';
import { asCount, asDuration, asTimes, type Figures } from '../../report/html/figures.js';
import { markup, type Content, type Markup } from '../../report/html/markup.js';
import {
  factsMarkup,
  figureMarkup,
  noticesMarkup,
  tableMarkup,
  tilesMarkup,
  type PageSection,
} from '../../report/html/parts.js';
import { backendText, hostText, modelFacts, settingsMarkup } from '../../report/html/facts.js';
import { logScale } from '../../report/charts/scale.js';
import { xyChart, type ChartLine } from '../../report/charts/xy-chart.js';

/** What the benchmark advises, and the figures of each case that say so. */
export function benchResultSection({ advice, cases }: BenchSummary, figures: Figures): PageSection {
  const tiles = cases.flatMap((one, i) => {
    const at = one.arms.findIndex(({ name }) => name === one.winner);
    if (one.kind === 'probe' || at < 0) return [];
    return [
      {
        name: `${caseName(one)}: ${one.winner}`,
        figure: figures.show(`cases.${i}.arms.${at}.medianMs.value`, asDuration),
        note: 'the median minute of the winner',
      },
      {
        name: 'Actors worth having',
        figure: figures.show(`cases.${i}.bestActors`, asCount),
        note: 'more are not faster',
      },
      {
        name: 'Would still fit',
        figure: figures.show(`cases.${i}.arms.${at}.capacityItems`, asCount),
        note: markup`items in a deadline of ${figures.show('deadlineMs', asDuration)}`,
      },
    ];
  });
  const sentences = advice.split('\n').map((sentence) => markup`<p>${sentence}</p>\n`);
  return { id: 'result', title: 'Result', body: [sentences, tilesMarkup(tiles)] };
}

/** How times grow with the items, and from where on actors pay; nothing where all cases have as many items. */
export function itemsSections(summary: BenchSummary, figures: Figures): PageSection[] {
  const groups = [...bySetup(summary.cases).entries()];
  const charts = groups.filter(([, cases]) => cases.length > 1);
  if (charts.length === 0 && summary.breakEven.length === 0) return [];
  const body: Content[] = charts.map(([name, cases]) =>
    figureMarkup(
      `Median time per minute by its items, ${name}; both axes are logarithmic.`,
      itemsChart(name, cases),
    ),
  );
  return [
    {
      id: 'items',
      title: 'Times by items, and from where on actors pay',
      body: [...body, breakEvenTable(summary, figures), costTable(summary, figures)],
    },
  ];
}

function itemsChart(name: string, cases: readonly BenchCase[]): Markup {
  const ordered = [...cases].sort((a, b) => a.items - b.items);
  const names = new Set(ordered.flatMap(({ arms }) => arms.map((arm) => arm.name)));
  const lines: ChartLine[] = [...names]
    .map((arm) => ({ name: arm, points: ordered.flatMap((one) => armPoint(one, arm)) }))
    .filter(({ points }) => points.length > 1);
  const times = lines.flatMap(({ points }) => points.flatMap(({ low, high }) => [low ?? NaN, high ?? NaN]));
  const items = ordered.map((one) => one.items);
  return xyChart(
    `Median time per minute by items, ${name}: ${lines.map((line) => line.name).join(', ')}`,
    { title: 'items', scale: logScale(Math.min(...items), Math.max(...items)), text: countText },
    {
      title: 'time per minute',
      scale: logScale(Math.min(...times), Math.max(...times)),
      text: roundDuration,
    },
    lines,
  );
}

function armPoint({ items, arms }: BenchCase, name: string): ChartLine['points'][number][] {
  const arm = arms.find((one) => one.name === name);
  if (arm === undefined) return [];
  const { value, low, high } = arm.medianMs;
  return [{ x: items, y: value, low, high }];
}

function breakEvenTable({ breakEven }: BenchSummary, figures: Figures): Content {
  if (breakEven.length === 0) return null;
  return tableMarkup({
    caption: 'From how many items on actors are faster than one process with batches',
    columns: ['backend', 'actors', 'pay from, items'],
    rows: breakEven.map(({ backend, batchSize, items }, i) => [
      setupText(backend, batchSize),
      figures.show(`breakEven.${i}.actors`, asCount),
      items === null ? 'at no number' : figures.show(`breakEven.${i}.items`, asCount),
    ]),
  });
}

function costTable({ cases }: BenchSummary, figures: Figures): Content {
  return tableMarkup({
    caption: 'Which cost of an item, in one process, makes actors pay',
    columns: ['case', 'actors worth having', 'pay from, cost of an item'],
    rows: cases.map((one, i) => [
      caseName(one),
      figures.show(`cases.${i}.bestActors`, asCount),
      costText(one, `cases.${i}.breakEvenItemMs`, figures),
    ]),
  });
}

function costText({ breakEvenItemMs }: BenchCase, path: string, figures: Figures): Content {
  if (breakEvenItemMs === null) return 'not measured';
  return breakEvenItemMs === 0 ? 'at any cost' : figures.show(path, asDuration);
}

/** This run against an earlier one. */
export function baselineSection(
  { file, differences, arms }: BaselineComparison,
  figures: Figures,
): PageSection {
  const like =
    differences.length === 0
      ? markup`<p>Machine, versions and settings are those of then.</p>\n`
      : markup`<p><strong>Not like with like:</strong> ${differences.join('; ')}.</p>\n`;
  return {
    id: 'baseline',
    title: `Against ${file}`,
    body: [
      like,
      tableMarkup({
        caption: 'New median over the old one: below 1 is faster',
        columns: ['arm', 'items', 'backend', 'ratio', 'verdict'],
        words: ['backend', 'verdict'],
        rows: arms.map(({ name, items, backend, verdict }, i) => [
          name,
          countText(items),
          backend,
          figures.estimate(`baseline.arms.${i}.ratio`, asTimes),
          verdict,
        ]),
      }),
    ],
  };
}

/** What ran, where, and with which settings. */
export function benchAboutSection(summary: BenchSummary, figures: Figures): PageSection {
  const { cases, host, input, settings } = summary;
  const models = new Map(cases.map(({ model }) => [model.digest, model]));
  const backends = new Set(cases.map(({ backend }) => backendText(backend)));
  const remarks = summary.notices.filter(({ level }) => level === 'info');
  return {
    id: 'about',
    title: 'About this benchmark',
    body: [
      factsMarkup([
        ['minutes', input ?? 'generated'],
        ...[...models.values()].flatMap(modelFacts),
        ...[...backends].map((text): [string, Content] => ['backend', text]),
        ['deadline', figures.show('deadlineMs', asDuration)],
        ['took', figures.show('elapsedMs', asDuration)],
        ['machine', hostText(host)],
        ['cases', plural(cases.length, 'case')],
      ]),
      ...(remarks.length > 0 ? [noticesMarkup(remarks)] : []),
      settingsMarkup(settings),
    ],
  };
}
