import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { finished, ROOT, type Finished } from './cli.js';

/** The tarball that `npm publish` would send, and what is in it. */
export interface Packed {
  readonly path: string;
  readonly sizeBytes: number;
  readonly unpackedBytes: number;
  /** Paths inside the package, sorted. */
  readonly files: readonly string[];
}

interface PackReport {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs what is built; building once more would pull the files from under tests that run meanwhile. */
export async function pack(folder: string): Promise<Packed> {
  const { stdout } = await npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder);
  const [report] = JSON.parse(stdout) as [PackReport];
  return {
    path: join(folder, report.filename),
    sizeBytes: report.size,
    unpackedBytes: report.unpackedSize,
    files: report.files.map(({ path }) => path).sort(),
  };
}

/** Installs the tarball in a new folder `app`, as a user would; returns that folder. */
export async function installPacked(
  folder: string,
  tarball: string,
  ...flags: readonly string[]
): Promise<string> {
  const app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "private": true }\n');
  await npm(app, 'install', '--prefer-offline', '--no-audit', '--no-fund', ...flags, tarball);
  return app;
}

/** Runs a program of the packages that are installed in `cwd`. */
export async function npx(cwd: string, ...args: readonly string[]): Promise<Finished> {
  return finished(spawn('npx', ['--no-install', ...args], { cwd, env: ownEnvironment() }));
}

/** Runs the installed program without npx, which needs an npm that works. */
export async function runInstalled(
  app: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  const program = join(app, 'node_modules/aiops-serve/bin/aiops-serve.js');
  return finished(
    spawn(process.execPath, [program, ...args], { cwd: app, env: { ...ownEnvironment(), ...env } }),
  );
}

/** Fails with what npm said. */
export async function npm(cwd: string, ...args: readonly string[]): Promise<Finished> {
  const result = await finished(spawn('npm', args, { cwd, env: ownEnvironment() }));
  assert.equal(result.status, 0, `npm ${args.join(' ')}\n${result.stdout}${result.stderr}`);
  return result;
}

/** What npm told `npm test` about this repository is not for the npm of another folder. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter(
    (name) => !/^(npm_(package|lifecycle|command)|INIT_CWD)/.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}
