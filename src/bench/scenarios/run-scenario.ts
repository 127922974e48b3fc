import type { Notice } from '../../core/errors.js';
import { program } from '../../program/files.js';
import type { ScenarioName } from './scenario-names.js';
import type { ScenarioResults, ScenarioSummary } from './scenario-report.js';
import { setupName } from '../report/bench-names.js';
import { hostFacts } from '../../host/processors.js';
import { gather } from './gather.js';
import { granularity } from './granularity.js';
import { idle } from './idle.js';
import type { Lab, Station } from './lab.js';
import { poolSizes } from './pool.js';
import { reload } from './reload.js';

const RUN: { readonly [Name in ScenarioName]: (station: Station) => Promise<ScenarioResults[Name] | null> } =
  {
    granularity,
    gather,
    reload,
    idle,
    pool: poolSizes,
  };

/**
 * Measures one scenario on one backend and batch size after another, on each of them once. No actor is left when it ends, however it ends.
 *
 * @returns null where the signal came first
 * @throws AiopsError that says what was wrong, where, and what to do
 */
export async function runScenario<Name extends ScenarioName>(
  scenario: Name,
  lab: Lab,
): Promise<(ScenarioSummary & { readonly scenario: Name }) | null> {
  const { now } = lab.tools;
  const startedAtMs = now();
  const notices = new Map<string, Notice>();
  const onNotice = (notice: Notice): void => {
    if (notices.has(notice.text)) return;
    notices.set(notice.text, notice);
    lab.onNotice(notice);
  };
  const results: ScenarioResults[Name][] = [];
  const isKnown: Station['isKnown'] = (ready) => {
    const name = setupName(ready);
    const known = results.some((result) => setupName(result) === name);
    if (known) onNotice({ level: 'info', text: `${name} was measured already` });
    return known;
  };
  for (const [i, load] of lab.loads.entries()) {
    const endMs = startedAtMs + (lab.limitMs * (i + 1)) / lab.loads.length;
    const result = await RUN[scenario]({ ...lab, load, endMs, onNotice, isKnown });
    if (result !== null) results.push(result);
    else if (lab.signal.aborted) return null;
  }
  const summary = {
    scenario,
    results,
    program,
    host: hostFacts(),
    seed: lab.seed,
    elapsedMs: now() - startedAtMs,
    notices: [...notices.values()],
  };
  // That name and results belong together is what RUN says; the compiler loses sight of it.
  return summary as unknown as ScenarioSummary & { readonly scenario: Name };
}
