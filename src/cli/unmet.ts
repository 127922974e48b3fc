import { usableProcessors } from '../host/processors.js';
import type { Notice } from '../core/errors.js';
import type { RunSummary } from '../replay/report/run-summary.js';
import { resolveActors } from '../core/actor-count.js';
import type { ReplayConfig } from '../replay/replay-config.js';
import type { ReplayFlags } from './replay-options.js';

/** A flag of the command, and what the complete run had in its place. */
interface Difference {
  readonly flag: string;
  readonly had: string;
  /** Whether the command asked for it, rather than left it at its default. */
  readonly isAsked: boolean;
}

/**
 * Says which flags a command gives to no effect, because its run was complete already and had others. With gates,
 * which judge the figures of that run, also those that are only defaults count. Null where there are none.
 */
export function unmetNotice(flags: ReplayFlags, summary: RunSummary): Notice | null {
  const isJudged = (flags.failIf ?? []).length > 0;
  const unmet = differences(flags, summary).filter(({ isAsked }) => isAsked || isJudged);
  if (unmet.length === 0) return null;
  const list = unmet.map(({ flag, had }) => `${flag} (it had ${had})`).join(', ');
  return {
    level: 'warning',
    text: `the run is complete, so this has no effect: ${list}; --restart does it all again`,
  };
}

function differences(flags: ReplayFlags, { settings, execution }: RunSummary): Difference[] {
  const had = settings as ReplayConfig;
  const { trace, compare = 'none', mode, actors, pace } = flags;
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
    found.push({ flag: `--pace ${paceText(pace)}`, had: paceText(hadPace), isAsked: pace < Infinity });
  return found;
}

/** How much is compared, the least first. */
const DEPTHS: readonly ReplayConfig['compare'][] = ['none', 'sample', 'all'];

function paceText(pace: number): string {
  return pace === Infinity ? 'max' : `${pace}x`;
}
