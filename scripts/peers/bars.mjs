/** Targets for ratios of two variants' times, and whether they are met. */
import { medianEstimate } from '#build/core/statistics.js';

/** `slow`'s time divided by `fast`'s must be at least `least`, or at most `most`; without either it is only reported. */
const BARS = [
  {
    what: 'no model, against Ray at its best (one array)',
    case: 'none',
    slow: 'ray array',
    fast: 'own batched',
    least: 4,
  },
  {
    what: 'no model, against Ray’s compiled graph',
    case: 'none',
    slow: 'ray compiled',
    fast: 'own batched',
  },
  { what: 'no model, against a bare pipe', case: 'none', slow: 'own batched', fast: 'bare bytes', most: 1.5 },
  ...['mlp', 'lstm'].flatMap((model) => {
    const title = model.toUpperCase();
    return [
      {
        what: `${title}, per item, against Ray from tuples`,
        case: model,
        slow: 'ray per-item',
        fast: 'own per-item',
        least: 1.5,
      },
      {
        what: `${title}, per item, against Ray at its best (one array, session)`,
        case: model,
        slow: 'ray per-item-array',
        fast: 'own per-item',
      },
      {
        what: `${title}, batched, against Ray at its best (one array)`,
        case: model,
        slow: 'ray array',
        fast: 'own batched',
        least: model === 'mlp' ? 4 : 1.5,
      },
      {
        what: `${title}, batched, against Ray’s compiled graph`,
        case: model,
        slow: 'ray compiled',
        fast: 'own batched',
      },
    ];
  }),
  ...[
    ['lstm-many', 'LSTM, many items, batched', 'own batched 1', 'own batched', 1.9],
    ['lstm', 'LSTM, batched', 'own batched 1', 'own batched', undefined],
    ['lstm', 'LSTM, per item', 'own per-item 1', 'own per-item', undefined],
    ['mlp-many', 'MLP, many items, batched', 'own batched 1', 'own batched', undefined],
    ['mlp', 'MLP, per item', 'own per-item 1', 'own per-item', undefined],
    ['lstm-many', 'Ray, one array: LSTM, many items, batched', 'ray array 1', 'ray array', undefined],
  ].map(([name, what, slow, fast, least]) => ({
    what: `all actors against 1: ${what}`,
    case: name,
    slow,
    fast,
    ...(least === undefined ? {} : { least }),
  })),
];

/** A variant's time divided by another's, paired by round: median with its 95 % interval. */
export function ratioOf(slow, fast) {
  return medianEstimate(slow.turnsMs.map((ms, round) => ms / fast.turnsMs[round]));
}

/** The targets of the cases that were run; `reached` is null without a target. */
export function judge(results) {
  return BARS.flatMap(({ what, case: name, slow, fast, least, most }) => {
    const variants = results.get(name)?.variants;
    if (variants === undefined) return [];
    const ratio = ratioOf(variants.get(slow), variants.get(fast));
    const bar = least ?? most ?? null;
    const reached = bar === null ? null : least === undefined ? ratio.value <= bar : ratio.value >= bar;
    return [{ what, ratio, bar, kind: least === undefined ? 'at most' : 'at least', reached }];
  });
}
