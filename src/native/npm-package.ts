import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { requireInstalled } from '../program/files.js';

const TFJS_NODE = '@tensorflow/tfjs-node';

/** The optional package that npm may have installed beside this program. */
export type NpmPackage =
  | { readonly kind: 'absent' }
  | { readonly kind: 'without-addon' | 'present'; readonly folder: string; readonly version: string };

/** Looks for it without loading it; whether it works only an actor can tell. */
export function npmPackage(): NpmPackage {
  let manifest: string;
  try {
    manifest = requireInstalled.resolve(`${TFJS_NODE}/package.json`);
  } catch {
    return { kind: 'absent' };
  }
  const folder = dirname(manifest);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
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
