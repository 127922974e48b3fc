import { median, medianEstimate, type Estimate } from '../../core/statistics.js';
import type { Executor } from '../../core/executor.js';
import type { ReadyFacts } from '../../core/types.js';
import { unlessAborted } from '../../core/abort.js';
import type { ProcessUsage } from '../../host/process-usage.js';
import { numbersOnly } from '../../measure/turn.js';
import { countText, durationText, figures, plural, sizeText } from '../../report/format.js';
import { type Column, estimate, figure, tableOf } from '../../report/table.js';
import { BACKEND, type Scenario, type ScenarioSetting } from './scenario.js';
import { countsUpTo, type Trial } from './trial.js';

/** Memory and processor time of waiting actors. Each actor is one sample, however often it was measured. */
export interface IdleActors {
  readonly actors: number;
  /** Resident memory of an actor, bytes. */
  readonly residentBytes: Estimate;
  /** The same with shared pages divided among their processes; null if the kernel does not report it. */
  readonly proportionalBytes: Estimate | null;
  /** Of all actors together, proportional if known, bytes. */
  readonly totalBytes: number;
  /** Processor time of an actor per second of waiting, ms. */
  readonly cpuMsPerS: Estimate;
}

export interface IdleResult extends ScenarioSetting {
  /** How long actors waited per watch, ms. */
  readonly watchMs: number;
  /** Resolution of the system's processor times, ms. */
  readonly cpuStepMs: number;
  /** By number of actors, ascending, at least one. */
  readonly counts: readonly IdleActors[];
}

/** Minutes served before the wait. */
const MINUTES_BEFORE = 5;
/** Time for actors to tidy up after serving, ms. */
const SETTLE_MS = 500;
/** Watches of each number of actors. */
const WATCHES = 3;
/** Less than a hundredth of a processor is not worth mentioning. */
const NOTICEABLE_MS_PER_S = 10;

/**
 * Memory and processor time of 1, 2, … actors that have served a few minutes and now wait. Unlike other scenarios, it
 * does not compare variants in rounds but watches processes.
 */
export const idle: Scenario<IdleResult> = {
  question: 'What do idle actors cost?',
  items: 500,
  actors: (processors) => processors * 2,
  async measure(trial) {
    const { actors, items, timeMs, machine, onStep } = trial.options;
    const { cpuStepMs } = machine.usage(process.pid); // fails before actors start if the system does not report usage
    const watchMs = timeMs / WATCHES;
    const counts: IdleActors[] = [];
    let setup: Pick<ReadyFacts, 'backend' | 'model'> | null = null;
    for (const count of countsUpTo(actors)) {
      onStep(`${count} waiting`);
      const found = await trial.using(count, ['pool'], async ({ pool }, ready) => {
        const idleActors = await unlessAborted(watch(trial, pool, ready, watchMs), trial.options.signal);
        return idleActors === null ? null : { idleActors, ready };
      });
      if (found === null) return null;
      counts.push(found.idleActors);
      setup ??= { backend: found.ready.backend, model: found.ready.model };
    }
    return setup === null ? null : { ...setup, actors, items, rounds: WATCHES, watchMs, cpuStepMs, counts };
  },
  table: (results) => tableOf(COLUMNS, results.flatMap(rows)),
  lesson({ counts }) {
    const most = counts[counts.length - 1]!;
    return `${memorySentence(counts[0]!, most)} ${processorSentence(most)}`;
  },
  caveats: ({ counts, rounds, watchMs, cpuStepMs }) => [
    ...(counts.some(({ proportionalBytes }) => proportionalBytes === null)
      ? ['This kernel does not report shared pages, so the sum counts the program’s own code once per actor.']
      : []),
    `Each actor is one sample: its memory is the median of ${rounds} watches, its processor time that of all ` +
      `${durationText(rounds * watchMs)} of them, counted in steps of ${cpuStepMs} ms. With fewer than seven actors, ` +
      'intervals are the range of the actors.',
    'Actors had served a few minutes before they waited: what that left on their heaps is included.',
  ],
};

const COLUMNS: readonly Column<ReturnType<typeof rows>[number]>[] = [
  figure('actors', 'actors', countText, ({ one }) => one.actors),
  BACKEND,
  estimate('resident, each', 'resident_bytes', sizeText, ({ one }) => one.residentBytes),
  estimate('shared pages divided', 'proportional_bytes', sizeText, ({ one }) => one.proportionalBytes),
  figure('all together', 'total_bytes', sizeText, ({ one }) => one.totalBytes),
  estimate('processor time per second, each', 'cpu_ms', durationText, ({ one }) => one.cpuMsPerS),
];

function rows(result: IdleResult) {
  return result.counts.map((one) => ({ result, one }));
}

async function watch(trial: Trial, pool: Executor, ready: ReadyFacts, watchMs: number): Promise<IdleActors> {
  const { now, pause, usage } = trial.options.machine;
  const pids = ready.actors.map(({ pid }) => pid);
  for (const minute of trial.minutes(ready.input, MINUTES_BEFORE)) {
    await pool.run(minute, numbersOnly('batched'));
  }
  await pause(SETTLE_MS);
  const before = pids.map(usage);
  const startedAtMs = now();
  const watches: ProcessUsage[][] = [];
  for (let taken = 0; taken < WATCHES; taken++) {
    await pause(watchMs);
    watches.push(pids.map(usage));
  }
  return idleActors(before, watches, (now() - startedAtMs) / 1000);
}

/**
 * Watches of one process resemble each other, so each actor gives one figure.
 *
 * @param watches `[watches][actors]`
 * @param seconds of all watches together
 */
function idleActors(
  before: readonly ProcessUsage[],
  watches: readonly (readonly ProcessUsage[])[],
  seconds: number,
): IdleActors {
  const last = watches[watches.length - 1]!;
  const overActors = (bytes: (usage: ProcessUsage) => number): Estimate =>
    medianEstimate(last.map((_, actor) => median(watches.map((usages) => bytes(usages[actor]!)))));
  const isKnown = watches.flat().every(({ proportionalBytes }) => proportionalBytes !== null);
  const resident = ({ residentBytes }: ProcessUsage): number => residentBytes;
  const proportional = ({ proportionalBytes }: ProcessUsage): number => proportionalBytes ?? NaN;
  const held = isKnown ? proportional : resident;
  return {
    actors: last.length,
    residentBytes: overActors(resident),
    proportionalBytes: isKnown ? overActors(proportional) : null,
    totalBytes: last.reduce((sum, usage) => sum + held(usage), 0),
    // Over all watches, because waiting takes little time compared with the steps in which it is counted.
    cpuMsPerS: medianEstimate(last.map(({ cpuMs }, actor) => (cpuMs - before[actor]!.cpuMs) / seconds)),
  };
}

function memorySentence(first: IdleActors, most: IdleActors): string {
  const each = `An idle actor holds ${sizeText((most.proportionalBytes ?? most.residentBytes).value)}`;
  if (most.actors === first.actors) return `${each}.`;
  const growth = (most.totalBytes - first.totalBytes) / (most.actors - first.actors);
  const total = `${plural(most.actors, 'actor')} held ${sizeText(most.totalBytes)} together`;
  return `${each}; ${total}, and each additional one added ${sizeText(growth)}.`;
}

function processorSentence({ cpuMsPerS: { value } }: IdleActors): string {
  if (value >= NOTICEABLE_MS_PER_S) {
    return `Each also used ${durationText(value)} of processor time per second, ${figures(value / 10)} % of a processor, for nothing.`;
  }
  const time = value > 0 ? `${durationText(value)} per second` : 'too little to count';
  return `Waiting used hardly any processor time (${time}), so memory is what idle actors cost.`;
}
