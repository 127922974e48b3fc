import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { object, text } from '../core/shape.js';
import { installedNative, nativeFolder, type NativeInstall } from '../host/native/location.js';
import { RECEIPT_NAME } from '../host/native/receipt.js';
import { requireInstalled } from '../program/package-files.js';
import { changedFiles } from './checksums.js';
import { testPrediction, type TestPrediction } from './predict.js';

/** What is installed of native TensorFlow, before anything is tried. */
export interface NativeInventory {
  /** Where an install is, or would be; null: no home folder is known. */
  readonly folder: string | null;
  readonly install: NativeInstall | null;
  /** A receipt that cannot be read, so its install does not count; null: there is none. */
  readonly damagedReceipt: string | null;
  readonly npm: NpmPackage;
  /** Which one actors load: the cache takes precedence over npm's package. */
  readonly used: 'cache' | 'npm' | 'none';
}

/** The optional package that npm may have installed with this program. */
export type NpmPackage =
  | { readonly kind: 'absent' }
  | { readonly kind: 'without-addon' | 'present'; readonly folder: string; readonly version: string };

export function nativeInventory(): NativeInventory {
  const folder = nativeFolder();
  const install = installedNative(folder);
  const receipt = folder === null ? null : join(folder, RECEIPT_NAME);
  const damagedReceipt = install === null && receipt !== null && existsSync(receipt) ? receipt : null;
  const npm = npmPackage();
  const used = install !== null ? 'cache' : npm.kind === 'absent' ? 'none' : 'npm';
  return { folder, install, damagedReceipt, npm, used };
}

const manifest = object({ version: text });

/** Finds npm's package without loading it; only an actor can tell whether it works. */
export function npmPackage(): NpmPackage {
  let path: string;
  try {
    path = requireInstalled.resolve('@tensorflow/tfjs-node/package.json');
  } catch {
    return { kind: 'absent' };
  }
  const folder = dirname(path);
  const { version } = manifest(JSON.parse(readFileSync(path, 'utf8')));
  return { kind: hasAddon(join(folder, 'lib')) ? 'present' : 'without-addon', folder, version };
}

function hasAddon(lib: string): boolean {
  try {
    return readdirSync(lib).some(
      (name) => name.startsWith('napi-v') && readdirSync(join(lib, name)).includes('tfjs_binding.node'),
    );
  } catch {
    return false;
  }
}

export interface NativeProof {
  readonly native: TestPrediction;
  readonly wasm: TestPrediction;
}

const HINT = '`aiops-serve native install` installs one that works; --backend wasm needs none';

/**
 * Has both backends score the same item, each in its own actor.
 *
 * @throws AiopsError 'backend_missing' if native TensorFlow is not installed; 'backend' if it does not work
 */
export async function proveNative(
  { install, npm }: NativeInventory,
  signal: AbortSignal,
): Promise<NativeProof> {
  const wasm = await testPrediction('wasm', null, signal);
  try {
    return { native: await testPrediction('node', install?.folder ?? null, signal), wasm };
  } catch (error) {
    if (!(error instanceof AiopsError) || error.code === 'interrupted') throw error;
    if (install === null && npm.kind === 'absent') {
      throw new AiopsError('backend_missing', 'native TensorFlow is not installed', { hint: HINT });
    }
    const changed =
      install === null ? [] : await changedFiles(install.folder, install.receipt.files, 'sums-too');
    const why = [error.message, ...changed].join('\n  ');
    throw new AiopsError('backend', why, { hint: HINT, cause: error });
  }
}
