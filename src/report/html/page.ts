import { createHash } from 'node:crypto';

import { islandJson, markup, Markup, type Content } from './markup.js';
import { sectionMarkup, type PageSection } from './parts.js';
import type { PlotData } from './plot-data.js';
import { PAGE_STYLE } from './style.js';

/** Text that is inlined into a page. */
export interface PageAssets {
  /** The plotting library, which defines `uPlot`; its licence has to accompany it. */
  readonly plotScript: string;
  readonly plotStyle: string;
  readonly plotLicence: string;
  /** src/report/page, bundled. */
  readonly pageScript: string;
}

export interface Page {
  readonly title: string;
  /** Below the title: what ran, when, where. */
  readonly subtitle: Content;
  readonly sections: readonly PageSection[];
  /** What the script draws, and the script; null: nothing. */
  readonly plots: { readonly data: PlotData; readonly assets: PageAssets } | null;
  readonly footer: Content;
}

/** Names of recordings, for a title; the facts about a run have the whole paths. */
export function inputNames(paths: readonly string[]): string {
  return paths
    .map((path) => (path === '-' ? 'standard input' : (path.split(/[\\/]/).at(-1) ?? path)))
    .join(', ');
}

/** A page that loads nothing: its policy allows exactly the style and scripts in it. */
export function pageHtml({ title, subtitle, sections, plots, footer }: Page): string {
  const style = inlineText(plots === null ? PAGE_STYLE : `${plots.assets.plotStyle}\n${PAGE_STYLE}`, 'style');
  const scripts = plots === null ? [] : inlineScripts(plots.assets);
  const links = sections.map(({ id, title: name }) => markup`<li><a href="#${id}">${name}</a></li>\n`);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(style, scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="subtitle">${subtitle}</p>
<nav aria-label="Sections"><ul>
${links}</ul></nav>
</header>
<main>
${sections.map(sectionMarkup)}</main>
<footer>${footer}</footer>
${plots === null ? null : markup`<script type="application/json" id="plot-data">${islandJson(plots.data)}</script>\n`}${scripts.map(
    (text) => markup`<script>${new Markup(text)}</script>\n`,
  )}</body>
</html>
`.text;
}

/** The library defines a global; our own names stay in a block, where they cannot clash with the browser's. */
function inlineScripts({ plotScript, plotLicence, pageScript }: PageAssets): string[] {
  const library = `/*!\n${plotLicence.trim()}\n*/\n${plotScript.trim()}\n`;
  return [library, `${pageScript.trim()}\n`].map((text) => inlineText(text, 'script'));
}

function policy(style: string, scripts: readonly string[]): string {
  const script = scripts.length === 0 ? "'none'" : scripts.map(source).join(' ');
  return `default-src 'none'; script-src ${script}; style-src ${source(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
}

function source(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/**
 * Text for a style or script element as the parser will read it, with LF line ends, which is what the policy hashes.
 *
 * @throws RangeError where the text would end its element
 */
function inlineText(text: string, element: 'style' | 'script'): string {
  if (new RegExp(`</${element}|<!--`, 'i').test(text)) {
    throw new RangeError(`text for a ${element} element contains its end tag or a comment`);
  }
  return text.replace(/\r\n?/g, '\n');
}
