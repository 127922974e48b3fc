import { performance } from 'node:perf_hooks';

import { sleep } from '../../core/timer.js';
import type { Notice } from '../../core/errors.js';
import type { ActorLog, Executor, ReadyFacts } from '../../core/types.js';
import { Pool } from '../../pool/pool.js';
import { Solo } from '../../pool/solo.js';
import { processUsage, type ProcessUsage } from '../../host/process-usage.js';
import { usableProcessors } from '../../host/processors.js';
import type { LoadRequest } from '../../protocol/messages.js';
import { unlessAborted } from '../../core/unless-aborted.js';

/** All that scenarios do to the world. */
export interface LabTools {
  /** Monotonic clock, ms. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
  readonly openPool: (load: LoadRequest, actors: number) => Executor;
  readonly openSolo: (load: LoadRequest) => Executor;
  readonly usage: (pid: number) => ProcessUsage;
  /** That this process may use. */
  readonly processors: number;
}

/** What a scenario is to measure, and with what. */
export interface Lab {
  /** One for each backend and batch size to measure. */
  readonly loads: readonly LoadRequest[];
  /** The most actors; null: as many as suit the scenario. */
  readonly actors: number | null;
  /** Items of one piece of work; null: as many as suit the scenario. */
  readonly items: number | null;
  /** Samples of each way, at least; fewer where `limitMs` comes first. */
  readonly rounds: number;
  /** Time to spend on each way, at least, ms; less where `limitMs` comes first. */
  readonly timeMs: number;
  /** No round begins that would likely end later than this after the start, ms; there is always one. */
  readonly limitMs: number;
  /** Of the generated minutes; any 32-bit integer. */
  readonly seed: number;
  /** Aborted: end without a result. */
  readonly signal: AbortSignal;
  /** Told once what actors had to tell, for instance what was downgraded. */
  readonly onNotice: (notice: Notice) => void;
  /** Told what is under way now, for people. */
  readonly onStep: (text: string) => void;
  readonly tools: LabTools;
}

/** A lab at work on one backend with one batch size. */
export interface Station extends Lab {
  readonly load: LoadRequest;
  /** No round begins that would likely end later, on the clock of `tools.now`. */
  readonly endMs: number;
  /** Whether processes turn out to compute as those of an earlier result did, which `auto` can bring about. */
  readonly isKnown: (ready: ReadyFacts) => boolean;
}

/** Real actors, clock and processes. */
export function labTools(options: {
  /** Gets every line that an actor prints. */
  readonly log: ActorLog;
  /** Time without an answer after which an actor counts as stuck, ms. */
  readonly timeoutMs: number;
}): LabTools {
  return {
    now: () => performance.now(),
    pause: (ms) => sleep(ms),
    openPool: (load, actors) => new Pool({ load, actors, ...options }),
    openSolo: (load) => new Solo({ load, ...options }),
    usage: (pid) => processUsage(pid),
    processors: usableProcessors(),
  };
}

/** Starts an executor, works with it and stops it, whatever happens; null: aborted before that, or known already. */
export async function workWith<T>(
  executor: Executor,
  { signal, onNotice, isKnown }: Pick<Station, 'signal' | 'onNotice' | 'isKnown'>,
  work: (ready: ReadyFacts) => Promise<T | null>,
): Promise<T | null> {
  try {
    const ready = await unlessAborted(executor.start(), signal);
    if (ready === null || isKnown(ready)) return null;
    for (const notice of ready.notices) onNotice(notice);
    return await work(ready);
  } finally {
    await executor.stop();
  }
}

/** All whole numbers up to `most` where they are few, then powers of two; always 1 and `most`. */
export function countsUpTo(most: number): number[] {
  const counts = Array.from({ length: most }, (_, i) => i + 1);
  return counts.filter((count) => most <= 8 || count === most || Number.isInteger(Math.log2(count)));
}
