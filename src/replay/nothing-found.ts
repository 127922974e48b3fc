import { AiopsError, type Notice } from '../core/errors.js';
import { isoTime } from '../core/time.js';
import type { Counters } from '../read/counters.js';
import type { ReadExtent, Recording } from '../read/recording.js';
import { countText, plural } from '../report/format.js';
import type { RunCounts } from '../core/counts.js';
import type { ReadSettings } from '../read/options.js';

/**
 * A warning if a run accepted no record.
 *
 * @throws AiopsError `input_unusable` where that is not explained by the settings
 */
export function noticesOfNothing(
  asked: Asked,
  { counts, example }: Pick<Counters, 'counts' | 'example'>,
  recording: Pick<Recording, 'extent'>,
): Notice[] {
  return counts.accepted > 0 ? [] : [explainNothing(asked, counts, recording.extent(), example)];
}

/** The settings that select records. */
export type Asked = Pick<ReadSettings, 'fromMs' | 'toMs' | 'shard' | 'targets'>;

/**
 * Explains why a run accepted no record. A slice or a share may be empty, which is worth a warning. Without `--from`,
 * `--to` and `--shard`, or where `--targets` selects nothing in the whole input, something is wrong.
 *
 * @throws AiopsError `input_unusable`
 */
export function explainNothing(asked: Asked, counts: RunCounts, extent: ReadExtent, example: string): Notice {
  const { targets, shard } = asked;
  const isSelective = asked.fromMs !== null || asked.toMs !== null || shard !== null;
  // Without a minute of a selected target behind the range, reading went on to the end of the input.
  if (targets !== undefined && !extent.targets.hasNamed && extent.targets.count > 0) {
    const names = targets.map((name) => JSON.stringify(name)).join(', ');
    throw new AiopsError(
      'input_unusable',
      `--targets ${names} matches no target; the input has ${seenText(extent)}`,
      { hint: 'check the names; * stands for any text, for instance --targets "web-*"' },
    );
  }
  if (isSelective) return { level: 'warning', text: emptyText(asked, counts, extent) };
  throw new AiopsError(
    'input_unusable',
    counts.records > 0
      ? `none of the ${countText(counts.records)} records could be used${example}`
      : 'the input has no records',
    { hint: 'see --time-column, --columns and --map for how records are read' },
  );
}

function emptyText(asked: Asked, { rejected }: RunCounts, extent: ReadExtent): string {
  const { shard, targets } = asked;
  const isRange = asked.fromMs !== null || asked.toMs !== null;
  const share = shard === null ? '' : `shard ${shard.index}/${shard.count}`;
  const bad = rejected === 0 ? '' : `; ${plural(rejected, 'record')} rejected`;
  if (shard !== null && !extent.targets.hasSelected && extent.targets.count > 0) {
    return `no target of ${share} among the ${seenText(extent)} seen${bad}`;
  }
  const of = shard !== null ? ` of ${share}` : targets === undefined ? '' : ' of the selected targets';
  const range = isRange ? rangeText(asked) : '';
  return `no usable record${of}${range}; ${extentText(extent)}${bad}`;
}

function rangeText({ fromMs, toMs }: Asked): string {
  if (fromMs === null) return toMs === null ? '' : ` before ${isoTime(toMs)}`;
  return toMs === null ? ` from ${isoTime(fromMs)} on` : ` between ${isoTime(fromMs)} and ${isoTime(toMs)}`;
}

function extentText({ firstMs, beforeMs, afterMs }: ReadExtent): string {
  if (beforeMs !== null && afterMs !== null)
    return `the nearest records are at ${isoTime(beforeMs)} and ${isoTime(afterMs)}`;
  if (beforeMs !== null)
    return `the records run from ${isoTime(firstMs ?? beforeMs)} to ${isoTime(beforeMs)}`;
  if (afterMs !== null) return `the first record is at ${isoTime(afterMs)}`;
  return 'there is none at any time';
}

function seenText({ targets }: ReadExtent): string {
  return targets.isMore ? `more than ${countText(targets.count)} targets` : plural(targets.count, 'target');
}
