import { basename, join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { compileAddon, placeTensorFlow } from '../host/native/addon.js';
import { changedFiles, fileFacts } from '../host/native/digest.js';
import { folderBytes, freeBytes, makeFolder, stagingFolder, sweep, syncAll } from '../host/native/folder.js';
import { installedNative, type NativeInstall } from '../host/native/location.js';
import { dropBuildFiles, dropTemporary, installPackages, temporaryIn } from '../host/native/packages.js';
import { platformFacts, whyUnsupported } from '../host/native/platform.js';
import { writeReceipt, type Receipt } from '../host/native/receipt.js';
import * as recipe from '../host/native/recipe.js';
import type { Tool, ToolRun } from '../host/native/run-tool.js';
import { findTools, requireAll, type FoundTools, type ToolName } from '../host/native/tools.js';
import { checkWheel, downloadWheel } from '../host/native/wheel.js';
import { program } from '../host/program.js';
import { predictOne, type Prediction } from './native-check.js';
import { requireNativeFolder, whileLocked } from './native-lock.js';
import { megabytes, nativeSteps, type NativeStep } from './native-steps.js';

/** How native TensorFlow is to be installed. */
export interface InstallRequest {
  /** A wheel that is here already; null: pip downloads it. */
  readonly wheel: string | null;
  /** Install anew although there is an install that works. */
  readonly force: boolean;
}

export interface InstallContext {
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Before a step. */
  readonly onStep: (title: string, index: number, count: number) => void;
  /** After it. */
  readonly onStepDone: (elapsedMs: number) => void;
  readonly onLine: (text: string) => void;
}

export interface InstallOutcome {
  readonly kind: 'installed' | 'was-there';
  readonly install: NativeInstall;
  readonly prediction: Prediction;
}

/** What an install would do; nothing is changed. */
export interface InstallPlan {
  readonly folder: string;
  readonly present: NativeInstall | null;
  readonly tools: FoundTools;
  readonly steps: readonly NativeStep[];
  readonly freeBytes: number;
}

/** @throws AiopsError 'backend' where this is no machine to install on */
export async function planNative(
  request: InstallRequest,
  environment: InstallContext['environment'],
): Promise<InstallPlan> {
  const unsupported = whyUnsupported(platformFacts());
  if (unsupported !== null) {
    throw new AiopsError('backend', unsupported.message, { hint: unsupported.hint });
  }
  const folder = requireNativeFolder();
  return {
    folder,
    present: installedNative(folder),
    tools: await findTools(toolNames(request), environment),
    steps: nativeSteps(request.wheel),
    freeBytes: await freeBytes(folder),
  };
}

function toolNames({ wheel }: InstallRequest): ToolName[] {
  return wheel === null ? ['npm', 'compiler', 'pip'] : ['npm', 'compiler'];
}

/**
 * Puts a native TensorFlow that works into the user's cache, unless there is one. The receipt is written last
 * and is the install: until then, whatever happens, the old state stands.
 *
 * @throws AiopsError that says what is missing or failed, and what to do
 */
export async function installNative(
  request: InstallRequest,
  context: InstallContext,
): Promise<InstallOutcome> {
  const present = request.force ? null : await presentAndWorking(context);
  if (present !== null) {
    await tidy(requireNativeFolder());
    return present;
  }
  const plan = await planNative(request, context.environment);
  requireAll(plan.tools);
  if (request.wheel !== null) await checkWheel(request.wheel, context.signal);
  checkSpace(plan);
  await makeFolder(plan.folder).catch((cause: unknown) => {
    throw new AiopsError(
      'output_cannot_create',
      `cannot create ${plan.folder}: ${(cause as Error).message}`,
      {
        hint: 'set XDG_CACHE_HOME to a folder that can be written',
        cause,
      },
    );
  });
  return whileLocked(plan.folder, () => installLocked(plan, request, context));
}

/** An install that predicts is left as it is; one that does not is told of and replaced. */
async function presentAndWorking({ signal, onLine }: InstallContext): Promise<InstallOutcome | null> {
  const install = installedNative();
  if (install === null) return null;
  const [changed] = await changedFiles(install.folder, install.receipt.files, 'sizes-only');
  try {
    if (changed !== undefined) throw new AiopsError('backend', changed);
    const prediction = await predictOne('node', install.folder, signal);
    return { kind: 'was-there', install, prediction };
  } catch (error) {
    if (!(error instanceof AiopsError) || error.code === 'interrupted') throw error;
    onLine(`the install in ${install.folder} does not work and will be replaced: ${error.message}`);
    return null;
  }
}

/** Removes leftovers, unless somebody is at work whose they may be. */
async function tidy(folder: string): Promise<void> {
  try {
    await whileLocked(folder, () => sweep(folder));
  } catch (error) {
    if (!(error instanceof AiopsError) || error.code !== 'output_locked') throw error;
  }
}

function checkSpace({ folder, freeBytes: free }: InstallPlan): void {
  if (free >= recipe.NEEDED_BYTES) return;
  throw new AiopsError(
    'output_io',
    `${folder} has ${megabytes(free)} of free space, and installing takes up to ${megabytes(recipe.NEEDED_BYTES)}`,
    { hint: 'make room, or set XDG_CACHE_HOME to a folder elsewhere' },
  );
}

async function installLocked(
  { folder, tools, steps }: InstallPlan,
  request: InstallRequest,
  context: InstallContext,
): Promise<InstallOutcome> {
  const removed = await sweep(folder);
  if (removed > 0) context.onLine(`removed what an interrupted install had left (${removed})`);
  try {
    const staging = await stagingFolder(folder);
    const made = await build(staging, { tools, steps, wheel: request.wheel, context });
    if (context.signal.aborted) throw new AiopsError('interrupted', 'interrupted');
    await writeReceipt(folder, made.receipt);
    return { kind: 'installed', install: { folder: staging, ...made }, prediction: made.prediction };
  } catch (error) {
    throw context.signal.aborted ? new AiopsError('interrupted', 'interrupted', { cause: error }) : error;
  } finally {
    await sweep(folder); // the new folder where it failed, the old one where it worked
  }
}

interface Building {
  readonly tools: FoundTools;
  readonly steps: readonly NativeStep[];
  readonly wheel: string | null;
  readonly context: InstallContext;
}

interface Built {
  readonly receipt: Receipt;
  readonly prediction: Prediction;
}

/** All steps but the last, which makes it count. */
async function build(staging: string, { tools, steps, wheel, context }: Building): Promise<Built> {
  const { signal } = context;
  const packageFolder = join(staging, recipe.PACKAGE_FOLDER);
  const run: ToolRun = { cwd: staging, temporary: await temporaryIn(staging), signal };
  const step = stepper(steps, context);

  await step('packages', () => installPackages(staging, tool(tools, 'npm'), run));
  const wheelPath =
    wheel ?? (await step('download', () => downloadWheel(run.temporary, tool(tools, 'pip'), run)));
  if (wheel === null) await step('check', () => checkWheel(wheelPath, signal));
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
    if (signal.aborted) throw new AiopsError('interrupted', 'interrupted');
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
