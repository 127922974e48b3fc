import type { Block } from '../../core/block.js';
import type { Agreement } from '../../core/comparison.js';
import { speedup } from '../../core/scaling.js';
import { medianEstimate, type Estimate } from '../../core/statistics.js';
import { AnswerCheck } from '../../measure/answer-check.js';
import type { TimedVariant } from '../../measure/rounds.js';
import { numbersOnly } from '../../measure/turn.js';
import { durationText, figures } from '../../report/format.js';
import { type Column, estimate, tableOf } from '../../report/table.js';
import {
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
import type { Machine, Trial, Way } from './trial.js';

/** The phases of a process that serves one call, in order. */
const PARTS = ['process', 'load', 'warm-up', 'serve', 'stop'] as const;
type Part = (typeof PARTS)[number];

export interface ReloadResult extends ScenarioSetting {
  /** A whole call in a new process. */
  readonly fresh: TimedVariant;
  /** Medians of its phases, ms. */
  readonly partsMs: Readonly<Record<Part, Estimate>>;
  /** The same call to an actor. */
  readonly actor: TimedVariant;
  /** Paired by round: fresh / actor. */
  readonly slowdown: Estimate;
  readonly answers: Agreement;
}

const REQUEST = numbersOnly('batched');

/** Calls to an actor are short, so the median of a few is steadier. */
const ACTOR_CALLS = 5;

/** Compares a process that loads the model for each call with an actor that has loaded it. */
export const reload: Scenario<ReloadResult> = {
  question: 'What does it cost to load the model for each call instead of once into an actor?',
  items: 500,
  actors: () => 1,
  measure: (trial) =>
    trial.using(1, ['pool'], async ({ pool }, { backend, model, input }) => {
      const { items } = trial.options;
      const tasks = trial.minutes(input, 1);
      const processes = new FreshProcesses(trial);
      const fresh: Way = { tasks, untimed: false, serve: (minute) => processes.serve(minute) };
      const call = trial.timed(async (minute: Block) => (await pool.run(minute, REQUEST)).answers);
      const actor: Way = { tasks, times: ACTOR_CALLS, untimed: false, serve: call };
      const check = new AnswerCheck(items);
      try {
        if (!(await trial.warmUp([fresh, actor], check))) return null;
        processes.forgetTimes();
        const [freshTimes, actorTimes] = (await trial.times([fresh, actor], check)) ?? [];
        if (freshTimes === undefined || actorTimes === undefined) return null;
        return {
          ...{ backend, model, actors: 1, items, rounds: freshTimes.roundMs.length },
          ...{ fresh: freshTimes, actor: actorTimes, partsMs: processes.partsMs() },
          slowdown: speedup(freshTimes.roundMs, actorTimes.roundMs),
          answers: check.agreement,
        };
      } finally {
        await processes.stop();
      }
    }),
  table: (results) => tableOf(COLUMNS, results.flatMap(rows)),
  lesson({ slowdown, partsMs, fresh }) {
    const share = (part: Part): string => `${figures((partsMs[part].value / fresh.medianMs.value) * 100)} %`;
    const where =
      `Of a call in a new process, ${share('process')} was spent on starting it, ${share('load')} on loading the ` +
      `model, ${share('warm-up')} on warming up and ${share('serve')} on the items.`;
    const hidden = `With so much work per call, loading the model made no measurable difference. ${where}`;
    const longer = `Loading for each call took ${asLong(slowdown)} as calling an actor. ${where}`;
    return byVerdict(slowdown, { longer, shorter: hidden, same: hidden });
  },
  caveats: (result) => [
    ...commonCaveats(result, result.answers),
    'After the first call the model’s files are in the system’s cache; the first call after a boot takes longer.',
    'Warm-up counts, because the first prediction of any process is slow. The start of the actor does not, because ' +
      'it happens once, not for each call.',
  ],
};

const COLUMNS: readonly Column<ReturnType<typeof rows>[number]>[] = [
  ...[WAY, BACKEND, ITEMS],
  estimate('per call', 'call_ms', durationText, ({ ms }) => ms),
  ROUNDS,
];

const PART_NAMES: Readonly<Record<Part, string>> = {
  process: '  start the process',
  load: '  load the model',
  'warm-up': '  warm up',
  serve: '  serve the items',
  stop: '  exit',
};

function rows(result: ReloadResult) {
  return [
    { result, name: 'a new process per call', ms: result.fresh.medianMs },
    ...PARTS.map((part) => ({ result, name: PART_NAMES[part], ms: result.partsMs[part] })),
    { result, name: 'an actor that has loaded the model', ms: result.actor.medianMs },
  ];
}

/** Serves each call in a new process, which has exited when the call returns. */
class FreshProcesses {
  readonly #trial: Trial;
  /** Running processes: an aborted call leaves its process behind. */
  readonly #running = new Set<ReturnType<Machine['open']>>();
  #calls: Record<Part, number>[] = [];

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  async serve(minute: Block): ReturnType<Way['serve']> {
    const { load, machine } = this.#trial.options;
    const startedAtMs = machine.now();
    const executors = machine.open(load, 1, ['solo']);
    this.#running.add(executors);
    try {
      const { actors, startMs } = await executors.solo.start();
      const { loadMs, warmupMs } = actors[0]!;
      const readyAtMs = machine.now();
      const { answers } = await executors.solo.run(minute, REQUEST);
      const servedAtMs = machine.now();
      await executors.stop();
      const stoppedAtMs = machine.now();
      this.#calls.push({
        process: startMs - loadMs - warmupMs,
        load: loadMs,
        'warm-up': warmupMs,
        serve: servedAtMs - readyAtMs,
        stop: stoppedAtMs - servedAtMs,
      });
      return { answers, timing: { wallMs: stoppedAtMs - startedAtMs } };
    } finally {
      await executors.stop();
      this.#running.delete(executors);
    }
  }

  forgetTimes(): void {
    this.#calls = [];
  }

  partsMs(): ReloadResult['partsMs'] {
    const median = (part: Part): Estimate => medianEstimate(this.#calls.map((call) => call[part]));
    return Object.fromEntries(PARTS.map((part) => [part, median(part)])) as Record<Part, Estimate>;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running].map((executors) => executors.stop()));
  }
}
