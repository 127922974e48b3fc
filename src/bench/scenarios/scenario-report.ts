import type { Notice } from '../../core/errors.js';
import { countText, plural } from '../../report/format.js';
import type { HostFacts, ProgramFacts } from '../../core/machine-facts.js';
import { gatherText, type GatherResult } from './scenario-gather.js';
import { granularityText, type GranularityResult } from './scenario-granularity.js';
import { idleText, type IdleResult } from './scenario-idle.js';
import type { ScenarioName } from './scenario-names.js';
import type { ScenarioSetting, ScenarioText } from './scenario-parts.js';
import { poolText, type PoolResult } from './scenario-pool.js';
import { reloadText, type ReloadResult } from './scenario-reload.js';
import { setupName } from '../report/bench-names.js';
import { tableCsv, tableLines, tableMarkdown, type Table } from '../../report/table.js';

/** What each scenario finds, on one backend with one batch size. */
export interface ScenarioResults {
  readonly granularity: GranularityResult;
  readonly gather: GatherResult;
  readonly reload: ReloadResult;
  readonly idle: IdleResult;
  readonly pool: PoolResult;
}

/** What was found, by backend and batch size. */
type ScenarioFindings = {
  [Name in ScenarioName]: { readonly scenario: Name; readonly results: readonly ScenarioResults[Name][] };
}[ScenarioName];

/** Everything that a scenario's run tells; times in ms. */
export type ScenarioSummary = ScenarioFindings & {
  readonly program: ProgramFacts;
  readonly host: HostFacts;
  /** Of the generated minutes. */
  readonly seed: number;
  readonly elapsedMs: number;
  readonly notices: readonly Notice[];
};

/** The text of `scenario-NAME.json`. */
export function scenarioJson(summary: ScenarioSummary): string {
  return `${JSON.stringify(summary, null, 2)}\n`;
}

/** The figures in rows, backend by backend. */
export function scenarioTable(summary: ScenarioFindings): Table {
  return told(summary).table;
}

export function scenarioCsv(summary: ScenarioFindings): string {
  return tableCsv(scenarioTable(summary));
}

export function scenarioMarkdown(summary: ScenarioFindings): string {
  const { question, table, settings, findings } = told(summary);
  return [`**${summary.scenario}**: ${question}`, ...settings, tableMarkdown(table), ...findings]
    .map((part) => `${part.trimEnd()}\n`)
    .join('\n');
}

/** For a terminal: the question, the table, what it shows, and what to keep in mind. */
export function scenarioReport(summary: ScenarioFindings): string {
  const { question, table, settings, findings } = told(summary);
  const lines = [`${summary.scenario}: ${question}`, ...settings, '', ...tableLines(table), '', ...findings];
  return lines.map((line) => `${line}\n`).join('');
}

interface Told {
  readonly question: string;
  readonly table: Table;
  /** On what it was measured, a line a backend. */
  readonly settings: readonly string[];
  /** What each backend's figures show, and each caveat once. */
  readonly findings: readonly string[];
}

function told(summary: ScenarioFindings): Told {
  switch (summary.scenario) {
    case 'granularity':
      return tell(granularityText, summary.results);
    case 'gather':
      return tell(gatherText, summary.results);
    case 'reload':
      return tell(reloadText, summary.results);
    case 'idle':
      return tell(idleText, summary.results);
    case 'pool':
      return tell(poolText, summary.results);
  }
}

function tell<Result extends ScenarioSetting>(text: ScenarioText<Result>, results: readonly Result[]): Told {
  const shown = results.map((result) =>
    results.length === 1 ? text.shows(result) : `On ${setupName(result)}: ${text.shows(result)}`,
  );
  const caveats = new Set(results.flatMap((result) => text.caveats(result)));
  return {
    question: text.question,
    table: { columns: text.columns, rows: results.flatMap((result) => text.rows(result)) },
    settings: results.map(settingLine),
    findings: [...shown, ...[...caveats].map((caveat) => `Note: ${caveat}`)],
  };
}

function settingLine(setting: ScenarioSetting): string {
  const { model, actors, items } = setting;
  return (
    `${model.name} ${model.version} (${model.format}) on ${setupName(setting)}, ` +
    `${plural(actors, 'actor')}, ${countText(items)} items`
  );
}
