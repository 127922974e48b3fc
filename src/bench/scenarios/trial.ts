import { performance } from 'node:perf_hooks';

import type { Answers, Block } from '../../core/block.js';
import type { Agreement } from '../../core/comparison.js';
import { median } from '../../core/statistics.js';
import { sleep } from '../../core/timer.js';
import type { Executor } from '../../core/executor.js';
import type { ActorLog, InputSpec, ReadyFacts } from '../../core/types.js';
import { unlessAborted } from '../../core/abort.js';
import { processUsage, type ProcessUsage } from '../../host/process-usage.js';
import { usableProcessors } from '../../host/processors.js';
import { AnswerCheck } from '../../measure/answer-check.js';
import { timeInRounds, type TimedVariant } from '../../measure/rounds.js';
import { takeTurn, type Serve } from '../../measure/turn.js';
import { Executors } from '../../pool/executors.js';
import type { LoadRequest } from '../../protocol/messages.js';
import { generatedMinutes } from '../minute-supply.js';
import type { NoticeLog } from '../notice-log.js';
import { setupName } from '../report/bench-names.js';

/** What scenarios need from the machine; tests replace it. */
export interface Machine {
  /** Monotonic clock, ms. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** Creates executors, with `actors` in the pool; does not start them. */
  readonly open: (
    load: LoadRequest,
    actors: number,
    needed: readonly Executor['name'][],
  ) => Pick<Executors, 'pool' | 'solo' | 'start' | 'stop'>;
  readonly usage: (pid: number) => ProcessUsage;
  /** Processors that this process may use. */
  readonly processors: number;
}

/** @param timeoutMs inactivity timeout of an actor, ms */
export function thisMachine(log: ActorLog, timeoutMs: number): Machine {
  return {
    now: () => performance.now(),
    pause: (ms) => sleep(ms),
    open: (load, actors, needed) => new Executors({ load, actors, needed, log, timeoutMs }),
    usage: (pid) => processUsage(pid),
    processors: usableProcessors(),
  };
}

export interface TrialOptions {
  readonly load: LoadRequest;
  /** The most actors. */
  readonly actors: number;
  /** Items per unit of work. */
  readonly items: number;
  /** Whether `items` comes from the user. */
  readonly areItemsGiven: boolean;
  /** The minimum number of rounds; fewer if `endMs` comes first. */
  readonly rounds: number;
  /** The minimum time for each way, ms; less if `endMs` comes first. */
  readonly timeMs: number;
  /** No round begins that would probably end later, on the clock of `machine.now`. */
  readonly endMs: number;
  /** Seed of the synthetic minutes; any 32-bit integer. */
  readonly seed: number;
  /** Aborted: end without a result. */
  readonly signal: AbortSignal;
  readonly notices: NoticeLog;
  /** Called with a description of each step, for progress. */
  readonly onStep: (text: string) => void;
  /** Whether a setup has already been measured, which can happen with `auto`. */
  readonly isMeasured: (ready: ReadyFacts) => boolean;
  readonly machine: Machine;
}

/** One of the ways of doing the same work that a scenario compares. */
export interface Way<Task = Block> {
  readonly serve: Serve<{ readonly wallMs: number }, Task>;
  /** Served one after another. */
  readonly tasks: readonly Task[];
  /** How many tasks a turn serves, of which the median time counts; by default each task once. */
  readonly times?: number;
  /** Whether a turn begins with an untimed task, to warm the caches. */
  readonly untimed: boolean;
}

/** The measurements of some ways, in order. */
export interface Compared<Ways> {
  readonly rounds: number;
  readonly times: { readonly [Index in keyof Ways]: TimedVariant };
  readonly answers: Agreement;
}

/** A scenario's measurement with one setup. */
export class Trial {
  readonly options: TrialOptions;

  constructor(options: TrialOptions) {
    this.options = options;
  }

  /** Starts executors, works with them and stops them; null if aborted, or if the setup has already been measured. */
  async using<T>(
    actors: number,
    needed: readonly Executor['name'][],
    work: (executors: Pick<Executors, 'pool' | 'solo'>, ready: ReadyFacts) => Promise<T | null>,
  ): Promise<T | null> {
    const { load, signal, isMeasured, notices, machine } = this.options;
    const executors = machine.open(load, actors, needed);
    try {
      const ready = await executors.start(signal);
      if (ready === null) return null;
      if (isMeasured(ready)) {
        notices.add({ level: 'info', text: `${setupName(ready)} has already been measured` });
        return null;
      }
      for (const notice of ready.notices) notices.add(notice);
      return await work(executors, ready);
    } finally {
      await executors.stop();
    }
  }

  minutes(input: InputSpec, count: number): Block[] {
    const { items, seed } = this.options;
    return generatedMinutes(input, { items, count, seed });
  }

  /** Times a call as its caller sees it. */
  timed<Task>(answer: (task: Task) => Promise<Answers>): Way<Task>['serve'] {
    const { now } = this.options.machine;
    return async (task) => {
      const startedAtMs = now();
      const answers = await answer(task);
      return { answers, timing: { wallMs: now() - startedAtMs } };
    };
  }

  /** Serves the first task in every way; false if aborted. */
  async warmUp<Task>(ways: readonly Way<Task>[], check: AnswerCheck): Promise<boolean> {
    this.options.onStep('warm-up');
    for (const { serve, tasks } of ways) {
      const served = await unlessAborted(serve(tasks[0]!), this.options.signal);
      if (served === null) return false;
      check.add(served.answers);
    }
    return true;
  }

  /** Times all ways in rounds; null if aborted. `check` gets the answers of every turn. */
  async times<Task>(ways: readonly Way<Task>[], check?: AnswerCheck): Promise<TimedVariant[] | null> {
    const { machine, onStep, ...limits } = this.options;
    const turns = ways.map(({ serve, tasks, times = tasks.length, untimed }) => async () => {
      const plan = { minutes: times, untimed, limitMs: Infinity };
      const { answers, timings } = await takeTurn(serve, tasks, 0, plan, machine.now);
      check?.add(answers);
      return median(timings.map(({ wallMs }) => wallMs));
    });
    return timeInRounds(turns, { ...limits, now: machine.now, onRound: (round) => onStep(`round ${round}`) });
  }

  /** Warms all ways up, compares their answers, and times them; null if aborted. */
  async compare<const Ways extends readonly Way[]>(ways: Ways): Promise<Compared<Ways> | null> {
    const check = new AnswerCheck(this.options.items);
    const times = (await this.warmUp(ways, check)) ? await this.times(ways) : null;
    if (times === null) return null;
    // One for each way.
    const inOrder = times as { [Index in keyof Ways]: TimedVariant };
    return { rounds: times[0]?.roundMs.length ?? 0, times: inOrder, answers: check.agreement };
  }
}

/** All whole numbers up to `most` if they are few, otherwise the powers of two; always 1 and `most`. */
export function countsUpTo(most: number): number[] {
  const counts = Array.from({ length: most }, (_, i) => i + 1);
  return counts.filter((count) => most <= 8 || count === most || Number.isInteger(Math.log2(count)));
}
