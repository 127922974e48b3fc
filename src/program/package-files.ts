import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * The root of the package. scripts/build.mjs ensures that bundles in dist/ and modules in build/ are two folders below
 * it, so this is correct wherever the bundler puts this module.
 */
export const PACKAGE_ROOT = new URL('../../', import.meta.url);

/** The program's name and version, from its package.json. */
export const program: { readonly name: string; readonly version: string } = (() => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', PACKAGE_ROOT), 'utf8'));
  const { name, version } = manifest as { name: string; version: string };
  return { name, version };
})();

/** What users start. */
export const PROGRAM_ENTRY = fileURLToPath(new URL('bin/aiops-serve.js', PACKAGE_ROOT));

/** The entry of an actor's process. */
export const ACTOR_ENTRY = new URL('dist/actor/main.js', PACKAGE_ROOT);

/** The entry of an actor's watchdog thread. */
export const WATCHDOG_ENTRY = new URL('dist/actor/watchdog.js', PACKAGE_ROOT);

/** The folder of the default model. */
export const BUILT_IN_BUNDLE = fileURLToPath(new URL('fixtures/bundles/builtin', PACKAGE_ROOT));

/** The folder of the example analyzers. */
export const EXAMPLES = fileURLToPath(new URL('examples', PACKAGE_ROOT));

/** The folder of the package.json and package-lock.json that `native install` installs from. */
export const NATIVE_PACKAGES = new URL('native/', PACKAGE_ROOT);

/** The folder of the scripts and styles of HTML reports. */
export const PAGE_FILES = new URL('dist/page/', PACKAGE_ROOT);

/** Loads packages that are installed with the program. */
export const requireInstalled = createRequire(import.meta.url);
