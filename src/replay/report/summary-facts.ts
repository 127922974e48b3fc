import type { RunCounts } from '../../core/counts.js';
import type { Incident } from '../../core/incidents.js';
import { formatDuration } from '../../core/time.js';
import { backendFact, modelFacts, optionalFact, type Fact } from '../../report/facts.js';
import {
  countText,
  durationText,
  figures,
  percentText,
  plural,
  roundDuration,
  sizeText,
} from '../../report/format.js';
import type { RunSummary } from './run-summary.js';

/** What a terminal and a page say about a finished run; `status` shares most of it. */
export function runFacts(summary: RunSummary): Fact[] {
  const { input, model, threshold, backend, counts, incidents, sessions } = summary;
  return [
    inputFact({ ...input, source: input.intervalSource }),
    ...modelFacts(model, thresholdText(threshold)),
    backendFact(backend),
    ...countFacts(counts),
    ...incidentFacts(incidents.counts),
    ...sessionFacts(sessions),
    ...servedFacts(summary),
    ...callFacts(summary),
  ];
}

function callFacts({ callFullness, backend: { batchSize }, blocks }: RunSummary): Fact[] {
  if (callFullness === null || batchSize === null) return [];
  const { all, alone } = callFullness;
  const ofAlone =
    alone === null || blocks === null ? '' : `; those of minutes served alone ${percentText(alone)}`;
  return [['calls', `padded to ${plural(batchSize, 'item')}, ${percentText(all)} full${ofAlone}`]];
}

function thresholdText(threshold: RunSummary['threshold']): string {
  if (threshold === null) return '';
  return `, threshold ${threshold.score}${threshold.source === 'given' ? ' (given)' : ''}`;
}

/** How fast the run was, and what it used. */
export function servedFacts({
  usage: { parent, actors },
  ...run
}: Pick<RunSummary, ServedField | 'usage'>): Fact[] {
  const ofParent = `parent ${durationText(parent.cpuMs)} of CPU time, peak ${sizeText(parent.maxRssBytes)}`;
  const ofActors = `actors ${durationText(actors.cpuMs)}, peak ${sizeText(actors.maxRssBytes)} each`;
  return [
    ['served', servedText(run)],
    ['used', `${ofParent}; ${ofActors}`],
  ];
}

export function inputFact(input: {
  readonly files: readonly string[];
  readonly layout: string;
  readonly columns: readonly string[];
  readonly intervalMs: number;
  /** How the interval was found. */
  readonly source?: string;
}): Fact {
  const { files, layout, columns, intervalMs, source } = input;
  const metrics = `${plural(columns.length, 'metric')}: ${columns.join(', ')}`;
  const interval = `interval ${formatDuration(intervalMs)}${source === undefined ? '' : `, ${source}`}`;
  return ['input', `${files.join(', ')} (${layout}; ${metrics}; ${interval})`];
}

export function countFacts(counts: RunCounts): Fact[] {
  const { records, accepted, merged, rejected, filtered, rows, ok, warmup, error, anomalies } = counts;
  const unselected = filtered > 0 ? `; ${countText(filtered)} not selected` : '';
  return [
    ['records', `${sumText(records, { accepted, merged, rejected })}${unselected}`],
    ['rows', `${sumText(rows, { ok, 'warm-up': warmup, error })}; ${countText(anomalies)} flagged`],
  ];
}

/** `7 = 4 accepted + 3 rejected` */
function sumText(total: number, parts: Readonly<Record<string, number>>): string {
  const terms = Object.entries(parts).map(([name, count]) => `${countText(count)} ${name}`);
  return `${countText(total)} = ${terms.join(' + ')}`;
}

/** What happened to actors since the run first began. */
export function incidentFacts(counts: Readonly<Record<Incident['kind'], number>>): Fact[] {
  const { lost, grown, retried, isolated, quarantined } = counts;
  const texts = [
    lost > 0 ? `${countText(lost)} lost and replaced` : null,
    grown > 0 ? `${countText(grown)} replaced because of their memory` : null,
    retried > 0 ? `${plural(retried, 'chunk')} retried` : null,
    isolated > 0 ? `${plural(isolated, 'chunk')} retried item by item` : null,
    quarantined > 0 ? `${countText(quarantined)} series quarantined for crashing actors` : null,
  ].filter((text) => text !== null);
  return optionalFact('actors', texts.length === 0 ? null : texts.join(', '));
}

function sessionFacts({ resumed, earlierMinutes }: RunSummary['sessions']): Fact[] {
  const text = `${plural(resumed, 'time')}; ${plural(earlierMinutes, 'minute')} had been done before`;
  return optionalFact('resumed', resumed === 0 ? null : text);
}

type ServedField = 'blocks' | 'counts' | 'elapsedMs' | 'comparingMs' | 'throughput' | 'execution';

function servedText(run: Pick<RunSummary, ServedField>): string {
  const { blocks, counts, elapsedMs, comparingMs, throughput, execution } = run;
  const { mode, actors, inflight, pace, startMs } = execution;
  const details = [
    `${figures(throughput.itemsPerSecond)} items/s`,
    `${figures(throughput.minutesPerSecond)} minutes/s`,
    mode,
    ...(mode === 'parallel' ? [plural(actors, 'actor')] : []),
    `up to ${plural(inflight, blocks === null ? 'minute' : 'block')} at once`,
    ...(pace === null ? [] : [`paced at ${figures(pace)} × real time`]),
    ...(startMs === 0 ? [] : [`started in ${durationText(startMs)}`]), // a merge starts no actors
  ];
  return `${plural(counts.minutes, 'minute')} in ${durationText(elapsedMs - comparingMs)} (${details.join(', ')})`;
}

/** What a minute took in blocks and alone, for where there is no table. */
export function minuteFacts({
  blocks,
  minutes,
  deadlineMs,
}: Pick<RunSummary, 'blocks' | 'minutes' | 'deadlineMs'>): Fact[] {
  const inBlocks =
    blocks === null
      ? null
      : `${plural(blocks.minutes, 'minute')} in ${plural(blocks.served, 'block')}: ` +
        `median ${durationText(blocks.perMinuteMs.p50)} per minute`;
  const alone =
    minutes === null
      ? null
      : `${plural(minutes.served, 'minute')}: median ${durationText(minutes.wallMs.p50)}, ` +
        `99th percentile ${durationText(minutes.wallMs.p99)}, deadline ${roundDuration(deadlineMs)}`;
  return [...optionalFact('blocks', inBlocks), ...optionalFact('alone', alone)];
}
