import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import util from 'node:util';

import type * as core from '@tensorflow/tfjs-core';

import { AiopsError, messageOf } from '../../core/errors.js';
import { requireInstalled } from '../../program/files.js';
import type { SavedModels } from './saved-model.js';
import type { TensorFlow } from './tf-model.js';

export const TFJS_NODE = '@tensorflow/tfjs-node';

/** The part of tfjs-node's namespace that is used here; it brings its own TF.js. */
export interface NativeTensorFlow extends TensorFlow {
  readonly version: Readonly<Record<string, string>>;
  readonly matMul: typeof core.matMul;
  readonly memory: typeof core.memory;
  readonly node: SavedModels;
  getBackend(): string;
  backend(): unknown;
}

const HINT_WITHOUT =
  'install it with `aiops-serve native install`; graph-models and layers-models also run on --backend wasm';
const HINT_REPAIR =
  '`aiops-serve native install` installs a working one, `aiops-serve native status` has details; --backend wasm does not need it';

/**
 * Loads tfjs-node.
 *
 * @param native the folder whose `node_modules` has it; null: that of this program
 * @throws AiopsError 'backend_missing' where it is not installed
 * @throws AiopsError 'backend' if it lacks its addon or does not load
 */
export function loadTfjsNode(native: string | null): NativeTensorFlow {
  const require = native === null ? requireInstalled : createRequire(join(native, 'package.json'));
  const folder = packageFolder(require, native);
  if (!hasAddon(folder)) {
    const why = native === null ? ': its install script did not run or failed' : ''; // `native install` runs none
    const message = `${TFJS_NODE} is installed in ${folder}, but without its native addon${why}`;
    throw new AiopsError('backend', message, { hint: HINT_REPAIR });
  }
  restoreUtil();
  let loaded: unknown;
  try {
    loaded = require(folder);
  } catch (cause) {
    throw new AiopsError('backend', `${TFJS_NODE} in ${folder} does not load: ${firstLine(cause)}`, {
      hint: HINT_REPAIR,
      cause,
    });
  }
  if (isNativeTensorFlow(loaded)) return loaded;
  throw new AiopsError('backend', `${TFJS_NODE} in ${folder} loads, but does not use its TensorFlow`, {
    hint: HINT_REPAIR,
  });
}

function packageFolder(require: NodeJS.Require, native: string | null): string {
  try {
    return dirname(require.resolve(`${TFJS_NODE}/package.json`));
  } catch (cause) {
    if (native !== null) {
      const message = `native TensorFlow was installed into ${native}, but ${TFJS_NODE} cannot be found or read there`;
      throw new AiopsError('backend', message, { hint: HINT_REPAIR, cause });
    }
    throw new AiopsError('backend_missing', `native TensorFlow (${TFJS_NODE}) is not installed`, {
      hint: HINT_WITHOUT,
      cause,
    });
  }
}

/** Without it, the package was installed by a package manager that runs no install scripts. */
function hasAddon(folder: string): boolean {
  try {
    const napiFolders = readdirSync(join(folder, 'lib')).filter((name) => name.startsWith('napi-v'));
    return napiFolders.some((name) => readdirSync(join(folder, 'lib', name)).includes('tfjs_binding.node'));
  } catch {
    return false;
  }
}

/** tfjs-node 4.22 calls two functions of `util` that print warnings since Node 22 and were removed later. */
function restoreUtil(): void {
  const isNullOrUndefined = (value: unknown): boolean => value === null || value === undefined;
  Object.assign(util, { isArray: Array.isArray, isNullOrUndefined });
}

function isNativeTensorFlow(loaded: unknown): loaded is NativeTensorFlow {
  if (typeof loaded !== 'object' || loaded === null) return false;
  const wanted = [
    'tensor',
    'tidy',
    'dispose',
    'loadGraphModel',
    'loadLayersModel',
    'matMul',
    'getBackend',
    'backend',
  ];
  const members = loaded as Readonly<Record<string, unknown>>;
  if (!wanted.every((name) => typeof members[name] === 'function')) return false;
  return (loaded as NativeTensorFlow).getBackend() === 'tensorflow';
}

/** The version of the TensorFlow library behind the addon. */
export function tensorflowVersion(tf: NativeTensorFlow): string {
  const backend = tf.backend() as { readonly binding?: { readonly TF_Version?: unknown } };
  const version = backend.binding?.TF_Version;
  return typeof version === 'string' ? version : 'unknown';
}

const RELEVANT_FEATURES = ['avx', 'avx2', 'fma', 'avx512f', 'avx512_vnni', 'amx_tile', 'asimd', 'sve'];

/** The instruction sets that affect TensorFlow's choice of kernels, as reported by Linux. */
export function processorFeatures(): string[] {
  let text: string;
  try {
    text = readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return [process.arch];
  }
  const flags = new Set(/^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1]?.split(' '));
  return [process.arch, ...RELEVANT_FEATURES.filter((name) => flags.has(name))];
}

function firstLine(cause: unknown): string {
  return messageOf(cause).split('\n', 1)[0] ?? '';
}
