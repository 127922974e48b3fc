import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { METRICS_FORMATS, type MetricsFormat } from '#build/core/metric-files.js';
import type { RandomStream } from '#build/core/random.js';

import { LAYOUTS, PACKINGS, type RecordingLayout, type RecordingPacking } from './recordings.js';

/** One way to run the program over a recording. What only says how it is served changes no byte of the results. */
export interface Scenario {
  readonly layout: RecordingLayout;
  readonly packing: RecordingPacking;
  readonly results: 'jsonl' | 'csv' | MetricsFormat;
  readonly model: 'analyzer' | 'built-in';
  readonly duplicates: 'reject' | 'last';
  readonly actors: number;
  readonly sequential: boolean;
  readonly commitInterval: string;
  readonly block: string;
}

const ANALYZER = `export function createAnalyzer() {
  return {
    window: 6,
    columns: 'each',
    predict: (items) => items.map(({ values }) => {
      const score = Math.fround(values.at(-1) - values[0]);
      return { score, anomaly: score > 3, output: [score] };
    }),
  };
}
`;

const ANALYZER_NAME = 'analyzer.mjs';

/** Puts the analyzer that starts at once into a folder. */
export function writeAnalyzer(folder: string): void {
  writeFileSync(join(folder, ANALYZER_NAME), ANALYZER);
}

/** Scenario `index`: layouts and packings in turn, so that few scenarios have all of them; the rest is drawn. */
export function drawScenario(index: number, random: RandomStream): Scenario {
  const pick = <T>(values: readonly [T, ...T[]]): T =>
    values[random.nextInteger(0, values.length - 1)] ?? values[0];
  return {
    layout: LAYOUTS[index % LAYOUTS.length] ?? 'csv',
    packing: PACKINGS[Math.floor(index / LAYOUTS.length) % PACKINGS.length] ?? 'plain',
    results: pick(['jsonl', 'csv', ...METRICS_FORMATS]),
    model: index % 8 === 5 ? 'built-in' : 'analyzer',
    duplicates: pick(['reject', 'reject', 'last']),
    actors: random.nextInteger(1, 3),
    sequential: random.nextInteger(0, 4) === 0,
    commitInterval: pick(['0s', '20ms', '100ms', '1s']),
    block: pick(['auto', 'auto', '1', '7']),
  };
}

/** Arguments of the program after those that name the input. */
export function scenarioArgs(scenario: Scenario, out: string): string[] {
  const model = scenario.model === 'built-in' ? ['--backend', 'wasm'] : ['--analyzer', ANALYZER_NAME];
  return [
    ...model,
    ...['--out', out, '--compare', 'none', '--commit-interval', scenario.commitInterval],
    ...['--results-format', scenario.results, '--duplicates', scenario.duplicates],
    ...['--actors', String(scenario.actors), '--mode', scenario.sequential ? 'sequential' : 'parallel'],
    ...['--block', scenario.block],
  ];
}

/** The name of the file with the rows. */
export function resultsFile({ results }: Pick<Scenario, 'results'>): string {
  return results === 'csv' ? 'results.csv' : 'results.jsonl';
}

/** For the name of a case. */
export function scenarioText(scenario: Scenario): string {
  const { layout, packing, results, model, actors, sequential, commitInterval, block, duplicates } = scenario;
  const serving = sequential ? 'sequential' : `${actors} actors`;
  return (
    `${layout} as ${packing}, ${results} by the ${model === 'analyzer' ? 'analyzer' : 'built-in model'}, ` +
    `${serving}, blocks of ${block}, duplicates ${duplicates}, commits every ${commitInterval}`
  );
}
