import { copyFile, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Receipt } from '../host/native/receipt.js';
import * as recipe from '../host/native/recipe.js';
import { NATIVE_PACKAGES, program } from '../program/package-files.js';
import { runTool, type FoundTools, type Tool, type ToolName, type ToolRun } from '../host/tools.js';
import { sizeText } from '../report/format.js';
import { fileFacts } from './checksums.js';
import { DELETE, folderBytes, syncAll } from './folder.js';
import { testPrediction, type TestPrediction } from './predict.js';
import { checkWheel, downloadWheel, unpack } from './wheel.js';

/** How an install reports its progress, and what can end it. */
export interface InstallContext {
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called before each step. */
  readonly onStep: (title: string, index: number, count: number) => void;
  /** Called after each step. */
  readonly onStepDone: (elapsedMs: number) => void;
  readonly onLine: (text: string) => void;
}

export interface InstallStep {
  readonly name: 'packages' | 'download' | 'check' | 'unpack' | 'compile' | 'predict' | 'sync';
  readonly title: string;
}

/** The steps of an install, in order. @param wheel a wheel given by the user; null: download it */
export function installSteps(wheel: string | null): InstallStep[] {
  const { TFJS_NODE_VERSION, NPM_DOWNLOAD_BYTES, WHEEL } = recipe;
  const download = [
    {
      name: 'download',
      title: `download TensorFlow ${WHEEL.tensorflow}'s Python wheel with pip (${sizeText(WHEEL.sizeBytes)})`,
    },
    { name: 'check', title: 'check its sha256' },
  ] as const;
  return [
    {
      name: 'packages',
      title: `install tfjs-node ${TFJS_NODE_VERSION} with npm (about ${sizeText(NPM_DOWNLOAD_BYTES)} to download)`,
    },
    ...(wheel === null ? download : []),
    { name: 'unpack', title: "unpack TensorFlow's libraries" },
    { name: 'compile', title: 'compile the addon' },
    { name: 'predict', title: 'make a test prediction' },
    { name: 'sync', title: 'sync to disk' },
  ];
}

export interface BuildOptions {
  readonly tools: FoundTools;
  readonly steps: readonly InstallStep[];
  /** A wheel given by the user, already checked; null: download it. */
  readonly wheel: string | null;
  readonly context: InstallContext;
}

/** A complete install folder that no receipt names yet. */
export interface BuiltInstall {
  readonly receipt: Receipt;
  readonly prediction: TestPrediction;
}

/** Runs all steps in a staging folder. The caller then publishes the receipt, which makes it an install. */
export async function buildInstall(
  staging: string,
  { tools, steps, wheel, context }: BuildOptions,
): Promise<BuiltInstall> {
  const { signal } = context;
  const packageFolder = join(staging, recipe.PACKAGE_FOLDER);
  const temporary = join(staging, 'tmp');
  await mkdir(temporary);
  const run: ToolRun = { cwd: staging, temporary, signal };
  const step = stepper(steps, context);

  await step('packages', () => installPackages(staging, tool(tools, 'npm'), run));
  const wheelPath = wheel ?? (await step('download', () => downloadWheel(tool(tools, 'pip'), run)));
  if (wheel === null) await step('check', () => checkWheel(wheelPath, signal));
  await step('unpack', () => placeTensorFlow(wheelPath, packageFolder, signal));
  await step('compile', () => compileAddon(packageFolder, tool(tools, 'compiler'), run));
  await rm(temporary, DELETE);
  await dropBuildFiles(staging, packageFolder);
  const prediction = await step('predict', () => testPrediction('node', staging, signal));
  const receipt = await step('sync', async () => {
    await syncAll(staging, signal);
    return newReceipt(staging, signal);
  });
  return { receipt, prediction };
}

function tool({ found }: FoundTools, name: ToolName): Tool {
  const one = found.get(name);
  if (one === undefined) throw new RangeError(`${name} was not searched for`);
  return one;
}

function stepper(steps: readonly InstallStep[], { signal, onStep, onStepDone }: InstallContext) {
  return async <T>(name: InstallStep['name'], work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const index = steps.findIndex((step) => step.name === name);
    onStep(steps[index]!.title, index, steps.length);
    const startedAtMs = performance.now();
    const result = await work();
    onStepDone(performance.now() - startedAtMs);
    return result;
  };
}

/** Installs tfjs-node and its dependencies exactly as locked. @throws AiopsError 'tool_failed' */
async function installPackages(folder: string, npm: Tool, run: ToolRun): Promise<void> {
  for (const name of ['package.json', 'package-lock.json']) {
    await copyFile(fileURLToPath(new URL(name, NATIVE_PACKAGES)), join(folder, name));
  }
  const args = [
    'ci',
    // Under `npx` or an npm script, the environment points npm to another project: these two overrule it.
    `--prefix=${folder}`,
    '--location=project',
    '--ignore-scripts', // tfjs-node's own script would download TensorFlow from a place that is often blocked
    '--no-audit',
    '--no-fund',
  ];
  await runTool(npm, args, run, "check the network and npm's settings (registry, proxy): npm ping");
}

/** Unpacks TensorFlow's libraries and headers to where tfjs-node's addon looks for them. */
async function placeTensorFlow(wheel: string, packageFolder: string, signal: AbortSignal): Promise<void> {
  const lib = join(packageFolder, 'deps', 'lib');
  const include = join(packageFolder, 'deps', 'include');
  const wanted = new Map<string, string>([
    ...recipe.LIBRARIES.map(({ entry, file }) => [entry, join(lib, file)] as const),
    ...recipe.HEADERS.map((path) => [recipe.HEADER_ROOT + path, join(include, path)] as const),
  ]);
  await unpack(wheel, wanted, signal);
  for (const { file, link } of recipe.LIBRARIES) await symlink(file, join(lib, link));
}

/** Compiles tfjs-node's addon against the libraries in `deps/`. @throws AiopsError 'tool_failed' */
async function compileAddon(packageFolder: string, compiler: Tool, run: ToolRun): Promise<void> {
  const addon = join(packageFolder, recipe.ADDON);
  await mkdir(dirname(addon), { recursive: true });
  const partial = `${addon}.partial`;
  const hint = 'it needs a compiler for C++17 (g++ 8, clang 7 or later); name another one with CXX';
  await runTool(compiler, compilerArguments(partial), { ...run, cwd: packageFolder }, hint);
  await rename(partial, addon);
}

/** What tfjs-node's binding.gyp says; node-gyp itself would download Node's headers. */
function compilerArguments(output: string): string[] {
  return [
    '-shared',
    '-fPIC',
    '-O2',
    '-std=c++17',
    `-DNAPI_VERSION=${recipe.NAPI_VERSION}`,
    '-Ideps/include',
    '-I../../node-api-headers/include',
    'binding/tfjs_backend.cc',
    'binding/tfjs_binding.cc',
    '-Ldeps/lib',
    ...recipe.LIBRARIES.map(({ link }) => `-l${link.replace(/^lib|\.so$/g, '')}`),
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
    '-o',
    output,
  ];
}

/** Removes headers, and source maps, which are two thirds of what npm installs. */
async function dropBuildFiles(folder: string, packageFolder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  for (const headers of [join(modules, 'node-api-headers'), join(packageFolder, 'deps', 'include')]) {
    await rm(headers, { recursive: true });
  }
  for (const name of await readdir(modules, { recursive: true })) {
    if (name.endsWith('.map')) await rm(join(modules, name), { force: true });
  }
}

async function newReceipt(staging: string, signal: AbortSignal): Promise<Receipt> {
  return {
    format: 1,
    folder: basename(staging),
    tfjsNode: recipe.TFJS_NODE_VERSION,
    tensorflow: recipe.WHEEL.tensorflow,
    wheelSha256: recipe.WHEEL.sha256,
    files: await fileFacts(staging, recipe.VITAL_FILES, signal),
    sizeBytes: await folderBytes(staging),
    installedAt: new Date().toISOString(),
    installedBy: `${program.name} ${program.version}`,
  };
}
