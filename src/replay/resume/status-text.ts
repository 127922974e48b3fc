import type { Quarantine } from '../../core/incidents.js';
import { oneLine } from '../../core/one-line.js';
import { formatDuration, isoTime } from '../../core/time.js';
import { countText, figures, plural } from '../../report/format.js';
import { backendDetails, modelText } from '../../report/model-text.js';
import { incidentsText } from '../report/run-history.js';
import type { DamagedFile, RunStatus, StatusProgress } from './run-status.js';

/** Quarantines that are named; the others are counted. */
const MOST_NAMED = 5;

/** What `aiops-serve status` prints; `settings`: those that differ from their defaults, as typed. */
export function statusText(status: RunStatus, settings: string): string {
  const { progress, model } = status;
  const rows: (readonly [string, string])[] = [
    ['state', stateText(status)],
    ['input', inputText(status)],
    ['model', `${modelText(model)}, window ${model.window}`],
    ...model.bundles.map((bundle) => ['', `with ${modelText(bundle)}`] as const),
    ['backend', `${status.backend.name} (${backendDetails(status.backend)})`],
    ...(settings === '' ? [] : [['settings', settings] as const]),
    ['began', beganText(status)],
    ...(progress === null ? [['done', 'nothing committed yet'] as const] : progressRows(progress)),
    ['results', `${status.folder}/${status.results}`],
    ...status.damaged.map((file) => ['damaged', damagedText(file)] as const),
  ];
  return `${rows.map(([name, text]) => `${name.padEnd(8)} ${oneLine(text)}`.trimEnd()).join('\n')}\n`;
}

function stateText({ state, holder, completedAt, isLive, damaged }: RunStatus): string {
  const who =
    holder === null ? 'a process' : `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  const resumable =
    damaged.length === 0 ? 'the same command goes on with it' : 'damaged files keep it from resuming';
  const next = isLive ? 'of a live feed, which cannot be resumed' : resumable;
  switch (state) {
    case 'running':
      return `running: ${who}`;
    case 'stopped':
      return `stopped: ${who}, is there but does not run (kill -CONT lets it go on)`;
    case 'held':
      return `held by ${who}, which cannot be seen from here: whether it runs is not known`;
    case 'ended':
      return `not complete: it was interrupted or failed; ${next}`;
    case 'killed':
      return `not complete: it was killed, or its machine was; ${next}`;
    case 'complete':
      return `complete since ${completedAt ?? 'its end'}`;
  }
}

function inputText({ inputs, layout, columns, intervalMs }: RunStatus): string {
  const metrics = `${plural(columns.length, 'metric')}: ${columns.join(', ')}`;
  return `${inputs.join(', ')} (${layout}, ${metrics}; interval ${formatDuration(intervalMs)})`;
}

function damagedText({ path, problem, committedBytes, sizeBytes }: DamagedFile): string {
  const [has, committed] = [countText(sizeBytes ?? 0), countText(committedBytes)];
  const what = {
    missing: `is missing; ${committed} bytes of it were committed`,
    short: `has only ${has} of the ${committed} bytes that were committed`,
    long: `has ${has} bytes, ${committed} when the run was complete: another program wrote to it`,
    changed: `another program changed what was committed, its first ${committed} bytes`,
  }[problem];
  return `${path}: ${what}; put it back as it was, or start over with --restart`;
}

function beganText({ startedAt, resumed, program }: RunStatus): string {
  const sessions = resumed === 0 ? '' : `, gone on with ${plural(resumed, 'time')} since`;
  return `${startedAt}${sessions}, by ${program.name} ${program.version}`;
}

function progressRows(progress: StatusProgress): (readonly [string, string])[] {
  const { counts, committedAt, firstMinute, lastMinute, inputShare, incidents, quarantines } = progress;
  const share = inputShare === null ? '' : `, ${figures(inputShare * 100)} % of the input`;
  const span = firstMinute === null || lastMinute === null ? '' : `, ${firstMinute} to ${lastMinute}`;
  const filtered = counts.filtered > 0 ? `; ${countText(counts.filtered)} not selected` : '';
  const happened = incidentsText(incidents);
  return [
    ['done', `${plural(counts.minutes, 'minute')}${span}${share}`],
    ['', `committed ${committedAt}`],
    [
      'records',
      `${countText(counts.records)} = ${countText(counts.accepted)} accepted + ` +
        `${countText(counts.merged)} merged + ${countText(counts.rejected)} rejected${filtered}`,
    ],
    [
      'rows',
      `${countText(counts.rows)} = ${countText(counts.ok)} ok + ${countText(counts.warmup)} warm-up + ` +
        `${countText(counts.error)} error; ${countText(counts.anomalies)} flagged`,
    ],
    ...(happened === null ? [] : [['actors', happened] as const]),
    ...quarantineRows(quarantines),
  ];
}

function quarantineRows(quarantines: readonly Quarantine[]): (readonly [string, string])[] {
  const named = quarantines.slice(0, MOST_NAMED).map(({ target, column, fromMs, untilMs }) => {
    const series = column === null ? target : `${target}, ${column}`;
    return `${series}: left out from ${isoTime(fromMs)} until ${isoTime(untilMs)}, since it costs actors`;
  });
  const others = quarantines.length - named.length;
  const texts = others > 0 ? [...named, `and ${countText(others)} more`] : named;
  return texts.map((text, index) => [index === 0 ? 'without' : '', text] as const);
}
