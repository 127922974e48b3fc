import { Command } from 'commander';

import { plural } from '../report/format.js';
import { sealBundle } from './seal-bundle.js';
import { printable } from './console.js';

/** `aiops-serve model`: what there is to do with a bundle besides replaying through it. */
export function modelCommand(): Command {
  const seal = new Command('seal')
    .description(
      'Writes the sha256 sums of a bundle’s files into its aiops-model.json, and a seal over the rest of it.',
    )
    .argument('<folder>', 'of the bundle')
    .action(async (folder: string) => {
      const { path, files, seal: digest } = await sealBundle(folder);
      process.stdout.write(printable(`sealed ${path}: ${plural(files.length, 'file')}, seal ${digest}\n`));
    });
  return new Command('model').description('Works on model bundles.').addCommand(seal);
}
