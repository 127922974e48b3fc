import { isDeepStrictEqual } from 'node:util';

import { AiopsError } from '../../core/errors.js';
import { isoTime } from '../../core/time.js';
import type { StepGroups } from '../../read/minutes/select-steps.js';
import type { Cut, Slice } from '../plan/plan-file.js';

/**
 * The steps of a slice and of its look-back, in the groups they were read in: ends after the step before the next
 * slice. The reader must come past each cut on the way with the positions that the plan has for it, which proves that
 * reading may start there.
 *
 * @throws AiopsError `config` where it does not
 */
export async function* sliceSteps(slice: Slice, groups: StepGroups): StepGroups {
  const cuts = cutsOf(slice);
  let next = 0;
  for await (const group of groups) {
    for (const [i, { batch, positions }] of group.entries()) {
      const minuteMs = batch?.minuteMs ?? -Infinity;
      for (; next < cuts.length && cuts[next]!.minuteMs <= minuteMs; next++) {
        const cut = cuts[next]!;
        if (cut.minuteMs < minuteMs || !isDeepStrictEqual(cut.positions, positions)) throw misfit(slice, cut);
      }
      if (minuteMs !== slice.until?.minuteMs) continue;
      yield group.slice(0, i + 1);
      return undefined;
    }
    yield group;
  }
  const missed = cuts[next];
  if (missed !== undefined) throw misfit(slice, missed);
  return undefined;
}

/** Those that the reader of a slice comes past, in order. */
function cutsOf({ from, readFrom, passes, until }: Slice): Cut[] {
  const isRead = from !== null && from.minuteMs > (readFrom?.minuteMs ?? -Infinity);
  const cuts = [...(isRead ? [from] : []), ...passes, ...(until === null ? [] : [until])];
  return cuts.sort((a, b) => a.minuteMs - b.minuteMs);
}

function misfit({ number }: Slice, { minuteMs }: Cut): AiopsError {
  return new AiopsError(
    'config',
    `slice ${number} does not fit: the recording cannot be cut after ${isoTime(minuteMs)} where the plan cuts it`,
    { hint: 'make another plan with another number of --slices, or replay the recording without one' },
  );
}
