import type { Command } from 'commander';

import type { InstallFlags } from './run-native.js';
import { parseName } from './values.js';

const HELP_AFTER = `
install makes tfjs-node work where npm's own install did not: on Linux x64, out of npm's package and
TensorFlow's Python wheel. It needs npm, a C++ compiler and python3 with pip, downloads about 285 MB and keeps
about 705 MB. npm ci and upgrades of this package do not touch it. More: docs/native.md`;

/** Makes a command `aiops-serve native install | status | remove`; `done` gets the exit status. */
export function defineNative(native: Command, done: (status: number) => void): void {
  native.addHelpText('after', HELP_AFTER);
  native
    .command('install')
    .description('Installs it; does nothing where there is one that works.')
    .option('--wheel <path>', "TensorFlow's Python wheel, if pip is not to download it", parseName)
    .option('--force', 'install anew although there is one that works')
    .option('--dry-run', 'say what would be done, and change nothing')
    .action(async (flags: InstallFlags) => {
      const { runInstall } = await import('./run-native.js');
      done(await runInstall(flags));
    });
  native
    .command('status')
    .description('Says what there is and which one is used, and predicts with it.')
    .option('--json', 'as JSON')
    .action(async (flags: { json?: boolean }) => {
      const { runStatus } = await import('./run-native.js');
      done(await runStatus(flags));
    });
  native
    .command('remove')
    .description('Removes it from the cache.')
    .action(async () => {
      const { runRemove } = await import('./run-native.js');
      await runRemove();
    });
}
