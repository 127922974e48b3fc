import { backendFact, machineFact, modelFacts } from '../../report/facts.js';
import { countText, durationText, plural } from '../../report/format.js';
import { elements, figureMarkup, Place } from '../../report/figures.js';
import { markup } from '../../report/html/markup.js';
import { inputNames, pageHtml } from '../../report/html/page.js';
import {
  factsMarkup,
  gatesSections,
  remarksMarkup,
  sentencesMarkup,
  tile,
  tilesMarkup,
  warningsSections,
  type PageSection,
} from '../../report/html/parts.js';
import { tableMarkup } from '../../report/table.js';
import { caseName } from './bench-names.js';
import { caseSections, itemsSections } from './bench-sections.js';
import type { BaselineComparison, BenchSummary } from './bench-summary.js';
import { baselineTable } from './variant-tables.js';

/** The text of a benchmark's `report.html`; `inputs` are the recordings that it served, none: synthetic minutes. */
export function benchHtml(summary: BenchSummary, inputs: readonly string[]): string {
  const run = Place.of(summary);
  const { program, cases, baseline, deadlineMs } = summary;
  const names = cases.map(({ items, backend }) => `${plural(items, 'item')} on ${backend.name}`);
  return pageHtml({
    title: `Benchmark of ${inputs.length === 0 ? 'synthetic minutes' : inputNames(inputs)}`,
    subtitle: `${plural(cases.length, 'case')}: ${names.join(', ')}`,
    sections: [
      resultSection(run),
      ...gatesSections(summary.gates),
      ...warningsSections(summary.notices),
      ...elements(run.at('cases')).flatMap((one, i) =>
        one.value.kind === 'full' ? caseSections(one, `case-${i + 1}`, deadlineMs) : [],
      ),
      ...itemsSections(run),
      ...(baseline === null ? [] : [baselineSection(Place.of(baseline, 'baseline'))]),
      aboutSection(run),
    ],
    plots: null,
    footer: markup`Written by ${program.name} ${program.version}. All figures are those of bench.json.`,
  });
}

/** The advice, and the figures of each case behind it. */
function resultSection(run: Place<BenchSummary>): PageSection {
  const tiles = elements(run.at('cases')).flatMap((one) => {
    const won = elements(one.at('arms')).find(({ value }) => value.name === one.value.winner);
    if (one.value.kind === 'probe' || won === undefined) return [];
    const { name } = won.value;
    return [
      tile(
        `${caseName(one.value)}: ${name}`,
        figureMarkup(won.at('medianMs').at('value'), durationText),
        'the median minute of the winner',
      ),
      tile('Actors worth having', figureMarkup(one.at('bestActors'), countText), 'more are not faster'),
      tile(
        'Would still fit',
        figureMarkup(won.at('capacityItems'), countText),
        markup`items in a deadline of ${figureMarkup(run.at('deadlineMs'), durationText)}`,
      ),
    ];
  });
  return { id: 'result', title: 'Result', body: [sentencesMarkup(run.value.advice), tilesMarkup(tiles)] };
}

/** This run against a previous one. */
function baselineSection(baseline: Place<BaselineComparison>): PageSection {
  const { file, differences } = baseline.value;
  const like =
    differences.length === 0
      ? markup`<p>Machine, versions and settings are the same.</p>\n`
      : markup`<p><strong>Not like with like:</strong> ${differences.join('; ')}.</p>\n`;
  const caption = 'Ratio of the new median to the old one: below 1 is faster';
  return {
    id: 'baseline',
    title: `Against ${file}`,
    body: [like, tableMarkup(caption, baselineTable(baseline.at('arms')))],
  };
}

/** What ran, where, and with which settings. */
function aboutSection(run: Place<BenchSummary>): PageSection {
  const { cases, host, input, settings, notices } = run.value;
  const models = new Map(cases.map(({ model }) => [model.digest, model]));
  const backends = new Map(cases.map(({ backend }) => backendFact(backend)).map((fact) => [fact[1], fact]));
  return {
    id: 'about',
    title: 'About this benchmark',
    body: [
      factsMarkup([
        ['minutes', input ?? 'synthetic'],
        ...[...models.values()].flatMap((model) => modelFacts(model)),
        ...backends.values(),
        ['deadline', figureMarkup(run.at('deadlineMs'), durationText)],
        ['took', figureMarkup(run.at('elapsedMs'), durationText)],
        machineFact(host),
        ['cases', plural(cases.length, 'case')],
      ]),
      remarksMarkup(notices, settings),
    ],
  };
}
