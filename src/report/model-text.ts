import type { BackendFacts, ModelFacts } from '../core/types.js';
import { plural } from './format.js';

/** What a model or bundle is, so that it can be told from another one of its name. */
export function modelText({ name, version, format, digest }: ModelFacts): string {
  return `${name} ${version} (${format}, sha256 ${digest.slice(0, 12)})`;
}

/** Beside a backend's name: what it is made of and how it is set. */
export function backendDetails({
  versions,
  features,
  threads,
  batchSize,
  reproducible,
}: BackendFacts): string {
  return [
    ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
    ...features,
    `${plural(threads, 'thread')} per actor`,
    ...(batchSize === null ? [] : [`batches of ${batchSize}`]),
    ...(reproducible ? [] : ['last digits depend on the number of actors']),
  ].join(', ');
}
