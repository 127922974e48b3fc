import { AiopsError } from '../core/errors.js';
import type { BatchShape } from '../core/model-source.js';
import type { BackendName, ModelFormat, ReadyFacts } from '../core/types.js';
import { installedNative } from '../host/native/location.js';
import { manifestText, type Bundle } from '../model/bundle.js';
import { Pool } from '../pool/pool.js';
import type { LoadRequest } from '../protocol/messages.js';

const TIMEOUT_MS = 120_000;
const ACTOR_PREFIX = 'actor-1: ';

/** Where to load a bundle. */
export interface TrialPlace {
  readonly backend: BackendName | 'auto';
  readonly format: ModelFormat | 'auto';
  readonly batchShape: BatchShape;
}

/**
 * Loads a bundle in one actor, which makes the checks that an actor of a run makes, and has it work.
 *
 * @throws AiopsError 'model', 'backend' or 'backend_missing' if it cannot be loaded there
 */
export async function inActor<T>(
  bundle: Bundle,
  { backend, format, batchShape }: TrialPlace,
  work: (pool: Pool, ready: ReadyFacts) => Promise<T>,
): Promise<T> {
  const model = { kind: 'bundle', folder: bundle.dir, manifest: manifestText(bundle) } as const;
  const load: LoadRequest = {
    ...{ model, backend, modelFormat: format, threadsPerActor: 1, batchShape, params: {} },
    batchSize: 'auto',
    native: installedNative()?.folder ?? null,
  };
  const pool = new Pool({ load, actors: 1, log: () => undefined, timeoutMs: TIMEOUT_MS });
  try {
    return await work(pool, await pool.start());
  } catch (error) {
    throw withoutActor(error);
  } finally {
    await pool.stop();
  }
}

/** There is only one actor, so its name says nothing. */
function withoutActor(error: unknown): unknown {
  if (!(error instanceof AiopsError) || !error.message.startsWith(ACTOR_PREFIX)) return error;
  const { code, hint, cause } = error;
  const message = error.message.slice(ACTOR_PREFIX.length);
  return new AiopsError(code, message, { cause, ...(hint === undefined ? {} : { hint }) });
}

/** Whether a bundle could not be loaded because a backend is not installed, which says nothing about the bundle. */
export function isAboutBackend({ code }: AiopsError): boolean {
  return code === 'backend' || code === 'backend_missing';
}
