import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { ZipFile } from 'yazl';

import { isErrno } from '../../../output/files.js';
import { PACKAGE_ROOT } from '../../../program/package-files.js';

/** A file that travels with a job. */
interface PackedFile {
  readonly path: string;
  /** In the archive, with slashes. */
  readonly name: string;
  readonly isExecutable?: boolean;
}

/** The program as an archive that runs on any node that has Node, or brings it along. */
export interface ProgramPackage {
  /** As Ray names packages by their contents. */
  readonly name: string;
  archive(): Promise<Uint8Array>;
}

/** What of the package a slice needs. */
const OWN = ['package.json', 'bin', 'dist', 'fixtures/bundles/builtin'];
/** Of TensorFlow.js, whose packages hold every module in a dozen forms. */
const TENSORFLOW_FILE = /^(package\.json|dist\/[^/]+\.(node\.js|wasm))$/;
const UNUSED_FILE = /\.(map|d\.ts|d\.cts|d\.mts|md|markdown)$/;

/**
 * @param node path of a Node binary that travels along, as `node_binary/node`; null: the nodes have one
 * @throws Error where a file of the program is missing
 */
export async function programPackage(node: string | null): Promise<ProgramPackage> {
  const root = fileURLToPath(PACKAGE_ROOT);
  const own = await Promise.all(OWN.map((name) => filesIn(root, name)));
  const files = [...own.flat(), ...(await installedFiles(root))].filter(
    ({ name }) => !UNUSED_FILE.test(name),
  );
  files.push({
    path: fileURLToPath(new URL('dist/cluster/ray_driver.py', PACKAGE_ROOT)),
    name: 'ray_driver.py',
  });
  if (node !== null) files.push({ path: node, name: 'node_binary/node', isExecutable: true });
  const sum = createHash('sha256');
  for (const { path, name } of files) {
    sum.update(`${name}\0`);
    for await (const chunk of createReadStream(path)) sum.update(chunk as Buffer);
  }
  return { name: `_ray_pkg_${sum.digest('hex').slice(0, 32)}.zip`, archive: () => archiveOf(files) };
}

async function archiveOf(files: readonly PackedFile[]): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const { path, name, isExecutable = false } of files) {
    zip.addFile(path, name, { mode: isExecutable ? 0o100755 : 0o100644 });
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** The packages that the program needs installed, and those that they need. */
async function installedFiles(root: string): Promise<PackedFile[]> {
  const files: PackedFile[] = [];
  const seen = new Set<string>();
  const waiting = [{ folder: root, name: '' }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const dependency of await dependenciesOf(next.folder)) {
      const found = findInstalled(dependency, next);
      if (seen.has(found.folder)) continue;
      seen.add(found.folder);
      waiting.push(found);
      files.push(...(await packageFiles(found, dependency)));
    }
  }
  return files;
}

interface InstalledPackage {
  readonly folder: string;
  /** In the archive. */
  readonly name: string;
}

/** Where a package finds another one: in its own folder, or beside it. */
function findInstalled(name: string, { folder, name: own }: InstalledPackage): InstalledPackage {
  const nested = join(folder, 'node_modules', name);
  if (existsSync(nested))
    return { folder: nested, name: own === '' ? `node_modules/${name}` : `${own}/node_modules/${name}` };
  for (let above = join(folder, '..'); above !== join(above, '..'); above = join(above, '..')) {
    const beside = join(above, 'node_modules', name);
    if (existsSync(beside)) return { folder: beside, name: `node_modules/${name}` };
  }
  throw new Error(`${name}, which ${folder} needs, is not installed`);
}

async function dependenciesOf(folder: string): Promise<string[]> {
  const { dependencies = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  return Object.keys(dependencies).filter((name) => !name.startsWith('@types/') && name !== '@webgpu/types');
}

async function packageFiles({ folder, name }: InstalledPackage, dependency: string): Promise<PackedFile[]> {
  const files = await filesIn(folder, '');
  const isNeeded = dependency.startsWith('@tensorflow/')
    ? (each: string) => TENSORFLOW_FILE.test(each)
    : () => true;
  return files
    .filter((file) => isNeeded(file.name))
    .map((file) => ({ ...file, name: `${name}/${file.name}` }));
}

/** The files of a folder, or the one of this name; those of packages within are not. */
async function filesIn(root: string, name: string): Promise<PackedFile[]> {
  const path = join(root, name);
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    if (isErrno(error, 'ENOTDIR')) return null;
    throw error;
  });
  if (entries === null) return [{ path, name }];
  const below = entries
    .filter((entry) => entry.name !== 'node_modules')
    .map((entry) => filesIn(root, name === '' ? entry.name : `${name}/${entry.name}`));
  return (await Promise.all(below)).flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}
