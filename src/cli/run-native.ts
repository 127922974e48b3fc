import { AiopsError } from '../core/errors.js';
import { checkPlan, installNative, planNative, type InstallRequest } from '../native/install.js';
import { removeNative } from '../native/folder.js';
import { nativeInventory, proveNative } from '../native/inventory.js';
import { durationText, sizeText } from '../report/format.js';
import { Console, printable, print } from './console.js';
import { SIGNAL_STATUS } from './exit-codes.js';
import { inventoryLines, planLines, predictionText } from './native-text.js';
import { watchSignals, type Interruption } from './signals.js';

/** The flags of `native install`, as commander returns them. */
export interface InstallFlags {
  readonly wheel?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** `native install`; resolves to the exit status. */
export async function runInstall({ wheel, force = false, dryRun = false }: InstallFlags): Promise<number> {
  const request = { wheel: wheel ?? null, force };
  return interruptible(async (terminal, interruption) => {
    const context = { environment: process.env, signal: interruption.signal };
    if (!dryRun) return install(request, terminal, interruption);
    const plan = await planNative(request, context);
    await printLines(planLines(plan, request));
    await checkPlan(plan, request, context.signal);
  });
}

/** `native status`; resolves to the exit status. */
export async function runStatus({ json = false }: { readonly json?: boolean }): Promise<number> {
  return interruptible((_terminal, { signal }) => (json ? statusJson(signal) : status(signal)));
}

/** `native remove`. */
export async function runRemove(): Promise<void> {
  const { folder, freedBytes } = await removeNative();
  await printLines([
    freedBytes === null
      ? `nothing to remove: nothing is installed in ${folder}`
      : `removed ${folder}: ${sizeText(freedBytes)} freed`,
  ]);
}

/** Runs work that a signal may interrupt; resolves to the exit status. */
async function interruptible(
  work: (terminal: Console, interruption: Interruption) => Promise<void>,
): Promise<number> {
  const terminal = new Console({ quiet: false, stream: process.stderr });
  const interruption = watchSignals((signal) =>
    terminal.info(`${signal}: cleaning up; a second signal stops immediately`),
  );
  try {
    await work(terminal, interruption);
    return 0;
  } catch (error) {
    const signal = interruption.caught();
    if (signal === null || !(error instanceof AiopsError) || error.code !== 'interrupted') throw error;
    terminal.notice({
      level: 'warning',
      text: 'interrupted; the existing installation, if any, is unchanged',
    });
    return SIGNAL_STATUS[signal];
  } finally {
    interruption.dispose();
  }
}

async function install(request: InstallRequest, terminal: Console, { signal }: Interruption): Promise<void> {
  const startedAt = performance.now();
  const outcome = await installNative(request, {
    signal,
    environment: process.env,
    onStep: (title, index, count) => terminal.info(`[${index + 1}/${count}] ${title}`),
    onStepDone: (elapsedMs) => terminal.info(`      ${durationText(elapsedMs)}`),
    onLine: (text) => terminal.info(text),
  });
  const { folder, receipt } = outcome.install;
  const how =
    outcome.kind === 'was-there'
      ? 'is already installed'
      : `was installed in ${durationText(performance.now() - startedAt)} (${sizeText(receipt.sizeBytes)})`;
  await printLines([
    `native TensorFlow ${receipt.tensorflow} ${how}: ${folder}`,
    `native prediction works: ${predictionText(outcome.prediction)}`,
  ]);
}

async function status(signal: AbortSignal): Promise<void> {
  const inventory = nativeInventory();
  await printLines(inventoryLines(inventory));
  const { native, wasm } = await proveNative(inventory, signal);
  await printLines([
    `wasm         ${predictionText(wasm)}`,
    `native prediction works: ${predictionText(native)}`,
  ]);
}

async function statusJson(signal: AbortSignal): Promise<void> {
  const inventory = nativeInventory();
  try {
    const proof = await proveNative(inventory, signal);
    await printLines([JSON.stringify({ ...inventory, works: true, ...proof }, null, 2)]);
  } catch (error) {
    if (!(error instanceof AiopsError) || error.code === 'interrupted') throw error;
    await printLines([JSON.stringify({ ...inventory, works: false, reason: error.message }, null, 2)]);
    throw error;
  }
}

function printLines(lines: readonly string[]): Promise<void> {
  return print(printable(`${lines.join('\n')}\n`));
}
