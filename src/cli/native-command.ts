import type { Command } from 'commander';

import type { InstallFlags } from './run-native.js';
import { name } from './settings/kinds.js';

const HELP_AFTER = `
install builds tfjs-node on Linux x64 from the npm package and TensorFlow's Python wheel, for machines where
npm alone cannot install it. It needs npm, a C++ compiler and python3 with pip, downloads about 285 MB and
keeps about 705 MB. npm ci and upgrades of this package do not touch it. More: docs/native.md`;

/** Defines `aiops-serve native install | status | remove`; `done` gets the exit status. */
export function defineNative(native: Command, done: (status: number) => void): void {
  native.addHelpText('after', HELP_AFTER);
  native
    .command('install')
    .description('Installs native TensorFlow; does nothing if a working version is installed.')
    .option('--wheel <path>', "TensorFlow's Python wheel, instead of downloading it with pip", name.parse)
    .option('--force', 'reinstall even if the installed one works')
    .option('--dry-run', 'print the steps without changing anything')
    .action(async (flags: InstallFlags) => {
      const { runInstall } = await import('./run-native.js');
      done(await runInstall(flags));
    });
  native
    .command('status')
    .description('Shows the installed versions and which one is used, and makes a prediction with it.')
    .option('--json', 'as JSON')
    .action(async (flags: { json?: boolean }) => {
      const { runStatus } = await import('./run-native.js');
      done(await runStatus(flags));
    });
  native
    .command('remove')
    .description('Removes native TensorFlow from the cache.')
    .action(async () => {
      const { runRemove } = await import('./run-native.js');
      await runRemove();
    });
}
