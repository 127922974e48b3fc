import { readFileSync } from 'node:fs';

/** The program's name and version, as its package.json says. */
export const program: { readonly name: string; readonly version: string } = (() => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const { name, version } = manifest as { name: string; version: string };
  return { name, version };
})();
