import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The licences of bundled packages, which ask to travel with them.
 *
 * @param root where node_modules is
 * @param inputs paths of the bundled files, from there
 * @throws Error where a package holds no licence
 */
export async function licenceTexts(root, inputs) {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== null));
  const parts = [];
  for (const folder of [...folders].sort()) {
    const path = join(root, folder);
    const { name, version, license } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
    const file = (await readdir(path)).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined)
      throw new Error(`${name} ${version} (${license}) holds no licence to ship with the bundles`);
    parts.push(`${name} ${version} (${license})\n\n${(await readFile(join(path, file), 'utf8')).trim()}\n`);
  }
  return `The bundles in this folder contain these packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** The folder of the package that a file belongs to; null for our own. */
function packageFolder(path) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? null;
}
