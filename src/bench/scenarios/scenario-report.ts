import type { Notice } from '../../core/errors.js';
import type { HostFacts, ProgramFacts } from '../../core/machine-facts.js';
import { countText, plural } from '../../report/format.js';
import { tableCsv, tableLines, tableMarkdown, type Table } from '../../report/table.js';
import { setupName } from '../report/bench-names.js';
import { gather, type GatherResult } from './gather.js';
import { granularity, type GranularityResult } from './granularity.js';
import { idle, type IdleResult } from './idle.js';
import type { ScenarioName } from './scenario-names.js';
import { poolSizes, type PoolResult } from './pool.js';
import { reload, type ReloadResult } from './reload.js';
import type { Scenario, ScenarioSetting } from './scenario.js';

interface Results {
  readonly granularity: GranularityResult;
  readonly gather: GatherResult;
  readonly reload: ReloadResult;
  readonly idle: IdleResult;
  readonly pool: PoolResult;
}

/** The result of a scenario with one setup. */
export type ResultOf<Name extends ScenarioName> = Results[Name];

export const SCENARIO_BY_NAME: { readonly [Name in ScenarioName]: Scenario<Results[Name]> } = {
  granularity,
  gather,
  reload,
  idle,
  pool: poolSizes,
};

interface Findings<Name extends ScenarioName> {
  readonly scenario: Name;
  /** One per setup. */
  readonly results: readonly Results[Name][];
}

/** The content of `scenario-NAME.json`; times in ms. */
export interface ScenarioSummary<Name extends ScenarioName = ScenarioName> extends Findings<Name> {
  readonly program: ProgramFacts;
  readonly host: HostFacts;
  /** Seed of the synthetic minutes. */
  readonly seed: number;
  readonly elapsedMs: number;
  readonly notices: readonly Notice[];
}

/** The text of `scenario-NAME.json`. */
export function scenarioJson(summary: ScenarioSummary): string {
  return `${JSON.stringify(summary, null, 2)}\n`;
}

export function scenarioTable<Name extends ScenarioName>({ scenario, results }: Findings<Name>): Table {
  const { table }: Scenario<Results[Name]> = SCENARIO_BY_NAME[scenario];
  return table(results);
}

export function scenarioCsv<Name extends ScenarioName>(summary: Findings<Name>): string {
  return tableCsv(scenarioTable(summary));
}

export function scenarioMarkdown<Name extends ScenarioName>(summary: Findings<Name>): string {
  const { question, settings, findings } = textsOf(summary);
  const table = tableMarkdown(scenarioTable(summary));
  return [`**${summary.scenario}**: ${question}`, ...settings, table, ...findings]
    .map((part) => `${part.trimEnd()}\n`)
    .join('\n');
}

/** For a terminal: the question, the table, the lesson and the caveats. */
export function scenarioReport<Name extends ScenarioName>(summary: Findings<Name>): string {
  const { question, settings, findings } = textsOf(summary);
  const table = tableLines(scenarioTable(summary));
  const lines = [`${summary.scenario}: ${question}`, ...settings, '', ...table, '', ...findings];
  return lines.map((line) => `${line}\n`).join('');
}

interface Texts {
  readonly question: string;
  /** What was measured, one line per setup. */
  readonly settings: readonly string[];
  /** The lesson of each setup, and each caveat once. */
  readonly findings: readonly string[];
}

function textsOf<Name extends ScenarioName>({ scenario, results }: Findings<Name>): Texts {
  const one: Scenario<Results[Name]> = SCENARIO_BY_NAME[scenario];
  const lessons = results.map((result) =>
    results.length === 1 ? one.lesson(result) : `On ${setupName(result)}: ${one.lesson(result)}`,
  );
  const caveats = new Set(results.flatMap((result) => one.caveats(result)));
  return {
    question: one.question,
    settings: results.map(settingLine),
    findings: [...lessons, ...[...caveats].map((caveat) => `Note: ${caveat}`)],
  };
}

function settingLine(setting: ScenarioSetting): string {
  const { model, actors, items } = setting;
  return (
    `${model.name} ${model.version} (${model.format}) on ${setupName(setting)}, ` +
    `${plural(actors, 'actor')}, ${countText(items)} items`
  );
}
