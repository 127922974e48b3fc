import type { HostFacts } from '../core/machine-facts.js';
import { oneLine } from '../core/one-line.js';
import type { BackendFacts, InputSpec, ModelFacts } from '../core/types.js';
import { plural } from './format.js';

/** A line about a run: what it is about, and what there is to say. A name of '' continues the fact above. */
export type Fact = readonly [name: string, text: string];

/** For a terminal, texts aligned. */
export function factLines(facts: readonly Fact[]): string[] {
  return facts.map(([name, text]) => `${name.padEnd(8)} ${oneLine(text)}`.trimEnd());
}

/** The fact, or none where there is nothing to say. */
export function optionalFact(name: string, text: string | null): Fact[] {
  return text === null ? [] : [[name, text]];
}

/** @param threshold what to say of it; '': nothing */
export function modelFacts(model: ModelFacts & InputSpec, threshold = ''): Fact[] {
  const { window, columns, bundles, files = [], outputs } = model;
  const items = columns === 'each' ? 'each column is an item' : `an item has columns ${columns.join(', ')}`;
  return [
    ['model', `${modelText(model)}, window ${window}, ${items}${threshold}`],
    ...bundles.map((bundle): Fact => ['with', modelText(bundle)]),
    ...files.map(({ name, sha256 }): Fact => ['with', `${name} (sha256 ${sha256.slice(0, 12)})`]),
    ...optionalFact(
      'outputs',
      outputs.length > 1 ? outputs.map(({ name, size }) => `${name} [${size}]`).join(', ') : null,
    ),
  ];
}

function modelText({
  name,
  version,
  format,
  digest,
}: Omit<ModelFacts, 'bundles' | 'files' | 'outputs'>): string {
  return `${name} ${version} (${format}, sha256 ${digest.slice(0, 12)})`;
}

export function backendFact(backend: BackendFacts): Fact {
  const { name, versions, features, threads, batchSize, reproducible } = backend;
  const details = [
    ...Object.entries(versions).map(([library, version]) => `${library} ${version}`),
    ...features,
    `${plural(threads, 'thread')} per actor`,
    ...(batchSize === null ? [] : [`batches of ${batchSize}`]),
    ...(reproducible ? [] : ['last digits depend on the number of actors']),
  ];
  return ['backend', `${name} (${details.join(', ')})`];
}

export function machineFact({ processor, processors, platform, node }: HostFacts): Fact {
  return ['machine', `${processor}, ${plural(processors, 'usable processor')}, ${platform}, Node ${node}`];
}
