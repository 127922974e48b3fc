/** Packages of other languages' registries that heavy tests need: installed once, then reused by later test runs. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { ROOT } from './cli.js';

const run = promisify(execFile);

/** Where something is installed, or why it cannot be. */
export type Installed = { readonly path: string; readonly skip: false } | { readonly skip: string };

/** A Python with these packages, such as `numpy==2.4.6`; `path` is its executable. */
export function pythonWith(...packages: readonly string[]): Promise<Installed> {
  return installed('python', packages, 'bin/python', async (folder) => {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', ...packages]);
  });
}

/** npm packages, installed without running their scripts; `path` is the `node_modules` folder. */
export function npmPackages(...packages: readonly string[]): Promise<Installed> {
  return installed('npm', packages, 'node_modules', async (folder) => {
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
    await run('npm', ['install', ...flags, ...packages], { cwd: folder });
  });
}

async function installed(
  kind: string,
  packages: readonly string[],
  path: string,
  install: (folder: string) => Promise<void>,
): Promise<Installed> {
  const name = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12);
  const folder = join(ROOT, 'node_modules/.cache/tests', `${kind}-${name}`);
  const complete = join(folder, 'complete');
  if (!existsSync(complete)) {
    mkdirSync(folder, { recursive: true });
    try {
      await install(folder);
    } catch (error) {
      const { stderr = '', message } = error as Error & { readonly stderr?: string };
      const [reason = message] = stderr.trim().split('\n').slice(-1);
      return { skip: `cannot install ${packages.join(', ')}: ${reason || message}` };
    }
    writeFileSync(complete, '');
  }
  return { path: join(folder, path), skip: false };
}
