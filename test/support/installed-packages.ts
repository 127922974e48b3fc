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

/** Prints where Python is, then which of the modules, such as `keras>=3`, it lacks. */
const LACKING = `
import sys, importlib.metadata as metadata, importlib.util as util
def lacks(module):
    name, _, major = module.partition(">=")
    return not util.find_spec(name) or (major and int(metadata.version(name).split(".")[0]) < int(major))
print(sys.executable, ", ".join(filter(lacks, sys.argv[1:])), sep="\\n")
`;

/**
 * The Python of AIOPS_TEST_PYTHON, or `python3`, if it has these modules: for packages that take minutes to install.
 * `install` are pip's arguments for them.
 */
export async function ownPythonWith(modules: readonly string[], install: string): Promise<Installed> {
  const python = process.env['AIOPS_TEST_PYTHON'] ?? 'python3';
  const how = `python3 -m venv DIR && DIR/bin/pip install ${install}, then set AIOPS_TEST_PYTHON=DIR/bin/python`;
  try {
    const { stdout } = await run(python, ['-c', LACKING, ...modules]);
    const [path = '', lacking = ''] = stdout.split('\n');
    return lacking === '' ? { path, skip: false } : { skip: `${python} lacks ${lacking}: ${how}` };
  } catch (error) {
    if (process.env['AIOPS_TEST_PYTHON'] !== undefined) throw error;
    return { skip: `no ${python}: ${how}` };
  }
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
