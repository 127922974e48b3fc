import type { Agreement } from '../../core/comparison.js';
import { joinAnswers } from '../../core/answers.js';
import { cutSeries, type Answers, type Block } from '../../core/block.js';
import { partition } from '../../core/partition.js';
import { speedup } from '../../core/scaling.js';
import type { Estimate } from '../../core/statistics.js';
import type { PoolExecutor } from '../../core/executor.js';
import type { TimedVariant } from '../../measure/rounds.js';
import { numbersOnly } from '../../measure/turn.js';
import { durationText, figures, plural } from '../../report/format.js';
import { type Column, estimate, tableOf } from '../../report/table.js';
import {
  ACTORS,
  asLong,
  BACKEND,
  byVerdict,
  commonCaveats,
  ITEMS,
  ROUNDS,
  WAY,
  type Scenario,
  type ScenarioSetting,
} from './scenario.js';
import type { Way } from './trial.js';

export interface GatherResult extends ScenarioSetting {
  /** Processors that this process may use. */
  readonly processors: number;
  readonly minutesPerRound: number;
  readonly ways: Readonly<Record<'in-turn' | 'at-once', TimedVariant>>;
  /** Paired by round: waiting in turn / waiting once. */
  readonly slowdown: Estimate;
  readonly answers: Agreement;
}

const MINUTES = 5;

/** Sends the same chunks to the same actors, but waits for them in two ways. */
export const gather: Scenario<GatherResult> = {
  question: 'What does it cost to wait for each chunk before sending the next one?',
  items: 5000,
  actors: (processors) => processors,
  measure: (trial) =>
    trial.using(trial.options.actors, ['pool'], async ({ pool }, { backend, model, input }) => {
      const { actors, items, machine } = trial.options;
      const tasks = trial.minutes(input, MINUTES);
      const way = (answer: typeof inTurn): Way => {
        return { tasks, untimed: true, serve: trial.timed((minute) => answer(pool, minute)) };
      };
      const found = await trial.compare([way(inTurn), way(atOnce)]);
      if (found === null) return null;
      const [waiting, gathering] = found.times;
      return {
        ...{ backend, model, actors, items, processors: machine.processors, minutesPerRound: MINUTES },
        rounds: found.rounds,
        ways: { 'in-turn': waiting, 'at-once': gathering },
        slowdown: speedup(waiting.roundMs, gathering.roundMs),
        answers: found.answers,
      };
    }),
  table: (results) => tableOf(COLUMNS, results.flatMap(rows)),
  lesson({ actors, processors, slowdown }) {
    if (actors === 1) return 'With one actor there is no other one to wait for: both ways are the same work.';
    const most = figures(Math.min(actors, processors));
    return byVerdict(slowdown, {
      longer:
        `Waiting in turn took ${asLong(slowdown)}: one actor worked while the others waited. ` +
        `${plural(actors, 'actor')} on ${plural(processors, 'processor')} could gain ${most} × at most.`,
      shorter:
        `Waiting in turn was not slower here, it took ${asLong(slowdown)}: such small chunks gain less by running ` +
        'at once than they lose by competing for the processors.',
      same: `No difference could be measured: waiting in turn took ${asLong(slowdown)}.`,
    });
  },
  caveats: (result) => [
    ...commonCaveats(result, result.answers),
    ...(result.actors > result.processors
      ? [`${plural(result.actors, 'actor')} share ${plural(result.processors, 'processor')}.`]
      : []),
    'The calling process needs a processor too, to cut chunks and join answers.',
  ],
};

const COLUMNS: readonly Column<ReturnType<typeof rows>[number]>[] = [
  ...[WAY, BACKEND, ACTORS, ITEMS],
  estimate('per minute', 'minute_ms', durationText, ({ way }) => way.medianMs),
  ROUNDS,
];

function rows(result: GatherResult) {
  return [
    { result, name: 'wait for each chunk in turn', way: result.ways['in-turn'] },
    { result, name: 'send all, wait once', way: result.ways['at-once'] },
  ];
}

const REQUEST = numbersOnly('batched');

async function inTurn(pool: PoolExecutor, minute: Block): Promise<Answers> {
  const answers: Answers[] = [];
  for (const [slot, chunk] of chunks(pool, minute).entries()) {
    answers.push(await pool.ask(slot, chunk, REQUEST));
  }
  return joinMinute(answers);
}

async function atOnce(pool: PoolExecutor, minute: Block): Promise<Answers> {
  const answers = chunks(pool, minute).map((chunk, slot) => pool.ask(slot, chunk, REQUEST));
  return joinMinute(await Promise.all(answers));
}

/** Empty chunks come last, so that a chunk's index is its slot. */
function chunks({ actors }: PoolExecutor, minute: Block): Block[] {
  const ranges = partition(minute.targets.length, actors).filter(({ start, end }) => end > start);
  return ranges.map((range) => cutSeries(minute, range));
}

function joinMinute(parts: readonly Answers[]): Answers {
  return joinAnswers(
    1,
    parts.map((answers) => ({ answers, firstMinute: 0 })),
  );
}
