import { Command } from 'commander';

import { AiopsError } from '../core/errors.js';
import { durationText, megabytes } from '../report/format.js';
import { checkPlan, installNative, planNative, type InstallRequest } from '../native/install.js';
import { removeNative } from '../native/folder.js';
import { nativeInventory, proveNative } from '../native/status.js';
import { Console, printable } from './console.js';
import { SIGNAL_STATUS } from './exit-codes.js';
import { inventoryLines, planLines, predictionText } from './native-text.js';
import { watchSignals, type Interruption } from './signals.js';
import { parseName } from './values.js';

const DESCRIPTION = 'Native TensorFlow for --backend node, in a folder of its own in the cache of this user.';

const HELP_AFTER = `
install makes tfjs-node work where npm's own install did not: on Linux x64, out of npm's package and
TensorFlow's Python wheel. It needs npm, a C++ compiler and python3 with pip, downloads about 285 MB and keeps
about 705 MB. npm ci and upgrades of this package do not touch it. More: docs/native.md`;

interface InstallFlags {
  readonly wheel?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** `aiops-serve native install | status | remove`; `done` gets the exit status. */
export function nativeCommand(done: (status: number) => void): Command {
  const native = new Command('native').description(DESCRIPTION).addHelpText('after', HELP_AFTER);
  native
    .command('install')
    .description('Installs it; does nothing where there is one that works.')
    .option('--wheel <path>', "TensorFlow's Python wheel, if pip is not to download it", parseName)
    .option('--force', 'install anew although there is one that works')
    .option('--dry-run', 'say what would be done, and change nothing')
    .action(async ({ wheel, force = false, dryRun = false }: InstallFlags) => {
      const request = { wheel: wheel ?? null, force };
      done(
        await interruptible(async (terminal, interruption) => {
          const context = { environment: process.env, signal: interruption.signal };
          if (!dryRun) return install(request, terminal, interruption);
          const plan = await planNative(request, context);
          print(planLines(plan, request));
          await checkPlan(plan, request, context.signal);
        }),
      );
    });
  native
    .command('status')
    .description('Says what there is and which one is used, and predicts with it.')
    .option('--json', 'as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      done(await interruptible((_terminal, { signal }) => (json ? statusJson(signal) : status(signal))));
    });
  native
    .command('remove')
    .description('Removes it from the cache.')
    .action(async () => {
      const { folder, freedBytes } = await removeNative();
      print([
        freedBytes === null
          ? `nothing to remove: there is no install in ${folder}`
          : `removed from ${folder}: ${megabytes(freedBytes)} freed`,
      ]);
    });
  return native;
}

/** Runs something that a signal may end; then the status is the signal's, and nothing is left behind. */
async function interruptible(
  work: (terminal: Console, interruption: Interruption) => Promise<void>,
): Promise<number> {
  const terminal = new Console({ quiet: false, stream: process.stderr });
  const interruption = watchSignals((signal) => terminal.info(`${signal}: ending; once more ends at once`));
  try {
    await work(terminal, interruption);
    return 0;
  } catch (error) {
    const signal = interruption.caught();
    if (signal === null || !(error instanceof AiopsError) || error.code !== 'interrupted') throw error;
    terminal.notice({ level: 'warning', text: 'interrupted; what was there before is still as it was' });
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
      ? 'is there already'
      : `was installed in ${durationText(performance.now() - startedAt)} (${megabytes(receipt.sizeBytes)})`;
  print([
    `native TensorFlow ${receipt.tensorflow} ${how}: ${folder}`,
    `native prediction works: ${predictionText(outcome.prediction)}`,
  ]);
}

async function status(signal: AbortSignal): Promise<void> {
  const inventory = nativeInventory();
  print(inventoryLines(inventory));
  const { native, wasm } = await proveNative(inventory, signal);
  print([`wasm         ${predictionText(wasm)}`, `native prediction works: ${predictionText(native)}`]);
}

async function statusJson(signal: AbortSignal): Promise<void> {
  const inventory = nativeInventory();
  try {
    const proof = await proveNative(inventory, signal);
    print([JSON.stringify({ ...inventory, works: true, ...proof }, null, 2)]);
  } catch (error) {
    if (!(error instanceof AiopsError) || error.code === 'interrupted') throw error;
    print([JSON.stringify({ ...inventory, works: false, reason: error.message }, null, 2)]);
    throw error;
  }
}

function print(lines: readonly string[]): void {
  process.stdout.write(printable(`${lines.join('\n')}\n`));
}
