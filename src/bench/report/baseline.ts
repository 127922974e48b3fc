import { RandomStream } from '../../core/random.js';
import { ratioOfMedians, type Estimate } from '../../core/statistics.js';
import { caseName } from './bench-names.js';
import type { BaselineVariant, BaselineComparison, BenchCase, BenchSummary } from './bench-summary.js';
import type { HostFacts, ProgramFacts } from '../../core/machine-facts.js';

/** What a comparison needs of a previous `bench.json`. */
export interface BaselineRun {
  readonly file: string;
  readonly program: ProgramFacts;
  readonly host: HostFacts;
  readonly input: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly cases: readonly BaselineCase[];
}

export interface BaselineCase {
  readonly model: { readonly name: string; readonly version: string; readonly digest: string };
  readonly backend: {
    readonly name: string;
    readonly versions: Readonly<Record<string, string>>;
    readonly threads: number;
    readonly batchSize: number | null;
  };
  readonly items: number;
  readonly arms: readonly { readonly name: string; readonly roundMs: readonly number[] }[];
}

/** Runs differ by more than rounds of one run do: a smaller change is no difference, whatever its interval. */
const LEAST_CHANGE = 0.05;

/** Settings that change what is measured, or how well; the others only decide which cases and variants there are. */
const SETTINGS = ['batchShape', 'params', 'seed', 'rounds', 'timeMs'];

type Current = Pick<BenchSummary, 'program' | 'host' | 'input' | 'cases'> & {
  readonly settings: Readonly<Record<string, unknown>>;
};

/** Pairs variants by backend, batch size, number of items and name. */
export function compareBaseline(current: Current, baseline: BaselineRun): BaselineComparison {
  const pairs = current.cases.flatMap((one) => {
    const before = baseline.cases.find((other) => isSameCase(one, other));
    return before === undefined ? [] : [{ one, before }];
  });
  const settings = pairs.flatMap(({ one, before }) => caseDifferences(one, before));
  const unpaired = [
    ...measuredOnly(current.cases, baseline.cases, 'now, not then'),
    ...measuredOnly(baseline.cases, current.cases, 'then, not now'),
  ];
  return {
    file: baseline.file,
    differences: [...new Set([...machineDifferences(current, baseline), ...settings, ...unpaired])],
    arms: pairs.flatMap(({ one, before }) => compare(one, before)),
    unpairedArms: current.cases
      .filter(({ kind }) => kind === 'full')
      .reduce((sum, one) => sum + withoutPartner(one, baseline.cases).length, 0),
  };
}

/** Cases and variants that only one side has, a line each. */
function measuredOnly(
  cases: readonly BaselineCase[],
  others: readonly BaselineCase[],
  when: string,
): string[] {
  return cases.flatMap((one) => {
    if (!others.some((other) => isSameCase(one, other))) return [`${caseName(one)}: measured ${when}`];
    return withoutPartner(one, others).map(({ name }) => `${caseName(one)}, ${name}: measured ${when}`);
  });
}

function withoutPartner(one: BaselineCase, others: readonly BaselineCase[]): BaselineCase['arms'] {
  const other = others.find((candidate) => isSameCase(one, candidate));
  return one.arms.filter(({ name }) => other?.arms.every((variant) => variant.name !== name) ?? true);
}

function isSameCase(a: BaselineCase, b: BaselineCase): boolean {
  return (
    a.backend.name === b.backend.name && a.backend.batchSize === b.backend.batchSize && a.items === b.items
  );
}

function compare(one: BenchCase, baseline: BaselineCase): BaselineVariant[] {
  return one.arms.flatMap(({ name, roundMs }, i) => {
    const before = baseline.arms.find((variant) => variant.name === name);
    if (before === undefined) return [];
    const ratio = ratioOfMedians(roundMs, before.roundMs, new RandomStream(one.items, i));
    return [{ backend: one.backend.name, items: one.items, name, ratio, verdict: verdict(ratio) }];
  });
}

function verdict({ value, low, high }: Estimate): BaselineVariant['verdict'] {
  if (high < 1 && value < 1 - LEAST_CHANGE) return 'faster';
  if (low > 1 && value > 1 + LEAST_CHANGE) return 'slower';
  return 'no real difference';
}

function machineDifferences(current: Current, then: BaselineRun): string[] {
  return differing([
    ['program version', then.program.version, current.program.version],
    ['Node', then.host.node, current.host.node],
    ['platform', then.host.platform, current.host.platform],
    ['processor', then.host.processor, current.host.processor],
    ['usable processors', then.host.processors, current.host.processors],
    ['input', then.input ?? 'synthetic minutes', current.input ?? 'synthetic minutes'],
    ...SETTINGS.map((name) => [name, settingText(then, name), settingText(current, name)] as const),
  ]);
}

function caseDifferences(one: BaselineCase, then: BaselineCase): string[] {
  const packages = new Set([...Object.keys(then.backend.versions), ...Object.keys(one.backend.versions)]);
  return differing([
    ['model', modelText(then), modelText(one)],
    ['threads per actor', then.backend.threads, one.backend.threads],
    ...[...packages].map(
      (name) => [name, then.backend.versions[name] ?? 'none', one.backend.versions[name] ?? 'none'] as const,
    ),
  ]);
}

function settingText({ settings }: Pick<Current, 'settings'>, name: string): string {
  const value = settings[name];
  if (value === null || value === undefined) return 'by default';
  // The order of --param does not matter.
  return JSON.stringify(typeof value === 'object' ? Object.entries(value).sort() : value);
}

function modelText({ model: { name, version, digest } }: BaselineCase): string {
  return `${name} ${version} (${digest.slice(0, 12)})`;
}

function differing(
  facts: readonly (readonly [what: string, then: string | number, now: string | number])[],
): string[] {
  return facts
    .filter(([, then, now]) => then !== now)
    .map(([what, then, now]) => `${what}: ${then} then, ${now} now`);
}
