import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * The root of the package. Bundles in dist/ and single modules in build/ are all two folders below it, which
 * scripts/build.mjs checks, so this holds wherever the bundler puts this module.
 */
const ROOT = new URL('../../', import.meta.url);

/** The program's name and version, from its package.json. */
export const program: { readonly name: string; readonly version: string } = (() => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
  const { name, version } = manifest as { name: string; version: string };
  return { name, version };
})();

/** What an actor's process runs. */
export const ACTOR_ENTRY = new URL('dist/actor/main.js', ROOT);

/** What an actor's watchdog thread runs. */
export const WATCHDOG_ENTRY = new URL('dist/actor/watchdog.js', ROOT);

/** The folder of the model that is used when none is named. */
export const BUILT_IN_BUNDLE = fileURLToPath(new URL('fixtures/bundles/builtin', ROOT));

/** The folder of the package.json and package-lock.json that `native install` installs from. */
export const NATIVE_PACKAGES = new URL('native/', ROOT);

/** The folder of the scripts and styles that go into an HTML report. */
export const PAGE_FILES = new URL('dist/page/', ROOT);

/** Resolves and loads packages that are installed with the program. */
export const requireInstalled = createRequire(import.meta.url);
