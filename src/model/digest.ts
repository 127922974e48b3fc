import { createHash } from 'node:crypto';

import { AiopsError } from '../core/errors.js';
import type { Manifest } from './manifest.js';

/**
 * Identifies a model: sha256 of the manifest, which holds the sums of all files, in canonical form (keys sorted,
 * defaults filled in). Excludes what cannot change an answer: name, version, texts and the seal.
 */
export function digestOf(manifest: Manifest): string {
  const { name: _name, version: _version, description: _description, ...more } = manifest;
  const { notes: _notes, $schema: _schema, seal: _seal, ...rest } = more;
  return sha256Of(canonical(rest));
}

/** sha256 of a manifest's JSON in canonical form, without the seal itself. */
export function sealOf(json: object): string {
  const { seal: _seal, ...rest } = json as Readonly<Record<string, unknown>>;
  return sha256Of(canonical(rest));
}

/**
 * Checks the seal of a manifest that has one: sums detect altered files, the seal an altered manifest.
 *
 * @throws AiopsError 'model' with the expected and the actual seal
 */
export function checkSeal(json: unknown, { seal }: Manifest, path: string): void {
  if (seal === undefined || typeof json !== 'object' || json === null) return;
  const found = sealOf(json);
  if (found === seal) return;
  throw new AiopsError(
    'model',
    `${path} was altered after it was sealed: its seal is ${seal}, but should be ${found}`,
    {
      hint: 'copy the bundle again from its origin; if the change was intended, run: aiops-serve model seal FOLDER',
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
