import { usableProcessors } from '../host/processors.js';
import type { Notice } from '../core/errors.js';
import type { RunSummary } from '../replay/report/run-summary.js';
import { resolveActors } from '../core/actor-count.js';
import type { ReplayConfig } from '../replay/replay-config.js';
import type { ReplayValues } from './settings.js';
import { pace as paceKind } from './settings/kinds.js';

/** A flag whose value differs from that of the complete run. */
interface Difference {
  readonly flag: string;
  readonly had: string;
  /** Whether the command line has it; otherwise it is a default. */
  readonly isAsked: boolean;
}

/**
 * Warns of flags without effect, because the run is already complete and had other values. Gates check the figures of
 * that run, so with gates differing defaults count as well. Null: none.
 */
export function unmetNotice(values: ReplayValues, isJudged: boolean, summary: RunSummary): Notice | null {
  const unmet = differences(values, summary).filter(({ isAsked }) => isAsked || isJudged);
  if (unmet.length === 0) return null;
  const list = unmet.map(({ flag, had }) => `${flag} (it had ${had})`).join(', ');
  return {
    level: 'warning',
    text: `the run is already complete, so this has no effect: ${list}; --restart starts over`,
  };
}

function differences(values: ReplayValues, { settings, execution }: RunSummary): Difference[] {
  const had = settings as ReplayConfig;
  const { trace, compare = 'none', mode, actors, pace } = values;
  const found: Difference[] = [];
  if (trace && !had.output.trace) found.push({ flag: '--trace', had: 'none', isAsked: true });
  if (DEPTHS.indexOf(compare) > DEPTHS.indexOf(had.compare))
    found.push({ flag: `--compare ${compare}`, had: had.compare, isAsked: true });
  if (mode !== had.mode) found.push({ flag: `--mode ${mode}`, had: had.mode, isAsked: mode !== 'parallel' });
  const count = resolveActors(actors, usableProcessors());
  if (mode === 'parallel' && had.mode === 'parallel' && count !== execution.actors)
    found.push({ flag: `--actors ${count}`, had: String(execution.actors), isAsked: actors.kind !== 'auto' });
  const hadPace = execution.pace ?? Infinity;
  if (pace !== hadPace)
    found.push({
      flag: `--pace ${paceKind.show(pace)}`,
      had: paceKind.show(hadPace),
      isAsked: pace < Infinity,
    });
  return found;
}

/** From the least to the most comparing. */
const DEPTHS: readonly ReplayConfig['compare'][] = ['none', 'sample', 'all'];
