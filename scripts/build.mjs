/**
 * `npm run build` makes two folders from src/:
 *
 *   dist/   what the package ships: bundles of the program, the actor and the page's script, with source maps; the
 *           types of the analyzer contract; the licences of what is bundled
 *   build/  every module compiled by itself, for unit tests and scripts
 */
import { spawn } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { licenceTexts } from './licence-texts.mjs';
import { ownSourceMap } from './own-source-map.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { dependencies, optionalDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
const INSTALLED = Object.keys({ ...dependencies, ...optionalDependencies });

/** What bin/ imports, what src/program/package-files.ts starts, and what package.json exports. Chunks lie beside their entry. */
const ENTRIES = ['cli/main', 'actor/main', 'actor/watchdog', 'model/analyzer'];

/** The types that `import type … from 'aiops-serve'` gives. */
const PUBLISHED_TYPES = 'model/analyzer.d.ts';

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  metafile: true,
  sourcesContent: false,
  legalComments: 'none', // dist/third-party-licenses.txt has them
  logLevel: 'warning',
};

const [bundles, ...compiled] = await Promise.all([
  Promise.all([...ENTRIES.map(bundle), bundlePage()]),
  tsc('tsconfig.json'),
  tsc('src/report/page/tsconfig.json'),
]);
if (compiled.every((status) => status === 0)) {
  const bundled = bundles.flatMap(({ metafile }) => Object.keys(metafile.outputs));
  await removeAllBut(new Set([...bundled, ...(await addedFiles(bundles))]));
} else {
  process.exitCode = 1;
}

/**
 * An entry, with a chunk for whatever it imports lazily. Entries share no chunks: the fewer ways there are to load a
 * module, the fewer files hold it and its neighbours.
 */
async function bundle(entry) {
  const result = await build({
    ...COMMON,
    entryPoints: { [entry]: `src/${entry}.ts` },
    outdir: 'dist',
    chunkNames: `${dirname(entry)}/[name]-[hash]`,
    splitting: true,
    sourcemap: 'linked',
    format: 'esm',
    platform: 'node',
    target: 'node20.11',
    external: INSTALLED,
    // Bundled CommonJS packages call require() for Node's own modules.
    banner: {
      js: "import { createRequire as createRequire_ } from 'node:module';\nconst require = createRequire_(import.meta.url);",
    },
  });
  checkOutputs(result);
  for (const path of Object.keys(result.metafile.outputs).filter((name) => name.endsWith('.map'))) {
    await writeFile(join(ROOT, path), ownSourceMap(await readFile(join(ROOT, path), 'utf8')));
  }
  return result;
}

/** The script of report.html, which is inlined into it beside uPlot. */
function bundlePage() {
  return build({
    ...COMMON,
    entryPoints: { 'page/main': 'src/report/page/main.ts' },
    outdir: 'dist',
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    tsconfig: 'src/report/page/tsconfig.json',
  });
}

/** Fails where a bundle would look for files, or for packages, where an install has none. */
function checkOutputs({ metafile }) {
  for (const [path, { imports }] of Object.entries(metafile.outputs)) {
    if (!/^dist\/[^/]+\/[^/]+$/.test(path))
      throw new Error(`src/program/package-files.ts would not find the root from ${path}`);
    for (const { path: name } of imports.filter(({ external }) => external)) {
      if (!isBuiltin(name) && !INSTALLED.includes(name))
        throw new Error(`${path} imports ${name}, which is not a dependency`);
    }
  }
}

/** Writes what is in dist/ beside the bundles; resolves to the paths. */
async function addedFiles(results) {
  const uplot = join(ROOT, 'node_modules/uplot');
  const copies = [
    [join(uplot, 'dist/uPlot.iife.min.js'), 'dist/page/uplot.js'],
    [join(uplot, 'dist/uPlot.min.css'), 'dist/page/uplot.css'],
    [join(uplot, 'LICENSE'), 'dist/page/uplot-license.txt'],
    [join(ROOT, 'src/cluster/engines/ray/ray_driver.py'), 'dist/cluster/ray_driver.py'],
    ...(await withReferences(PUBLISHED_TYPES)).map((name) => [join(ROOT, 'build', name), `dist/${name}`]),
  ];
  for (const [from, to] of copies) {
    await mkdir(dirname(join(ROOT, to)), { recursive: true });
    await copyFile(from, join(ROOT, to));
  }
  const licences = 'dist/third-party-licenses.txt';
  const bundled = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  await writeFile(join(ROOT, licences), await licenceTexts(ROOT, bundled));
  return [...copies.map(([, to]) => to), licences];
}

/** A declaration file of build/ and all that it refers to. */
async function withReferences(name, found = new Set()) {
  if (found.has(name)) return [];
  found.add(name);
  const text = await readFile(join(ROOT, 'build', name), 'utf8');
  for (const [, path] of text.matchAll(/from '(\.[^']+)\.js'/g)) {
    await withReferences(`${join(dirname(name), path).split(sep).join('/')}.d.ts`, found);
  }
  return [...found];
}

/** Chunks of earlier builds have other names. */
async function removeAllBut(paths) {
  for (const entry of await readdir(join(ROOT, 'dist'), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && !paths.has(relative(ROOT, path).split(sep).join('/'))) await rm(path);
  }
}

function tsc(project) {
  const facts = `build/.${project.replaceAll('/', '-')}.tsbuildinfo`;
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const args = [compiler, '-p', project, '--incremental', '--tsBuildInfoFile', facts];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
}
