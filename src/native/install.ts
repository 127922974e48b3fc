import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { AiopsError, messageOf } from '../core/errors.js';
import { changedFiles } from './file-facts.js';
import { freeBytes, stagingFolder, sweep } from './folder.js';
import { installedNative, type NativeInstall } from '../host/native/location.js';
import { platformFacts, whyUnsupported } from './platform.js';
import { RECEIPT_NAME, receiptText } from '../host/native/receipt.js';
import { NEEDED_BYTES } from '../host/native/recipe.js';
import { findTools, requireAll, type FoundTools, type ToolName } from '../host/tools.js';
import { checkWheel } from './wheel.js';
import { megabytes } from '../report/format.js';
import { writeWhole } from '../output/durable-files.js';
import { buildNative, type InstallContext } from './build.js';
import { predictOne, type Prediction } from './check.js';
import { requireNativeFolder, whileLocked } from './lock.js';
import { nativeSteps, type NativeStep } from './steps.js';

/** How native TensorFlow is to be installed. */
export interface InstallRequest {
  /** A wheel that is here already; null: pip downloads it. */
  readonly wheel: string | null;
  /** Install anew although there is an install that works. */
  readonly force: boolean;
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
 * @throws AiopsError that says what is missing or failed, and what to do; 'interrupted' after the signal
 */
export async function installNative(
  request: InstallRequest,
  context: InstallContext,
): Promise<InstallOutcome> {
  try {
    const present = request.force ? null : await presentAndWorking(context);
    return present ?? (await installAnew(request, context));
  } catch (error) {
    // Ctrl-C reaches tools as well: whatever failed after it, failed because of it.
    throw context.signal.aborted ? new AiopsError('interrupted', 'interrupted', { cause: error }) : error;
  }
}

async function installAnew(request: InstallRequest, context: InstallContext): Promise<InstallOutcome> {
  const plan = await planNative(request, context);
  await checkPlan(plan, request, context.signal);
  await mkdir(plan.folder, { recursive: true }).catch((cause: unknown) => {
    throw new AiopsError('output_cannot_create', `cannot create ${plan.folder}: ${messageOf(cause)}`, {
      hint: 'set XDG_CACHE_HOME to a folder that can be written',
      cause,
    });
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
    await tidy(requireNativeFolder(), onLine);
    return { kind: 'was-there', install, prediction };
  } catch (error) {
    if (!(error instanceof AiopsError) || error.code === 'interrupted') throw error;
    onLine(`the install in ${install.folder} does not work and will be replaced: ${error.message}`);
    return null;
  }
}

/** Removes leftovers, unless somebody is at work whose they may be; that it can't is no failure of an install. */
async function tidy(folder: string, onLine: InstallContext['onLine']): Promise<void> {
  await whileLocked(folder, () => sweepQuietly(folder, onLine)).catch((error: unknown) => {
    if (!(error instanceof AiopsError) || error.code !== 'output_locked') onLine(messageOf(error));
  });
}

async function sweepQuietly(folder: string, onLine: InstallContext['onLine']): Promise<number> {
  return sweep(folder).catch((cause: unknown) => {
    onLine(`something is left in ${folder}, which the next install tries to remove: ${messageOf(cause)}`);
    return 0;
  });
}

/** @throws AiopsError for whatever would keep an install from succeeding, as far as that can be told before */
export async function checkPlan(
  plan: InstallPlan,
  { wheel }: InstallRequest,
  signal: AbortSignal,
): Promise<void> {
  requireAll(plan.tools);
  if (wheel !== null) await checkWheel(wheel, signal);
  checkSpace(plan);
}

function checkSpace({ folder, freeBytes: free }: InstallPlan): void {
  if (free >= NEEDED_BYTES) return;
  throw new AiopsError(
    'output_io',
    `${folder} has ${megabytes(free)} of free space, and installing takes up to ${megabytes(NEEDED_BYTES)}`,
    { hint: 'make room, or set XDG_CACHE_HOME to a folder elsewhere' },
  );
}

async function installLocked(
  { folder, tools, steps }: InstallPlan,
  request: InstallRequest,
  context: InstallContext,
): Promise<InstallOutcome> {
  const { onLine } = context;
  const removed = await sweepQuietly(folder, onLine);
  if (removed > 0) onLine(`removed what an interrupted install had left (${removed})`);
  try {
    const staging = await stagingFolder(folder);
    const made = await buildNative(staging, { tools, steps, wheel: request.wheel, context });
    context.signal.throwIfAborted();
    await writeWhole(join(folder, RECEIPT_NAME), receiptText(made.receipt));
    return { kind: 'installed', install: { folder: staging, ...made }, prediction: made.prediction };
  } finally {
    await sweepQuietly(folder, onLine); // the new folder where it failed, the old one where it worked
  }
}
