/** DESIGN §11's targets for backfills, and whether they are met. */
import { medianEstimate } from '#build/core/statistics.js';

/** The largest accepted share of the script's time. */
const MOST_OF_SCRIPT = { node: 0.6, wasm: 0.8 };

/**
 * Ratios of the times of two variants, `above` to `below`, with the target `least` or `most` if there is one. `of` is
 * `wallMs`, the whole command, or `innerMs`, without start-up. `only` names the recording that the target is for;
 * `isForOne`: the ratio is of no interest to others.
 */
function barsOf(backend) {
  const own = `actors ${backend}`;
  return [
    {
      what: `time relative to the script, ${backend}`,
      ...{ of: 'wallMs', above: own, below: 'script', most: MOST_OF_SCRIPT[backend] },
    },
    {
      what: `time relative to the floor shared by the actors, ${backend}`,
      ...{ of: 'innerMs', above: own, below: `floor ${backend}`, most: 1.25 },
    },
    {
      what: `2 actors over --mode sequential, ${backend}`,
      ...{ of: 'innerMs', above: `sequential ${backend}`, below: own, least: 1.6 },
    },
    {
      what: `blocks over --block 1, ${backend}`,
      ...{ of: 'innerMs', above: `block-1 ${backend}`, below: own, least: 4, only: '10x30d' },
    },
    {
      what: `rate relative to reading alone, ${backend}`,
      ...{ of: 'innerMs', above: 'reading', below: own, least: 0.8, only: 'one-row', isForOne: true },
    },
  ];
}

/** Two variants' ratio, paired by round: median with its 95 % interval. */
export function ratioOf(above, below, of) {
  return medianEstimate(above[of].map((ms, round) => ms / below[of][round]));
}

/** The ratios of a recording's runs; `met` is null without a target. */
export function judge({ name, runs }, backends) {
  const bars = backends.flatMap(barsOf).filter(({ isForOne, only }) => !isForOne || only === name);
  return bars.flatMap(({ what, of, above, below, least, most, only = name }) => {
    if (!runs.has(above) || !runs.has(below)) return [];
    const ratio = ratioOf(runs.get(above), runs.get(below), of);
    const target = only !== name ? '' : least === undefined ? `at most ${most}` : `at least ${least}`;
    const met = least === undefined ? ratio.value <= most : ratio.value >= least;
    return [{ recording: name, what, ratio, target, met: target === '' ? null : met }];
  });
}
