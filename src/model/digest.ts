import { createHash } from 'node:crypto';

import { AiopsError } from '../core/errors.js';
import type { Manifest } from './manifest.js';

/**
 * What tells one model from another: sha256 over the manifest in canonical form (keys sorted, defaults filled
 * in), which holds the sums of all files. What can't change an answer (names, words, the seal) is left out.
 */
export function digestOf(manifest: Manifest): string {
  const { name: _name, version: _version, description: _description, ...more } = manifest;
  const { notes: _notes, $schema: _schema, seal: _seal, ...rest } = more;
  return sha256Of(canonical(rest));
}

/** sha256 over a manifest's JSON in canonical form, without the seal itself. */
export function sealOf(json: object): string {
  const { seal: _seal, ...rest } = json as Readonly<Record<string, unknown>>;
  return sha256Of(canonical(rest));
}

/**
 * Holds a manifest to its seal, where it has one: sums tell an altered file, the seal an altered manifest.
 *
 * @throws AiopsError 'model' that shows both
 */
export function checkSeal(json: unknown, { seal }: Manifest, path: string): void {
  if (seal === undefined || typeof json !== 'object' || json === null) return;
  const found = sealOf(json);
  if (found === seal) return;
  throw new AiopsError(
    'model',
    `${path} was altered after it was sealed: its seal is ${seal}, it comes to ${found}`,
    {
      hint: 'copy the bundle again from where it was made; if the change was meant: aiops-serve model seal FOLDER',
    },
  );
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
