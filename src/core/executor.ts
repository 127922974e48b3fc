import type { Answers, Block, BlockRequest } from './block.js';
import type { BlockTiming, ReadyFacts } from './types.js';

export interface BlockRun {
  readonly answers: Answers;
  readonly timing: BlockTiming;
  /** How many actors were lost on it although no item crashes actors; absent: none. */
  readonly losses?: number;
}

/** The one seam between a run and whatever computes: a pool of actors, one child process, some day a cluster. */
export interface Executor {
  readonly name: 'pool' | 'solo';
  /** Actors that it serves with. */
  readonly actors: number;
  /** Starts and warms up the actors, once however often it is called. @throws AiopsError that names what failed */
  start(): Promise<ReadyFacts>;
  /** Answers every row of the block, or rejects. Several calls may be under way. */
  run(block: Block, request: BlockRequest): Promise<BlockRun>;
  /** Ends all actors; resolves once they are gone. Safe to call twice and before start. */
  stop(): Promise<void>;
}

/** A pool, whose actors a benchmark also uses in part or one by one. */
export interface PoolExecutor extends Executor {
  /** @param actors how many actors to cut the block for, the first ones; default: all */
  run(block: Block, request: BlockRequest, actors?: number): Promise<BlockRun>;
  /** Has one actor, by its 0-based slot, answer a block as one chunk, which is not retried. */
  ask(slot: number, block: Block, request: BlockRequest): Promise<Answers>;
}
