import type { Estimate } from '../../core/statistics.js';
import type { Agreement } from '../../core/comparison.js';
import { countText, durationText, figures, plural } from '../../report/format.js';
import {
  BACKEND_COLUMN,
  backendCell,
  commonCaveats,
  countCell,
  estimateCells,
  estimateColumns,
  ratioText,
  verdictOf,
  type ScenarioSetting,
  type ScenarioText,
  type TimedWay,
} from './scenario-parts.js';
import { numberCell, textCell, type Cell } from '../../report/table.js';

/** A number of actors that served the minutes. */
export interface PoolSize extends TimedWay {
  readonly actors: number;
  /** Paired by round: one process / these actors. */
  readonly speedup: Estimate;
  /** Paired by round: one actor / these actors. */
  readonly speedupOverOne: Estimate;
  /** Of `speedup`. */
  readonly efficiency: number;
  /** Karp and Flatt's, of `speedup`; null for one actor. */
  readonly serialFraction: number | null;
}

/** A minute served by one process with batches, and by 1..N actors. */
export interface PoolResult extends ScenarioSetting {
  readonly processors: number;
  readonly minutesPerRound: number;
  readonly sequential: TimedWay;
  /** By actors, ascending, at least one. */
  readonly sizes: readonly PoolSize[];
  /** The fewest actors that are as fast as any number measured, within the measurement. */
  readonly bestActors: number;
  readonly answers: Agreement;
}

export const poolText: ScenarioText<PoolResult> = {
  question: 'How many actors are worth having?',
  columns: [
    { key: 'way', title: 'way' },
    BACKEND_COLUMN,
    { key: 'items', title: 'items' },
    ...estimateColumns('minute', 'a minute', 'ms'),
    ...estimateColumns('speedup', 'over one process', ''),
    ...estimateColumns('speedup_over_one_actor', 'over one actor', ''),
    { key: 'efficiency', title: 'efficiency' },
    { key: 'serial_fraction', title: 'serial' },
    { key: 'rounds', title: 'rounds' },
  ],
  rows: (result) => [
    row(result, 'one process', result.sequential, null),
    ...result.sizes.map((size) => row(result, plural(size.actors, 'actor'), size, size)),
  ],
  shows: (result) => [bestSentence(result), beyondSentence(result)].filter((text) => text !== '').join(' '),
  caveats: (result) => [
    ...commonCaveats(result, result.answers, '--rounds asks for more'),
    'One process is timed inside it, as a program would be that serves its minutes itself; actors are timed with ' +
      'what their messages cost.',
    'All actors of the largest pool are there in every round; those not asked only wait.',
  ],
};

function row(result: PoolResult, name: string, { medianMs }: TimedWay, size: PoolSize | null): Cell[] {
  return [
    textCell(name),
    backendCell(result),
    countCell(result.items),
    ...estimateCells(medianMs, durationText),
    ...estimateCells(size?.speedup ?? null, figures),
    ...estimateCells(size?.speedupOverOne ?? null, figures),
    numberCell(size?.efficiency ?? null, figures),
    numberCell(size?.serialFraction ?? null, figures),
    countCell(result.rounds),
  ];
}

function bestSentence({ sizes, bestActors, items }: PoolResult): string {
  const best = sizes.find(({ actors }) => actors === bestActors) ?? sizes[0]!;
  const minutes = `minutes of ${countText(items)} items of this model`;
  switch (verdictOf(best.speedup)) {
    case 'longer': {
      const isLargest = best.actors === sizes[sizes.length - 1]!.actors;
      const beyond = isLargest ? 'more were not tried (--actors)' : 'more were no faster';
      return `${plural(best.actors, 'actor')} served ${minutes} ${ratioText(best.speedup)} as fast as one process; ${beyond}.`;
    }
    case 'shorter':
      return (
        `No number of actors was as fast as one process for ${minutes}: the best, ${plural(best.actors, 'actor')}, reached ` +
        `${ratioText(best.speedup)} its speed. Handing out so little work costs more than it gains; try more --items.`
      );
    case 'same':
      return (
        `For ${minutes} actors gained nothing over one process that could be measured: ` +
        `${plural(best.actors, 'actor')} served them ${ratioText(best.speedup)} as fast.`
      );
  }
}

/** What became of actors beyond the processors. */
function beyondSentence({ sizes, processors }: PoolResult): string {
  const within = sizes.filter(({ actors }) => actors <= processors).pop();
  const most = sizes[sizes.length - 1]!;
  if (within === undefined || most.actors <= processors) return '';
  const change = most.medianMs.value / within.medianMs.value;
  return (
    `${plural(most.actors, 'actor')} on ${plural(processors, 'processor')} took ${figures(change)} × the time of ` +
    `${plural(within.actors, 'actor')}.`
  );
}
