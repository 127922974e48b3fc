import { plural } from '../../report/format.js';
import type { BenchSummary } from './bench-summary.js';
import { benchCaseSections } from './bench-case.js';
import { baselineSection, benchAboutSection, benchResultSection, itemsSections } from './bench-sections.js';
import { Figures } from '../../report/html/figures.js';
import { gatesSections } from '../../report/html/gates-section.js';
import { markup } from '../../report/html/markup.js';
import { inputNames, pageHtml } from '../../report/html/page.js';
import { noticesMarkup } from '../../report/html/parts.js';

/** The text of a benchmark's `report.html`; `inputs` are the recordings that it served, none: generated minutes. */
export function benchHtml(summary: BenchSummary, inputs: readonly string[]): string {
  const figures = new Figures(summary);
  const { program, cases, baseline } = summary;
  const warnings = summary.notices.filter(({ level }) => level === 'warning');
  return pageHtml({
    title: `Benchmark of ${inputs.length === 0 ? 'generated minutes' : inputNames(inputs)}`,
    subtitle: `${plural(cases.length, 'case')}: ${cases.map(({ items, backend }) => `${plural(items, 'item')} on ${backend.name}`).join(', ')}`,
    sections: [
      benchResultSection(summary, figures),
      ...gatesSections(summary.gates),
      ...(warnings.length > 0
        ? [{ id: 'warnings', title: 'Worth knowing', body: noticesMarkup(warnings) }]
        : []),
      ...cases.flatMap((one, i) =>
        one.kind === 'full' ? benchCaseSections(one, i, summary.deadlineMs, figures) : [],
      ),
      ...itemsSections(summary, figures),
      ...(baseline === null ? [] : [baselineSection(baseline, figures)]),
      benchAboutSection(summary, figures),
    ],
    plots: null,
    footer: markup`Written by ${program.name} ${program.version}. All figures are those of bench.json.`,
  });
}
