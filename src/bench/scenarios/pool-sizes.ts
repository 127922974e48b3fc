import type { Agreement } from '../../core/comparison.js';
import { bestActors, efficiency, karpFlatt, speedup } from '../../core/scaling.js';
import type { Estimate } from '../../core/statistics.js';
import type { TimedVariant } from '../../measure/rounds.js';
import { numbersOnly } from '../../measure/turn.js';
import { countText, durationText, figures, plural, slowdownText, speedupText } from '../../report/format.js';
import { type Column, estimate, figure, speedup as speedupColumn, tableOf } from '../../report/table.js';
import {
  BACKEND,
  byVerdict,
  commonCaveats,
  ITEMS,
  ROUNDS,
  WAY,
  type Scenario,
  type ScenarioSetting,
} from './scenario.js';
import { countsUpTo, type Way } from './trial.js';

/** The times of one number of actors. */
export interface PoolSize extends TimedVariant {
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

export interface PoolResult extends ScenarioSetting {
  readonly processors: number;
  readonly minutesPerRound: number;
  readonly sequential: TimedVariant;
  /** By actors, ascending, at least one. */
  readonly sizes: readonly PoolSize[];
  /** The fewest actors that are as fast as any number measured, within the precision of the measurement. */
  readonly bestActors: number;
  readonly answers: Agreement;
}

const MINUTES = 5;

/** Serves minutes in batches with one process, and with 1, 2, … actors of one pool. */
export const poolSizes: Scenario<PoolResult> = {
  question: 'How many actors are worth having?',
  items: 5000,
  actors: (processors) => processors * 2,
  measure: (trial) =>
    trial.using(trial.options.actors, ['pool', 'solo'], async ({ pool, solo }, { backend, model, input }) => {
      const { actors, items, machine } = trial.options;
      const tasks = trial.minutes(input, MINUTES);
      const request = numbersOnly('batched');
      const way = (serve: Way['serve']): Way => ({ tasks, untimed: true, serve });
      const counts = countsUpTo(actors);
      const found = await trial.compare([
        way((minute) => solo.run(minute, request)),
        ...counts.map((count) => way((minute) => pool.run(minute, request, count))),
      ]);
      if (found === null) return null;
      const [sequential, ...byCount] = found.times;
      const sizes = counts.map((count, i) => poolSize(count, byCount[i]!, sequential, byCount[0]!));
      return {
        ...{ backend, model, actors, items, rounds: found.rounds },
        ...{
          processors: machine.processors,
          minutesPerRound: MINUTES,
          sequential,
          sizes,
          bestActors: bestActors(sizes),
          answers: found.answers,
        },
      };
    }),
  table: (results) => tableOf(COLUMNS, results.flatMap(rows)),
  lesson: (result) => [bestSentence(result), ...beyondSentence(result)].join(' '),
  caveats: (result) => [
    ...commonCaveats(result, result.answers),
    'The time of one process excludes messages, as in a program that serves its minutes itself; that of actors ' +
      'includes them.',
    'All actors of the largest pool run in every round; those that are not used only wait.',
  ],
};

const COLUMNS: readonly Column<ReturnType<typeof rows>[number]>[] = [
  ...[WAY, BACKEND, ITEMS],
  estimate('per minute', 'minute_ms', durationText, ({ times }) => times.medianMs),
  speedupColumn('against one process', 'speedup', ({ size }) => size?.speedup ?? null),
  speedupColumn('against one actor', 'speedup_over_one_actor', ({ size }) => size?.speedupOverOne ?? null),
  figure('efficiency', 'efficiency', figures, ({ size }) => size?.efficiency ?? null),
  figure('serial', 'serial_fraction', figures, ({ size }) => size?.serialFraction ?? null),
  ROUNDS,
];

function rows(result: PoolResult) {
  return [
    { result, name: 'one process', times: result.sequential, size: null },
    ...result.sizes.map((size) => ({ result, name: plural(size.actors, 'actor'), times: size, size })),
  ];
}

function poolSize(
  actors: number,
  times: TimedVariant,
  sequential: TimedVariant,
  one: TimedVariant,
): PoolSize {
  const gained = speedup(sequential.roundMs, times.roundMs);
  return {
    ...times,
    actors,
    speedup: gained,
    speedupOverOne: speedup(one.roundMs, times.roundMs),
    efficiency: efficiency(gained.value, actors),
    serialFraction: karpFlatt(gained.value, actors),
  };
}

function bestSentence({ sizes, bestActors: fewest, items }: PoolResult): string {
  const largest = sizes[sizes.length - 1]!;
  const best = sizes.find(({ actors }) => actors === fewest) ?? largest;
  const actors = plural(best.actors, 'actor');
  const minutes = `minutes of ${countText(items)} items`;
  const beyond = best === largest ? 'more were not tried (--actors)' : 'more were no faster';
  return byVerdict(best.speedup, {
    longer: `${actors} served ${minutes} ${speedupText(best.speedup, 'one process')}; ${beyond}.`,
    shorter:
      `No number of actors was as fast as one process for ${minutes}: the best, ${actors}, took ` +
      `${slowdownText(best.speedup)}. Distributing so little work costs more than it gains; try more --items.`,
    same:
      `Actors gained nothing measurable over one process for ${minutes}: ${actors} served them ` +
      `${speedupText(best.speedup)}.`,
  });
}

/** What running more actors than processors did. */
function beyondSentence({ sizes, processors }: PoolResult): string[] {
  const within = sizes.filter(({ actors }) => actors <= processors).pop();
  const most = sizes[sizes.length - 1]!;
  if (within === undefined || most.actors <= processors) return [];
  const change = figures(most.medianMs.value / within.medianMs.value);
  const [many, few] = [plural(most.actors, 'actor'), plural(within.actors, 'actor')];
  return [`${many} on ${plural(processors, 'processor')} took ${change} times as long as ${few}.`];
}
