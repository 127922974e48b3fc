import { basename, join } from 'node:path';

import { compileAddon, placeTensorFlow } from './addon.js';
import { fileFacts } from './file-facts.js';
import { folderBytes, syncAll } from './folder.js';
import { dropBuildFiles, dropTemporary, installPackages, temporaryIn } from './packages.js';
import type { Receipt } from '../host/native/receipt.js';
import * as recipe from '../host/native/recipe.js';
import type { Tool, ToolRun } from '../host/run-tool.js';
import type { FoundTools, ToolName } from '../host/tools.js';
import { checkWheel, downloadWheel } from './wheel.js';
import { program } from '../program/files.js';
import { predictOne, type Prediction } from './check.js';
import type { NativeStep } from './steps.js';

/** What an install tells while it goes, and what may end it. */
export interface InstallContext {
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Before a step. */
  readonly onStep: (title: string, index: number, count: number) => void;
  /** After it. */
  readonly onStepDone: (elapsedMs: number) => void;
  readonly onLine: (text: string) => void;
}

/** What an install is made with. */
export interface Building {
  readonly tools: FoundTools;
  readonly steps: readonly NativeStep[];
  readonly wheel: string | null;
  readonly context: InstallContext;
}

/** What was made, not yet an install. */
export interface Built {
  readonly receipt: Receipt;
  readonly prediction: Prediction;
}

/** All steps but the last, which makes it count: the receipt put in its place. */
export async function buildNative(
  staging: string,
  { tools, steps, wheel, context }: Building,
): Promise<Built> {
  const { signal } = context;
  const packageFolder = join(staging, recipe.PACKAGE_FOLDER);
  const run: ToolRun = { cwd: staging, temporary: await temporaryIn(staging), signal };
  const step = stepper(steps, context);

  await step('packages', () => installPackages(staging, tool(tools, 'npm'), run));
  const wheelPath =
    wheel ?? (await step('download', () => downloadWheel(run.temporary, tool(tools, 'pip'), run)));
  if (wheel === null) await step('check', () => checkWheel(wheelPath, signal)); // one's own was checked before
  await step('unpack', () => placeTensorFlow(wheelPath, packageFolder, signal));
  await step('compile', () => compileAddon(packageFolder, tool(tools, 'compiler'), run));
  await dropTemporary(run.temporary);
  await dropBuildFiles(staging, packageFolder);
  const prediction = await step('predict', () => predictOne('node', staging, signal));
  const receipt = await step('sync', async () => {
    await syncAll(staging, signal);
    return newReceipt(staging, signal);
  });
  return { receipt, prediction };
}

function tool({ found }: FoundTools, name: ToolName): Tool {
  const one = found.get(name);
  if (one === undefined) throw new RangeError(`${name} was not looked for`);
  return one;
}

function stepper(steps: readonly NativeStep[], { signal, onStep, onStepDone }: InstallContext) {
  return async <T>(name: NativeStep['name'], work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const index = steps.findIndex((step) => step.name === name);
    onStep(steps[index]!.title, index, steps.length);
    const startedAt = performance.now();
    const result = await work();
    onStepDone(performance.now() - startedAt);
    return result;
  };
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
