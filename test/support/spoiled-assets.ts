import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is wrong with the plotting library's files: one is missing, or has a text in it that no page can hold. */
export type Spoiled = 'missing' | 'unusable';

/** Environment of a program that finds the plotting library's licence spoiled; a preloaded module sees to it. */
export function withSpoiledAssets(folder: string, how: Spoiled): Readonly<Record<string, string>> {
  const path = join(folder, 'spoil.mjs');
  const answer =
    how === 'missing' ? `Promise.reject(new Error('no licence here'))` : `Promise.resolve('</script>')`;
  writeFileSync(
    path,
    `import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
const { readFile } = files;
files.readFile = (path, ...more) =>
  /uplot-license[.]txt$/.test(String(path)) ? ${answer} : readFile(path, ...more);
syncBuiltinESMExports();
`,
  );
  return { NODE_OPTIONS: `--import=${path}` };
}
