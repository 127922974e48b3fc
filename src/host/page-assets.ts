import { readFile } from 'node:fs/promises';

import { PAGE_FILES } from '../program/package-files.js';

/** Texts that go into a report page beside the figures. */
export async function pageAssets(): Promise<{
  readonly plotScript: string;
  readonly plotStyle: string;
  readonly plotLicence: string;
  readonly pageScript: string;
}> {
  const page = (name: string): Promise<string> => readFile(new URL(name, PAGE_FILES), 'utf8');
  const [plotScript, plotStyle, plotLicence, pageScript] = await Promise.all([
    page('uplot.js'),
    page('uplot.css'),
    page('uplot-license.txt'),
    page('main.js'),
  ]);
  return { plotScript, plotStyle, plotLicence, pageScript };
}
