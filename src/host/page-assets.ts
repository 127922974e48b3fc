import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { joinModules } from './join-modules.js';

/** The modules of the page's script, each after what it imports. */
const PAGE_MODULES = ['text', 'canvas', 'minutes', 'targets', 'main'] as const;

/** Texts that go into a report page beside the figures. */
export async function pageAssets(): Promise<{
  readonly plotScript: string;
  readonly plotStyle: string;
  readonly plotLicence: string;
  readonly pageScript: string;
}> {
  const { resolve } = createRequire(import.meta.url);
  const library = (file: string): Promise<string> => readFile(resolve(`uplot/${file}`), 'utf8');
  const page = (name: string): Promise<string> =>
    readFile(new URL(`../report/page/${name}.js`, import.meta.url), 'utf8');
  const [plotScript, plotStyle, plotLicence, ...modules] = await Promise.all([
    library('dist/uPlot.iife.min.js'),
    library('dist/uPlot.min.css'),
    library('LICENSE'),
    ...PAGE_MODULES.map(page),
  ]);
  return { plotScript, plotStyle, plotLicence, pageScript: joinModules(modules) };
}
