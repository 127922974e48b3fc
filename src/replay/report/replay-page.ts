import type { RunCounts } from '../../core/counts.js';
import { breakdownBody } from '../../report/breakdown.js';
import { machineFact } from '../../report/facts.js';
import { countText, durationText, plural, sizeText } from '../../report/format.js';
import { figureMarkup, Place } from '../../report/figures.js';
import { markup, type Content } from '../../report/html/markup.js';
import { inputNames, pageHtml, type PageAssets } from '../../report/html/page.js';
import {
  factsMarkup,
  gatesSections,
  remarksMarkup,
  warningsSections,
  type PageSection,
} from '../../report/html/parts.js';
import type { PlotData } from '../../report/html/plot-data.js';
import { figure, tableMarkup, tableOf, words, type Column } from '../../report/table.js';
import { runFacts } from './summary-facts.js';
import { anomaliesSections } from './anomalies.js';
import { eventsPlot } from './event-lines.js';
import { labelNotes, labelsTable } from './labels.js';
import { minutesPlot, targetsPlot, targetsSection, type ReplayReport } from './page-plots.js';
import { errorsSections } from './errors.js';
import { rejectsSections } from './rejects.js';
import { resultSection, speedupSection, timesSection } from './page-sections.js';
import type { LabelsSummary } from './run-labels.js';
import type { RunSummary } from './run-summary.js';
import { timelineSection } from './timeline.js';

/** Targets in the table of labels; timing.json has more. */
const SHOWN_TARGETS = 20;

/** The text of a replay's `report.html`. */
export function replayHtml(report: ReplayReport, assets: PageAssets): string {
  const { program, input, counts } = report.summary;
  const plots = {
    minutes: minutesPlot(report),
    targets: targetsPlot(report),
    events: eventsPlot(report.summary, report.charts.events),
  };
  return pageHtml({
    title: `Replay of ${inputNames(input.files)}`,
    subtitle:
      input.firstMinute === null
        ? 'no minute'
        : `${plural(counts.minutes, 'minute')}, ${input.firstMinute} to ${input.lastMinute ?? ''}`,
    sections: sections(report, plots),
    plots: Object.values(plots).every((plot) => plot === null) ? null : { data: plots, assets },
    footer: markup`Written by ${program.name} ${program.version}. All figures are those of timing.json; times are UTC. Plots: uPlot, MIT licence (its text is in this file).`,
  });
}

function sections({ summary, charts }: ReplayReport, { minutes, targets, events }: PlotData): PageSection[] {
  const run = Place.of(summary);
  return [
    resultSection(run),
    ...gatesSections(summary.gates),
    ...warningsSections(summary.notices),
    ...anomaliesSections(run, events),
    ...rejectsSections(run.at('rejects')),
    ...(summary.errors === undefined ? [] : errorsSections(Place.of(summary.errors, 'errors'))),
    ...(minutes === null ? [] : [timesSection(run, charts.walls)]),
    ...(summary.comparison === null ? [] : [speedupSection(run, summary.comparison)]),
    ...breakdownSections(run),
    ...timelineSections(summary, charts),
    ...(targets === null ? [] : [targetsSection(targets, charts.targets, labelsMarkup(summary.labels))]),
    recordsSection(run),
    aboutSection(run),
  ];
}

function timelineSections(
  { blocks, minutes }: RunSummary,
  { timelines }: ReplayReport['charts'],
): PageSection[] {
  const chosen = {
    blocks: blocks && timelines.blocks.chosen(blocks.wallMs.p50),
    alone: minutes && timelines.alone.chosen(minutes.wallMs.p50),
  };
  return chosen.blocks === null && chosen.alone === null ? [] : [timelineSection(chosen)];
}

function breakdownSections(run: Place<RunSummary>): PageSection[] {
  const { execution, served } = run.value;
  if (served === null) return [];
  const place = Place.of(served, 'served');
  const body = breakdownBody({
    breakdown: place.at('breakdownMs'),
    note: 'summed over all chunks',
    perActor: place.at('perActor'),
    perActorNote: 'summed over all their chunks',
    of: execution.mode === 'parallel' ? plural(execution.actors, 'actor') : 'one process',
  });
  return [{ id: 'breakdown', title: 'Where the time goes', body }];
}

/** How well flags and scores detected the labelled records. */
export function labelsMarkup(labels: LabelsSummary | null): Content {
  if (labels === null) return null;
  const table = labelsTable(Place.of(labels, 'labels'), SHOWN_TARGETS);
  const caption =
    'How well flags and scores detect the labelled records; average precision is over all thresholds';
  const notes = labelNotes(labels, SHOWN_TARGETS).join('. ');
  return [
    tableMarkup(caption, table),
    markup`<p class="note">The threshold of the best F1 was chosen in hindsight, from these records. ${notes}.</p>\n`,
  ];
}

const RECORDS: readonly (readonly [name: string, count: keyof RunCounts, is: string])[] = [
  ['minutes', 'minutes', 'intervals with a record'],
  ['records', 'records', 'accepted + merged + rejected'],
  ['accepted', 'accepted', ''],
  ['merged', 'merged', 'folded into another one of the same target and interval'],
  ['rejected', 'rejected', ''],
  ['not selected', 'filtered', 'excluded by --targets, --shard, --from or --to'],
  ['result rows', 'rows', 'ok + warm-up + error'],
  ['ok', 'ok', ''],
  ['warm-up', 'warmup', 'the target’s window was not full yet'],
  ['error', 'error', ''],
  ['flagged', 'anomalies', 'rows that the model calls an anomaly'],
];

function recordsSection(run: Place<RunSummary>): PageSection {
  const counts = run.at('counts');
  const columns: readonly Column<(typeof RECORDS)[number]>[] = [
    words('what', 'what', ([name]) => name),
    figure('count', 'count', countText, ([, count]) => counts.at(count)),
    words('meaning', 'meaning', ([, , meaning]) => meaning),
  ];
  const { filtered } = counts.value;
  const shown = RECORDS.filter(([, count]) => count !== 'filtered' || filtered > 0);
  return {
    id: 'records',
    title: 'Records and results',
    body: tableMarkup('Counts', tableOf(columns, shown)),
  };
}

function usageFact(usage: Place<RunSummary['usage']>): readonly [string, Content] {
  const cpu = (of: keyof RunSummary['usage']): Content =>
    figureMarkup(usage.at(of).at('cpuMs'), durationText);
  const memory = (of: keyof RunSummary['usage']): Content =>
    figureMarkup(usage.at(of).at('maxRssBytes'), sizeText);
  return [
    'used',
    markup`${cpu('parent')} of CPU time in the parent, ${cpu('actors')} in actors; memory at most ${memory('parent')} in the parent, ${memory('actors')} in an actor`,
  ];
}

/** What ran, where, and with which settings. */
function aboutSection(run: Place<RunSummary>): PageSection {
  const { host, incidents, notices, settings } = run.value;
  const listed = incidents.listed.map(({ text }) => markup`<li>${text}</li>\n`);
  return {
    id: 'about',
    title: 'About this run',
    body: [
      factsMarkup([
        ...runFacts(run.value).filter(([name]) => name !== 'used'), // here with its figures
        [
          'took',
          markup`${figureMarkup(run.at('elapsedMs'), durationText)}, of which comparing took ${figureMarkup(run.at('comparingMs'), durationText)}; starting actors took ${figureMarkup(run.at('execution').at('startMs'), durationText)}`,
        ],
        usageFact(run.at('usage')),
        machineFact(host),
      ]),
      listed.length > 0 ? markup`<h3>What happened to actors</h3>\n<ul>\n${listed}</ul>\n` : null,
      remarksMarkup(notices, settings),
    ],
  };
}
