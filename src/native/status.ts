import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { changedFiles } from './file-facts.js';
import { installedNative, nativeFolder, type NativeInstall } from '../host/native/location.js';
import { RECEIPT_NAME } from '../host/native/receipt.js';
import { npmPackage, type NpmPackage } from './npm-package.js';
import { predictOne, type Prediction } from './check.js';

/** What there is of native TensorFlow, before anything is tried. */
export interface NativeInventory {
  /** Where an install is, or would be; null where no home is known. */
  readonly folder: string | null;
  readonly install: NativeInstall | null;
  /** A receipt that can't be read, so that what it was of does not count; null where there is none. */
  readonly damagedReceipt: string | null;
  readonly npm: NpmPackage;
  /** Whose actors load: an install in the cache goes before npm's package. */
  readonly used: 'cache' | 'npm' | 'none';
}

export function nativeInventory(): NativeInventory {
  const folder = nativeFolder();
  const install = installedNative(folder);
  const receipt = folder === null ? null : join(folder, RECEIPT_NAME);
  const damagedReceipt = install === null && receipt !== null && existsSync(receipt) ? receipt : null;
  const npm = npmPackage();
  const used = install !== null ? 'cache' : npm.kind === 'absent' ? 'none' : 'npm';
  return { folder, install, damagedReceipt, npm, used };
}

export interface NativeProof {
  readonly native: Prediction;
  readonly wasm: Prediction;
}

const HINT = '`aiops-serve native install` brings one that works; --backend wasm needs none';

/**
 * Has both backends score the same item, each in an actor of its own.
 *
 * @throws AiopsError 'backend' that tells not installed, installed without its addon, and broken apart
 */
export async function proveNative(
  { install, npm }: NativeInventory,
  signal: AbortSignal,
): Promise<NativeProof> {
  const wasm = await predictOne('wasm', null, signal);
  try {
    return { native: await predictOne('node', install?.folder ?? null, signal), wasm };
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
