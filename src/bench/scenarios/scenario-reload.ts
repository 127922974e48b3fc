import type { Estimate } from '../../core/statistics.js';
import type { Agreement } from '../../core/comparison.js';
import { durationText, figures } from '../../report/format.js';
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

/** What a process that serves one call goes through, in order. */
export const RELOAD_PARTS = ['process', 'load', 'warm-up', 'serve', 'stop'] as const;
export type ReloadPart = (typeof RELOAD_PARTS)[number];

/** A task that loads its model at each call, against an actor that has it. */
export interface ReloadResult extends ScenarioSetting {
  /** A whole call in a process of its own. */
  readonly fresh: TimedWay;
  /** Medians of that call's parts, ms. */
  readonly partsMs: Readonly<Record<ReloadPart, Estimate>>;
  /** The same call put to an actor. */
  readonly actor: TimedWay;
  /** Paired by round: fresh / actor. */
  readonly slowdown: Estimate;
  readonly answers: Agreement;
}

const NAMES: Readonly<Record<ReloadPart, string>> = {
  process: '  of that: start of the process',
  load: '  load the model',
  'warm-up': '  warm-up',
  serve: '  serve the items',
  stop: '  leave',
};

export const reloadText: ScenarioText<ReloadResult> = {
  question: 'What does it cost to load the model at each call, instead of once into an actor?',
  columns: [
    { key: 'way', title: 'way' },
    BACKEND_COLUMN,
    { key: 'items', title: 'items' },
    ...estimateColumns('call', 'a call', 'ms'),
    { key: 'rounds', title: 'rounds' },
  ],
  rows: (result) => {
    const row = (name: string, ms: Estimate) => [
      textCell(name),
      backendCell(result),
      countCell(result.items),
      ...estimateCells(ms, durationText),
      countCell(result.rounds),
    ];
    return [
      row('a process for each call', result.fresh.medianMs),
      ...RELOAD_PARTS.map((part) => row(NAMES[part], result.partsMs[part])),
      row('an actor that has the model', result.actor.medianMs),
    ];
  },
  shows: ({ slowdown, partsMs, fresh }) => {
    const share = (part: ReloadPart): string =>
      `${figures((partsMs[part].value / fresh.medianMs.value) * 100)} %`;
    const where =
      `Of a call in a process of its own, ${share('process')} went into starting it, ${share('load')} into loading ` +
      `the model, ${share('warm-up')} into warming up and ${share('serve')} into the items.`;
    switch (verdictOf(slowdown)) {
      case 'longer':
        return `Loading at each call took ${ratioText(slowdown)} as long as asking an actor. ${where}`;
      case 'shorter':
      case 'same':
        return `With so much work in a call, loading the model for it did not show. ${where}`;
    }
  },
  caveats: (result) => [
    ...commonCaveats(result, result.answers, '--rounds asks for more'),
    'The model’s files are in the system’s cache after the first call; the first one after a boot takes longer.',
    'Warm-up counts, since the first prediction of a process is slow whoever makes it. What an actor took to start is ' +
      'left out: it is paid once, not at each call.',
  ],
};
