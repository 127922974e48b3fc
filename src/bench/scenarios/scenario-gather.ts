import type { Estimate } from '../../core/statistics.js';
import type { Agreement } from '../../core/comparison.js';
import { durationText, figures, plural } from '../../report/format.js';
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
import { textCell } from '../../report/table.js';

/** When a caller waits for chunks. */
export const WAITS = ['in-turn', 'at-once'] as const;
export type Wait = (typeof WAITS)[number];

/** The same chunks on the same actors, waited for in two ways. */
export interface GatherResult extends ScenarioSetting {
  /** That the machine lets us use. */
  readonly processors: number;
  readonly minutesPerRound: number;
  readonly ways: Readonly<Record<Wait, TimedWay>>;
  /** Paired by round: waiting in turn / waiting once. */
  readonly slowdown: Estimate;
  readonly answers: Agreement;
}

const NAMES: Readonly<Record<Wait, string>> = {
  'in-turn': 'wait for each chunk in turn',
  'at-once': 'send all, wait once',
};

export const gatherText: ScenarioText<GatherResult> = {
  question: 'What does it cost to wait for each chunk before the next one is sent?',
  columns: [
    { key: 'way', title: 'way' },
    BACKEND_COLUMN,
    { key: 'actors', title: 'actors' },
    { key: 'items', title: 'items' },
    ...estimateColumns('minute', 'a minute', 'ms'),
    { key: 'rounds', title: 'rounds' },
  ],
  rows: (result) =>
    WAITS.map((wait) => [
      textCell(NAMES[wait]),
      backendCell(result),
      countCell(result.actors),
      countCell(result.items),
      ...estimateCells(result.ways[wait].medianMs, durationText),
      countCell(result.rounds),
    ]),
  shows: ({ actors, processors, slowdown }) => {
    if (actors === 1) return 'With one actor there is no other one to wait for: both ways are the same work.';
    switch (verdictOf(slowdown)) {
      case 'longer':
        return (
          `Waiting in turn took ${ratioText(slowdown)} as long: one actor worked while the others waited. ` +
          `The most that ${plural(actors, 'actor')} on ${plural(processors, 'processor')} could gain is ` +
          `${figures(Math.min(actors, processors))} ×.`
        );
      case 'shorter':
        return (
          `Waiting in turn was not slower here, it took ${ratioText(slowdown)} as long: ` +
          'chunks this small gain less from working at once than they lose by getting in each other’s way.'
        );
      case 'same':
        return `No difference could be measured here: waiting in turn took ${ratioText(slowdown)} as long.`;
    }
  },
  caveats: (result) => [
    ...commonCaveats(result, result.answers, '--rounds asks for more'),
    ...(result.actors > result.processors
      ? [`${plural(result.actors, 'actor')} share ${plural(result.processors, 'processor')}.`]
      : []),
    'The calling process needs a processor too, while it cuts chunks and joins answers.',
  ],
};
