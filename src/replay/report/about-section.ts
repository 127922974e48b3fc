import { incidentsText, sessionsText } from './run-history.js';
import { type Markup, type Content, markup } from '../../report/html/markup.js';
import { asDuration, type Figures, asCount, asMegabytes } from '../../report/html/figures.js';
import { hostText, settingsMarkup, modelFacts, backendText } from '../../report/html/facts.js';
import { type RunSummary } from './run-summary.js';
import { type PageSection, noticesMarkup, tableMarkup, factsMarkup } from '../../report/html/parts.js';
import { formatDuration } from '../../core/time.js';
import { type Incident } from '../../core/incidents.js';
import { plural } from '../../report/format.js';

/** What became of every record and every row. */
export function recordsSection({ counts }: RunSummary, figures: Figures): PageSection {
  const row = (name: string, key: string, words: string): Content[] => [
    name,
    figures.show(`counts.${key}`, asCount),
    words,
  ];
  return {
    id: 'records',
    title: 'Records and results',
    body: tableMarkup({
      caption: 'Counts',
      columns: ['what', 'count', 'is'],
      words: ['is'],
      rows: [
        row('minutes', 'minutes', 'intervals with a record'),
        row('records', 'records', 'accepted + merged + rejected'),
        row('accepted', 'accepted', ''),
        row('merged', 'merged', 'folded into another one of the same target and interval'),
        row('rejected', 'rejected', counts.rejected > 0 ? 'rejects.jsonl says why' : ''),
        ...(counts.filtered > 0
          ? [row('not selected', 'filtered', 'left out by --targets, --shard, --from or --to')]
          : []),
        row('result rows', 'rows', 'ok + warm-up + error'),
        row('ok', 'ok', ''),
        row('warm-up', 'warmup', 'the target’s window was not full yet'),
        row('error', 'error', ''),
        row('flagged', 'anomalies', 'rows that the model calls an anomaly'),
      ],
    }),
  };
}

/** What ran, where, and with which settings. */
export function aboutSection(summary: RunSummary, figures: Figures): PageSection {
  const { input, model, backend, execution, host, settings } = summary;
  const remarks = summary.notices.filter(({ level }) => level === 'info');
  return {
    id: 'about',
    title: 'About this run',
    body: [
      factsMarkup([
        ['input', `${input.files.join(', ')} (${input.layout})`],
        ['columns', input.columns.join(', ')],
        ['interval', `${formatDuration(input.intervalMs)} (${input.intervalSource})`],
        ...modelFacts(model),
        ['backend', backendText(backend)],
        ['served', servedText(execution)],
        ...optionalFact('actors', incidentsText(summary.incidents.counts)),
        ...optionalFact('resumed', sessionsText(summary.sessions)),
        [
          'took',
          markup`${figures.show('elapsedMs', asDuration)}, of which ${figures.show('comparingMs', asDuration)} were spent on comparing; actors started in ${figures.show('execution.startMs', asDuration)}`,
        ],
        ['memory', markup`at most ${figures.show('parentMaxRssBytes', asMegabytes)} in the parent`],
        ['machine', hostText(host)],
      ]),
      ...(remarks.length > 0 ? [markup`<h3>Found and assumed</h3>\n`, noticesMarkup(remarks)] : []),
      ...incidentsMarkup(summary.incidents.listed),
      settingsMarkup(settings),
    ],
  };
}

function optionalFact(name: string, text: string | null): [string, Content][] {
  return text === null ? [] : [[name, text]];
}

function incidentsMarkup(listed: readonly Incident[]): Markup[] {
  if (listed.length === 0) return [];
  const items = listed.map(({ text }) => markup`<li>${text}</li>\n`);
  return [markup`<h3>What happened to actors</h3>\n<ul>\n${items}</ul>\n`];
}

function servedText({ mode, actors, inflight, pace }: RunSummary['execution']): string {
  const paced = pace === null ? '' : `, paced at ${pace} × real time`;
  const minutes = `${plural(inflight, 'minute')} under way at once${paced}`;
  return mode === 'parallel'
    ? `in parallel, ${plural(actors, 'actor')}, ${minutes}`
    : `sequentially, ${minutes}`;
}
