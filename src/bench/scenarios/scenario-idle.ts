import type { Estimate } from '../../core/statistics.js';
import { durationText, figures, plural } from '../../report/format.js';
import {
  BACKEND_COLUMN,
  backendCell,
  countCell,
  estimateCells,
  estimateColumns,
  type ScenarioSetting,
  type ScenarioText,
} from './scenario-parts.js';
import { numberCell } from '../../report/table.js';

/** What some actors cost while they wait. Each actor is one sample, however often it was watched. */
export interface IdleActors {
  readonly actors: number;
  /** Resident memory of an actor, bytes. */
  readonly residentBytes: Estimate;
  /** The same, pages that processes share being divided among them; null where the kernel does not say. */
  readonly proportionalBytes: Estimate | null;
  /** Of all of them together, proportional where known, bytes. */
  readonly totalBytes: number;
  /** Processor time of an actor in a second of waiting, ms. */
  readonly cpuMsPerS: Estimate;
}

export interface IdleResult extends ScenarioSetting {
  /** How long actors waited in one watch, ms. */
  readonly watchMs: number;
  /** In steps of how many ms the system counts processor time. */
  readonly cpuStepMs: number;
  /** By number of actors, ascending, at least one. */
  readonly counts: readonly IdleActors[];
}

/** Below a hundredth of a processor nobody would notice. */
const NOTICEABLE_MS_PER_S = 10;

const megabytesText = (bytes: number): string => `${figures(bytes / 1e6)} MB`;

export const idleText: ScenarioText<IdleResult> = {
  question: 'What do actors cost that only wait?',
  columns: [
    { key: 'actors', title: 'actors' },
    BACKEND_COLUMN,
    ...estimateColumns('resident', 'resident, each', 'bytes'),
    ...estimateColumns('proportional', 'shared pages divided', 'bytes'),
    { key: 'total_bytes', title: 'all together' },
    ...estimateColumns('cpu', 'processor a second, each', 'ms'),
  ],
  rows: (result) =>
    result.counts.map((one) => [
      countCell(one.actors),
      backendCell(result),
      ...estimateCells(one.residentBytes, megabytesText),
      ...estimateCells(one.proportionalBytes, megabytesText),
      numberCell(one.totalBytes, megabytesText),
      ...estimateCells(one.cpuMsPerS, durationText),
    ]),
  shows: ({ counts }) => {
    const most = counts[counts.length - 1]!;
    return [memorySentence(counts[0]!, most), processorSentence(most)].join(' ');
  },
  caveats: ({ counts, rounds, watchMs, cpuStepMs }) => [
    ...(counts.some(({ proportionalBytes }) => proportionalBytes === null)
      ? [
          'This kernel does not say which pages processes share, so the sum counts the program’s own code once an actor.',
        ]
      : []),
    `The figures are of actors, each being a single sample: memory is its median of ${rounds} watches, ` +
      `processor time that of the ${durationText(rounds * watchMs)} that they took, counted in steps of ${cpuStepMs} ms. ` +
      'With fewer than seven actors, "from" and "to" are the least and the greatest one.',
    'Actors had served a few minutes before they waited: what that left on their heaps is part of the figure.',
  ],
};

function memorySentence(first: IdleActors, most: IdleActors): string {
  const each = `An actor that waits holds ${megabytesText((most.proportionalBytes ?? most.residentBytes).value)}`;
  const total = `${plural(most.actors, 'actor')} held ${megabytesText(most.totalBytes)} together`;
  if (most.actors === first.actors) return `${each}.`;
  const growth = (most.totalBytes - first.totalBytes) / (most.actors - first.actors);
  return `${each}; ${total}, and each one more added ${megabytesText(growth)}.`;
}

function processorSentence({ cpuMsPerS }: IdleActors): string {
  const { value } = cpuMsPerS;
  if (value < NOTICEABLE_MS_PER_S) {
    const time = value > 0 ? `${durationText(value)} a second` : 'none that could be counted';
    return `Waiting took hardly any processor time (${time}), so memory is what idle actors cost.`;
  }
  return `Each also took ${durationText(value)} of processor time a second, ${figures(value / 10)} % of a processor, for nothing.`;
}
