import type { Command } from 'commander';

import { READER_WORDING, withHints } from './hints.js';
import type { CheckFlags } from './run-model-check.js';
import type { InitValues } from './run-model.js';
import { INIT_SETTINGS } from './settings.js';
import { name } from './settings/kinds.js';
import { addOptions, describeOption } from './sources/command-line.js';

const CHECK_HELP = `
Loads the bundle in every format on every backend that runs it, checks that it answers item by item, compares the
formats with each other and with the golden file, and times predict calls. Exit status: 0 each format was checked and
can be used, 69 no backend of a format is installed, 78 it cannot be used. More: docs/bundle.md`;

const INIT_HELP = `
Reads window, columns and kind of output off the model's shapes and last operation, loads the model once, and writes a
sealed aiops-model.json next to it. Flags say what shapes leave open. More: docs/bundle.md`;

/** Defines `aiops-serve model init | check | seal`; `done` gets the exit status. */
export function defineModel(command: Command, done: (status: number) => void): void {
  const init = command
    .command('init')
    .description('Shows what a model takes and returns, and writes its aiops-model.json.')
    .argument('<path>', 'folder with a SavedModel or a model.json, or that file')
    .configureHelp({ optionDescription: describeOption })
    .addHelpText('after', INIT_HELP);
  addOptions(init, INIT_SETTINGS);
  init
    .option('--name <name>', 'name of the model in reports (default: that of the folder)', name.parse)
    .option('--force', 'replace an aiops-model.json')
    .action(async (path: string, values: InitValues) => {
      const { runInit } = await import('./run-model.js');
      await withHints(init, READER_WORDING, () => runInit(path, values));
    });
  command
    .command('check')
    .description('Loads a bundle wherever it can run, and compares and times what it returns.')
    .argument('<bundle>', 'its folder')
    .option(
      '--golden <file>',
      'JSON lines of items and the outputs that Python computed for them',
      name.parse,
    )
    .option('--json', 'as JSON')
    .addHelpText('after', CHECK_HELP)
    .action(async (bundle: string, flags: CheckFlags, self: Command) => {
      const { runCheck } = await import('./run-model-check.js');
      done(await withHints(self, READER_WORDING, () => runCheck(bundle, flags)));
    });
  command
    .command('seal')
    .description(
      "Writes the sha256 sums of a bundle's files, and a seal over the rest, into its aiops-model.json.",
    )
    .argument('<folder>', 'the bundle')
    .action(async (folder: string, _flags: unknown, self: Command) => {
      const { runSeal } = await import('./run-model.js');
      await withHints(self, READER_WORDING, () => runSeal(folder));
    });
}
