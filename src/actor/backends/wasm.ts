import { dirname, sep } from 'node:path';

import type * as tfjs from '@tensorflow/tfjs-core';

import { AiopsError } from '../../core/errors.js';
import { requireInstalled } from '../../program/package-files.js';
import type { Backend } from './backend.js';
import type { TensorFlow } from './tf-model.js';
import { loadTfjsModel } from './tfjs-model.js';

/**
 * Starts TensorFlow.js on WebAssembly, which is available everywhere.
 *
 * It uses one thread, because TF.js does not start more under Node. Its answers have the same bits however items are
 * cut into calls, so calls need no fixed size.
 *
 * @throws AiopsError 'backend'
 */
export async function openWasm(): Promise<Backend> {
  const [core, wasm] = await Promise.all([
    import('@tensorflow/tfjs-core'),
    import('@tensorflow/tfjs-backend-wasm'),
  ]);
  wasm.setWasmPaths(wasmFolder());
  await withoutNewListeners(async () => {
    if (await core.setBackend('wasm').catch(() => false)) return;
    throw new AiopsError('backend', 'the wasm backend of TensorFlow.js does not start on this machine', {
      hint: 'check that Node may use WebAssembly (--jitless disables it) and has enough memory',
    });
  });
  compute(core);
  const simd = (await core.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true;
  const { dispose, tensor, tidy } = core;
  const tf: TensorFlow = {
    ...{ dispose, tensor, tidy },
    // Loaded on demand: a model needs only one of them, and each takes a considerable part of an actor's start.
    loadGraphModel: async (handler) => (await import('@tensorflow/tfjs-converter')).loadGraphModel(handler),
    loadLayersModel: async (handler) => (await import('@tensorflow/tfjs-layers')).loadLayersModel(handler),
  };
  return {
    facts: {
      name: 'wasm',
      versions: { tfjs: core.version_core, 'tfjs-backend-wasm': wasm.version_wasm },
      threads: 1,
      features: simd ? ['simd'] : [],
    },
    defaultBatchSize: null,
    shapeMatters: false,
    load(bundle, format, itemDims) {
      if (format !== 'saved-model') return loadTfjsModel(tf, bundle, format, itemDims);
      throw new RangeError('formats.ts does not list saved-model for wasm');
    },
  };
}

/** By default, TF.js looks for the .wasm files next to the program's entry. */
function wasmFolder(): string {
  const main = requireInstalled.resolve('@tensorflow/tfjs-backend-wasm');
  return dirname(main) + sep;
}

/** Removes the listeners that the wasm glue adds: they rethrow, which would end the process with status 7. */
async function withoutNewListeners(work: () => Promise<void>): Promise<void> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = new Set(events.flatMap((event) => process.rawListeners(event)));
  try {
    await work();
  } finally {
    for (const event of events) {
      for (const listener of process.rawListeners(event)) {
        if (!before.has(listener)) process.removeListener(event, listener as () => void);
      }
    }
  }
}

function compute(core: typeof tfjs): void {
  const sum = core.tidy(() => core.sum(core.tensor1d([1, 2, 3])).dataSync()[0] ?? NaN);
  if (sum !== 6)
    throw new AiopsError(
      'backend',
      `the wasm backend of TensorFlow.js computes wrong results: 1 + 2 + 3 = ${sum}`,
    );
}
