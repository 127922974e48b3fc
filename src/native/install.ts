import { join } from 'node:path';

import { AiopsError, messageOf } from '../core/errors.js';
import { installedNative, type NativeInstall } from '../host/native/location.js';
import { RECEIPT_NAME, receiptText } from '../host/native/receipt.js';
import { NEEDED_BYTES } from '../host/native/recipe.js';
import { findTools, requireAll, type FoundTools, type ToolName } from '../host/tools.js';
import { makeFolder, writeWhole } from '../output/durable-files.js';
import { sizeText } from '../report/format.js';
import { buildInstall, installSteps, type InstallContext, type InstallStep } from './build.js';
import { changedFiles } from './checksums.js';
import { freeBytes, requireNativeFolder, stagingFolder, sweep, whileLocked } from './folder.js';
import { platformFacts, whyUnsupported } from './platform.js';
import { testPrediction, type TestPrediction } from './predict.js';
import { checkWheel } from './wheel.js';

export interface InstallRequest {
  /** A wheel that the user has downloaded already; null: pip downloads it. */
  readonly wheel: string | null;
  /** Install even if there is an install that works. */
  readonly force: boolean;
}

export interface InstallOutcome {
  readonly kind: 'installed' | 'was-there';
  readonly install: NativeInstall;
  readonly prediction: TestPrediction;
}

/** What an install would do. */
export interface InstallPlan {
  readonly folder: string;
  readonly present: NativeInstall | null;
  readonly tools: FoundTools;
  readonly steps: readonly InstallStep[];
  readonly freeBytes: number;
}

/** Changes nothing. @throws AiopsError 'backend' if this platform is not supported */
export async function planNative(
  request: InstallRequest,
  { environment, signal }: Pick<InstallContext, 'environment' | 'signal'>,
): Promise<InstallPlan> {
  const unsupported = whyUnsupported(platformFacts());
  if (unsupported !== null) {
    throw new AiopsError('backend', unsupported.message, { hint: unsupported.hint });
  }
  const folder = requireNativeFolder();
  return {
    folder,
    present: installedNative(folder),
    tools: await findTools(toolNames(request), environment, signal),
    steps: installSteps(request.wheel),
    freeBytes: await freeBytes(folder),
  };
}

function toolNames({ wheel }: InstallRequest): ToolName[] {
  return wheel === null ? ['npm', 'compiler', 'pip'] : ['npm', 'compiler'];
}

/** @throws AiopsError for whatever can be seen in advance to make the install fail */
export async function checkPlan(
  { tools, folder, freeBytes: free }: InstallPlan,
  { wheel }: InstallRequest,
  signal: AbortSignal,
): Promise<void> {
  requireAll(tools);
  if (wheel !== null) await checkWheel(wheel, signal);
  if (free >= NEEDED_BYTES) return;
  throw new AiopsError(
    'output_io',
    `${folder} has ${sizeText(free)} of free space, but installing takes up to ${sizeText(NEEDED_BYTES)}`,
    { hint: 'make room, or set XDG_CACHE_HOME to a folder elsewhere' },
  );
}

/**
 * Installs native TensorFlow in the user's cache, unless an install there works. The receipt is written last, and only
 * it makes the folder an install, so a failure at any time leaves the previous state.
 *
 * @throws AiopsError that says what is missing or failed; 'interrupted' after the signal
 */
export async function installNative(
  request: InstallRequest,
  context: InstallContext,
): Promise<InstallOutcome> {
  try {
    const present = request.force ? null : await presentAndWorking(context);
    if (present !== null) return present;
    const plan = await planNative(request, context);
    await checkPlan(plan, request, context.signal);
    await makeFolder(plan.folder).catch((cause: unknown) => {
      throw new AiopsError('output_cannot_create', messageOf(cause), {
        hint: 'set XDG_CACHE_HOME to a writable folder',
        cause,
      });
    });
    return await whileLocked(plan.folder, () => installLocked(plan, request, context));
  } catch (error) {
    // Ctrl-C also reaches the tools: whatever failed after it, failed because of it.
    throw context.signal.aborted ? new AiopsError('interrupted', 'interrupted', { cause: error }) : error;
  }
}

/** Keeps an install whose test prediction succeeds; reports one that fails, to be replaced. */
async function presentAndWorking({ signal, onLine }: InstallContext): Promise<InstallOutcome | null> {
  const install = installedNative();
  if (install === null) return null;
  const [changed] = await changedFiles(install.folder, install.receipt.files, 'sizes-only');
  try {
    if (changed !== undefined) throw new AiopsError('backend', changed);
    const prediction = await testPrediction('node', install.folder, signal);
    await tidy(requireNativeFolder(), onLine);
    return { kind: 'was-there', install, prediction };
  } catch (error) {
    if (!(error instanceof AiopsError) || error.code === 'interrupted') throw error;
    onLine(`the install in ${install.folder} does not work and will be replaced: ${error.message}`);
    return null;
  }
}

/** Removes leftovers unless another process is using the folder; a failure to do so is only reported. */
async function tidy(folder: string, onLine: InstallContext['onLine']): Promise<void> {
  await whileLocked(folder, () => sweepOrReport(folder, onLine)).catch((error: unknown) => {
    if (!(error instanceof AiopsError) || error.code !== 'output_locked') onLine(messageOf(error));
  });
}

async function sweepOrReport(folder: string, onLine: InstallContext['onLine']): Promise<number> {
  return sweep(folder).catch((cause: unknown) => {
    onLine(`cannot remove leftovers in ${folder}, the next install will retry: ${messageOf(cause)}`);
    return 0;
  });
}

async function installLocked(
  { folder, tools, steps }: InstallPlan,
  { wheel }: InstallRequest,
  context: InstallContext,
): Promise<InstallOutcome> {
  const { onLine } = context;
  const removed = await sweepOrReport(folder, onLine);
  if (removed > 0) onLine(`removed the remains of interrupted installs (${removed})`);
  try {
    const staging = await stagingFolder(folder);
    const { receipt, prediction } = await buildInstall(staging, { tools, steps, wheel, context });
    context.signal.throwIfAborted();
    await writeWhole(join(folder, RECEIPT_NAME), receiptText(receipt));
    return { kind: 'installed', install: { folder: staging, receipt }, prediction };
  } finally {
    await sweepOrReport(folder, onLine); // the new folder after a failure, the old one after a success
  }
}
