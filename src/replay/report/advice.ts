import { inverse, isRealSpeedup } from '../../core/scaling.js';
import type { ComparisonSummary } from '../../core/comparison.js';
import {
  countText,
  durationText,
  figures,
  percentText,
  plural,
  roundDuration,
  roundedDown,
  slowdownText,
  speedupText,
  timesText,
} from '../../report/format.js';
import type { BlocksSummary, MinutesSummary } from '../../measure/run-timings.js';
import type { RunSummary } from './run-summary.js';

/** What advice is about. */
export type AdvisedRun = Pick<
  RunSummary,
  | 'backend'
  | 'blocks'
  | 'callFullness'
  | 'comparison'
  | 'deadlineMs'
  | 'execution'
  | 'minutes'
  | 'model'
  | 'sessions'
  | 'utilization'
>;

/** What the figures of a run suggest, a sentence a line. */
export function adviceFor(run: AdvisedRun): string {
  const { blocks, minutes, comparison, deadlineMs, execution } = run;
  if (blocks === null && minutes === null) {
    return 'No minute had an item for the model, so there is nothing to advise.';
  }
  return [
    ...(blocks === null || comparison === null ? [] : [worthOfBlocks(blocks, comparison, execution)]),
    ...(blocks === null ? [] : busyActors(run)),
    minutes === null ? NONE_ALONE : fit(minutes, run),
    ...(minutes === null || minutes.scheduled === null ? [] : [punctuality(minutes, deadlineMs)]),
    ...(comparison === null ? [] : [worthOfActors(comparison, execution.actors, blocks !== null)]),
    ...smallerBatches(run),
  ].join('\n');
}

const NONE_ALONE =
  'No minute was served alone, so this run does not show whether a minute fits its deadline: ' +
  'measure some with --compare sample, or all with --block 1.';

/** Compares items per second: compared minutes need not have as many items as the others. */
function worthOfBlocks(
  { itemsPerSecond, minutesPerBlock }: BlocksSummary,
  comparison: ComparisonSummary,
  { mode, actors }: RunSummary['execution'],
): string {
  const gained = itemsPerSecond / comparison.itemsPerSecond['sequential-batched'];
  const who = mode === 'parallel' ? plural(actors, 'actor') : 'one process';
  const blocks = `In blocks of ${plural(minutesPerBlock.p50, 'minute')}`;
  const over = 'as one process going minute by minute';
  return gained < 1
    ? `${blocks}, ${who} took ${figures(1 / gained)} times as long per item ${over}.`
    : `${blocks}, ${who} served ${figures(gained)} times as many items per second ${over}.`;
}

/** Actors that are busier than this limit the run. */
const BUSY = 0.9;

/** How busy blocks kept the actors. Earlier sessions, or slices, may have had another number of them. */
function busyActors({ execution: { mode, actors }, utilization, sessions }: AdvisedRun): string[] {
  if (mode !== 'parallel' || actors === 1 || sessions.earlierMinutes > 0) return [];
  const atOnce = actors * utilization;
  const busy =
    `${plural(actors, 'actor')} were busy ${percentText(utilization)} of the time ` +
    `(${figures(atOnce)} at once on average)`;
  if (utilization > BUSY) return [`${busy}: they limit the run, so more may help if processors are idle.`];
  if (atOnce <= 1) return [`${busy} and waited for minutes otherwise, so --actors 1 may be enough.`];
  return [`${busy} and waited for minutes otherwise.`];
}

function fit(
  { served, wallMs, headroom, capacityItems }: MinutesSummary,
  { deadlineMs, comparison, execution, model }: AdvisedRun,
): string {
  const p99 = `the 99th percentile of ${plural(served, 'minute')} served alone is ${durationText(wallMs.p99)}`;
  const deadline = roundDuration(deadlineMs);
  if (headroom < 1) {
    const moreActors = actorsMayHelp(comparison, execution.actors) ? 'more actors, ' : '';
    const faster = model.format === 'analyzer' ? 'a faster analyzer' : 'a faster backend';
    return `A minute does not fit: ${p99}, longer than the deadline of ${deadline}; try ${moreActors}fewer items or ${faster}.`;
  }
  return (
    `A minute fits: ${p99} of ${deadline} (${timesText(headroom)} headroom), ` +
    `and about ${countText(roundedDown(capacityItems))} items would fit.`
  );
}

/** Unless the comparison shows that several actors gain nothing over one process. */
function actorsMayHelp(comparison: ComparisonSummary | null, actors: number): boolean {
  return comparison === null || actors === 1 || isRealSpeedup(comparison.speedup['sequential-batched']);
}

/** Service times do not show that minutes had to wait for those before them. */
function punctuality({ late, served }: MinutesSummary, deadlineMs: number): string {
  const deadline = roundDuration(deadlineMs);
  return late === 0
    ? `Every minute was answered within ${deadline} of its scheduled start.`
    : `${countText(late)} of ${plural(served, 'minute')} were answered later than ${deadline} after their scheduled start.`;
}

/** What actors gain for a minute served alone; `inBlocks`: the run itself served blocks. */
function worthOfActors({ speedup }: ComparisonSummary, actors: number, inBlocks: boolean): string {
  const gained = speedup['sequential-batched'];
  const pool = plural(actors, 'actor');
  const minute = inBlocks ? 'a minute alone' : 'a minute';
  if (actors === 1) {
    return 'A comparison with one actor shows only what the pipe costs; try more actors to see what they gain.';
  }
  const over = 'one process with batches';
  if (isRealSpeedup(gained)) return `${pool} served ${minute} ${speedupText(gained, over)}.`;
  const enough = inBlocks ? 'for a live feed --actors 1 is enough' : '--actors 1 is enough';
  if (isRealSpeedup(inverse(gained))) {
    const took = `For ${minute}, ${pool} took ${slowdownText(gained, over)}`;
    return `${took}: minutes this small are not worth distributing, so ${enough}.`;
  }
  return `${pool} were not measurably faster than one process with batches, so ${enough}.`;
}

/** Where most of what minutes alone computed was padding. */
function smallerBatches({ callFullness }: AdvisedRun): string[] {
  if (callFullness === null) return [];
  const { alone, advisedBatchSize } = callFullness;
  if (alone === null || advisedBatchSize === null) return [];
  return [
    `Calls of minutes served alone were only ${percentText(alone)} full: --batch-size ${advisedBatchSize} makes them ` +
      'cheaper, but it costs throughput in large blocks and changes last digits, so this run cannot be resumed with it.',
  ];
}
