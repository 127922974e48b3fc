import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runTool, type Tool, type ToolRun } from '../host/run-tool.js';
import { NATIVE_PACKAGES } from '../program/files.js';

/**
 * Has npm install tfjs-node and what it depends on in `folder`, exactly as pinned. No package's script runs:
 * tfjs-node's own would download what this is to do without.
 *
 * @throws AiopsError 'tool_failed'
 */
export async function installPackages(folder: string, npm: Tool, run: ToolRun): Promise<void> {
  for (const name of ['package.json', 'package-lock.json']) {
    await copyFile(fileURLToPath(new URL(name, NATIVE_PACKAGES)), join(folder, name));
  }
  // Under `npx` or an npm script, npm's environment speaks of another project: --prefix and --location overrule it.
  const args = [
    'ci',
    `--prefix=${folder}`,
    '--location=project',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ];
  await runTool(npm, args, run, 'check the network and npm’s settings (registry, proxy): npm ping');
}

/** Source maps are two thirds of what npm brings, and nothing loads them; headers were for compiling. */
export async function dropBuildFiles(folder: string, packageFolder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  for (const folderOfHeaders of [join(modules, 'node-api-headers'), join(packageFolder, 'deps', 'include')]) {
    await rm(folderOfHeaders, { recursive: true });
  }
  for (const name of await readdir(modules, { recursive: true })) {
    if (name.endsWith('.map')) await rm(join(modules, name), { force: true });
  }
}

/** A folder for what tools need for the moment. */
export async function temporaryIn(folder: string): Promise<string> {
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  return temporary;
}

/** Those are gone before anything is made to last. */
export async function dropTemporary(temporary: string): Promise<void> {
  await rm(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
