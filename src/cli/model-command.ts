import type { Command } from 'commander';

import { plural } from '../report/format.js';
import { printable } from './console.js';

/** Defines `aiops-serve model`. */
export function defineModel(command: Command): void {
  command
    .command('seal')
    .description(
      "Writes the sha256 sums of a bundle's files, and a seal over the rest, into its aiops-model.json.",
    )
    .argument('<folder>', 'the bundle')
    .action(async (folder: string) => {
      const { sealManifest } = await import('../model/seal.js');
      const { writeWhole } = await import('../output/durable-files.js');
      const { path, text, files, seal } = await sealManifest(folder);
      await writeWhole(path, text);
      process.stdout.write(printable(`sealed ${path}: ${plural(files.length, 'file')}, seal ${seal}\n`));
    });
}
