import type { CallStyle } from '../core/types.js';
import { plural } from '../report/format.js';

/** One way to serve minutes, to be measured. */
export interface ArmPlan {
  /** Unique among the arms of a case. */
  readonly name: string;
  readonly mode: 'sequential' | 'parallel';
  readonly style: CallStyle;
  /** Processes that compute; 1 where sequential. */
  readonly actors: number;
  /** Threads of each of them. */
  readonly threads: number;
}

export interface ArmChoice {
  /** Numbers of actors, ascending. */
  readonly actors: readonly number[];
  /** Threads of an actor. */
  readonly threads: number;
  /** Threads of one more sequential arm, which is to use all processors; null: there is none. */
  readonly allThreads: number | null;
  /** Without the per-item arms. */
  readonly batchedOnly: boolean;
}

/** The arms of a case, simple ones first: of two that are equally fast the first one wins. */
export function armPlans({ actors, threads, allThreads, batchedOnly }: ArmChoice): ArmPlan[] {
  const styles: readonly CallStyle[] = batchedOnly ? ['batched'] : ['per-item', 'batched'];
  const sequential = styles.map((style) => sequentialArm(style, threads));
  const withAllThreads = allThreads === null ? [] : [allThreadsArm(allThreads)];
  const parallel = actors.flatMap((count) => styles.map((style) => parallelArm(style, count, threads)));
  return [...sequential, ...withAllThreads, ...parallel];
}

function sequentialArm(style: CallStyle, threads: number): ArmPlan {
  return { name: `sequential, ${STYLE[style]}`, mode: 'sequential', style, actors: 1, threads };
}

function allThreadsArm(threads: number): ArmPlan {
  return { ...sequentialArm('batched', threads), name: `sequential, batched, ${plural(threads, 'thread')}` };
}

function parallelArm(style: CallStyle, actors: number, threads: number): ArmPlan {
  return { name: `${plural(actors, 'actor')}, ${STYLE[style]}`, mode: 'parallel', style, actors, threads };
}

const STYLE = { 'per-item': 'per item', batched: 'batched' } as const;
