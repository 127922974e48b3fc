import { inverse } from '../../core/scaling.js';
import type { Estimate } from '../../core/statistics.js';
import type { CallStyle } from '../../core/types.js';
import type { Agreement } from '../../core/comparison.js';
import { durationText, plural } from '../../report/format.js';
import {
  BACKEND_COLUMN,
  backendCell,
  commonCaveats,
  countCell,
  estimateCells,
  estimateColumns,
  ratioText,
  verdictOf,
  type ScenarioSetting,
  type ScenarioText,
  type TimedWay,
} from './scenario-parts.js';
import { numberCell, textCell } from '../../report/table.js';

/** Ways to hand out the same items, from the finest to the coarsest. */
export const GRAINS = ['tiny', 'big-per-item', 'big-batched'] as const;
export type Grain = (typeof GRAINS)[number];

export interface GranularityWay extends TimedWay {
  readonly calls: number;
  /** Of every call but perhaps the last. */
  readonly itemsPerCall: number;
  readonly style: CallStyle;
}

/** The same items as many tiny calls and as few big ones. */
export interface GranularityResult extends ScenarioSetting {
  /** Items that were to be served; more than `items` where that would have taken too long. */
  readonly wantedItems: number;
  readonly ways: Readonly<Record<Grain, GranularityWay>>;
  /** Paired by round: tiny calls / big calls that predict item by item. What is left between them is messages. */
  readonly messages: Estimate;
  /** Paired by round: big calls that predict item by item / big calls that predict in batches. */
  readonly batching: Estimate;
  /** Time that each message more added, ms, paired by round. */
  readonly perMessageMs: Estimate;
  /** Of all ways' answers to the items of the warm-up. */
  readonly answers: Agreement;
}

const NAMES: Readonly<Record<Grain, string>> = {
  tiny: 'an item a call',
  'big-per-item': 'big calls, predicted item by item',
  'big-batched': 'big calls, predicted in batches',
};

export const granularityText: ScenarioText<GranularityResult> = {
  question: 'What does it cost to hand out items one by one, and what of it is messages?',
  columns: [
    { key: 'way', title: 'way' },
    BACKEND_COLUMN,
    { key: 'actors', title: 'actors' },
    { key: 'calls', title: 'calls' },
    { key: 'items_per_call', title: 'items a call' },
    ...estimateColumns('time', 'time', 'ms'),
    { key: 'per_item_ms', title: 'an item' },
    { key: 'rounds', title: 'rounds' },
  ],
  rows: (result) =>
    GRAINS.map((grain) => {
      const { calls, itemsPerCall, medianMs } = result.ways[grain];
      return [
        textCell(NAMES[grain]),
        backendCell(result),
        countCell(result.actors),
        countCell(calls),
        countCell(itemsPerCall),
        ...estimateCells(medianMs, durationText),
        numberCell(medianMs.value / result.items, durationText),
        countCell(result.rounds),
      ];
    }),
  shows: ({ ways, messages, batching, perMessageMs }) =>
    [
      messagesSentence(ways, messages, perMessageMs),
      batchingSentence(batching),
      largerCause(messages, batching),
    ].join(' '),
  caveats: (result) => {
    const caveats = commonCaveats(result, result.answers, 'fewer --items leave time for more rounds');
    if (result.wantedItems > result.items) {
      caveats.push(
        `${plural(result.wantedItems, 'item')} would have taken too long with this model, so there were ` +
          `${plural(result.items, 'item')}; --items asks for more.`,
      );
    }
    return [
      ...caveats,
      'All calls are sent before the first answer is waited for, so the tiny calls wait for no round trip: ' +
        'one that waited for each would take longer still.',
    ];
  },
};

function messagesSentence(
  ways: GranularityResult['ways'],
  messages: Estimate,
  perMessageMs: Estimate,
): string {
  const { calls } = ways.tiny;
  switch (verdictOf(messages)) {
    case 'longer':
      return (
        `${plural(calls, 'call')} of one item took ${ratioText(messages)} as long as the same predictions in ` +
        `${plural(ways['big-per-item'].calls, 'call')}: each message more cost ${durationText(perMessageMs.value)}.`
      );
    case 'shorter':
      return `Tiny calls were the faster ones here: big calls with the same predictions took ${ratioText(inverse(messages))} as long.`;
    case 'same':
      return `That there were ${plural(calls, 'message')} made no difference that could be measured: they took ${ratioText(messages)} as long.`;
  }
}

function batchingSentence(batching: Estimate): string {
  switch (verdictOf(batching)) {
    case 'longer':
      return `Predicting item by item took ${ratioText(batching)} as long as in batches, messages being the same.`;
    case 'shorter':
      return `Batches did not pay with this model: they took ${ratioText(inverse(batching))} as long as predicting item by item.`;
    case 'same':
      return `Predicting in batches gained nothing that could be measured: item by item took ${ratioText(batching)} as long.`;
  }
}

function largerCause(messages: Estimate, batching: Estimate): string {
  if (verdictOf(messages) !== 'longer' && verdictOf(batching) !== 'longer') {
    return 'With this model it does not matter how work is cut.';
  }
  return batching.value > messages.value
    ? 'Most of what big chunks gain here is that they can be predicted in batches.'
    : 'Most of what big chunks gain here is that fewer messages go round.';
}
