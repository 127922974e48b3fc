import { shardOf } from '../../core/shard.js';
import type { Shard } from '../../core/shard.js';
import type { RejectFacts } from '../../core/types.js';

/*
 * Which of several runs over one recording a rejected record belongs to, so that the rejects of all slices
 * (`--from`, `--to`) and shares (`--shard`) are together those of one run over everything, each once.
 * docs/formats.md ("Which run keeps a reject") states the rules for users.
 */

/** Where an input is when a record is rejected; minutes in epoch ms. */
export interface PlaceInTime {
  /** The minute of the last record before it with a readable time, or what stands for it at the head of the input. */
  readonly lastMs: number;
  /** The earliest minute that a record may still have here: it goes back at most `--grace` intervals. */
  readonly earliestMs: number;
}

/**
 * The minute that a reject counts to: its own. If that cannot be read, or goes back further than the input's order
 * allows, it counts to the minute of the last record before it. So once `earliestMs` has passed the end of a time
 * range, no reject of that range follows, and reading may stop.
 */
export function minuteOwning({ minuteMs }: RejectFacts, { lastMs, earliestMs }: PlaceInTime): number {
  return minuteMs >= earliestMs ? minuteMs : lastMs;
}

/** Whether a reject belongs to the share: to that of its target, or without a target to share 1. */
export function isOfShard({ target }: RejectFacts, shard: Shard | null): boolean {
  if (shard === null) return true;
  return shard.index === (target === null ? 1 : shardOf(target, shard.count));
}

/**
 * For each input, the minute that its rejects count to until its first record with a readable time: that record's,
 * or, where its sample has none, that of the first input whose sample has one. NaN in `firstMinutesMs` says none.
 */
export function headMinutes(firstMinutesMs: readonly number[]): number[] {
  const anyMs = firstMinutesMs.find((minuteMs) => !Number.isNaN(minuteMs)) ?? -Infinity;
  return firstMinutesMs.map((minuteMs) => (Number.isNaN(minuteMs) ? anyMs : minuteMs));
}
