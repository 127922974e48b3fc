import type { Notice } from '../../core/errors.js';
import type { Fact } from '../facts.js';
import { gateValueText, type GateResult } from '../gates.js';
import { markup, type Content, type Markup } from './markup.js';

/** A part of a page, with a heading. */
export interface PageSection {
  /** For links into the page: letters and hyphens. */
  readonly id: string;
  readonly title: string;
  readonly body: Content;
}

export function sectionMarkup({ id, title, body }: PageSection): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`;
}

/** The results of `--fail-if`; no section without it. */
export function gatesSections(gates: readonly GateResult[]): PageSection[] {
  if (gates.length === 0) return [];
  const lines = gates.map((gate) => ({
    level: gate.outcome === 'not met' ? 'passed' : 'failed',
    text: `${gate.condition}: ${gateValueText(gate)}`,
  }));
  return [{ id: 'gates', title: 'Gates', body: noticesMarkup(lines) }];
}

export function warningsSections(notices: readonly Notice[]): PageSection[] {
  const warnings = notices.filter(({ level }) => level === 'warning');
  return warnings.length === 0 ? [] : [{ id: 'warnings', title: 'Warnings', body: noticesMarkup(warnings) }];
}

/** Notices that are not warnings, and the settings, folded up. */
export function remarksMarkup(notices: readonly Notice[], settings: unknown): Content {
  const remarks = notices.filter(({ level }) => level === 'info');
  return [
    remarks.length > 0 ? [markup`<h3>Found and assumed</h3>\n`, noticesMarkup(remarks)] : null,
    markup`<details><summary>Settings</summary><pre>${JSON.stringify(settings, null, 2)}</pre></details>\n`,
  ];
}

function noticesMarkup(notices: readonly { readonly level: string; readonly text: string }[]): Markup {
  const items = notices.map(
    ({ level, text }) => markup`<li class="${level}"><strong>${level}</strong> ${text}</li>\n`,
  );
  return markup`<ul class="notices">\n${items}</ul>\n`;
}

export function sentencesMarkup(lines: string): Markup[] {
  return lines.split('\n').map((sentence) => markup`<p>${sentence}</p>\n`);
}

/** Facts as terms and descriptions, a few with figures. */
export function factsMarkup(facts: readonly (Fact | readonly [string, Content])[]): Markup {
  const rows = facts.map(([term, fact]) => markup`<div><dt>${term}</dt><dd>${fact}</dd></div>\n`);
  return markup`<dl class="facts">\n${rows}</dl>\n`;
}

/** A large figure with its name and a note. */
export function tile(name: string, figure: Content, note: Content): Markup {
  return markup`<div class="tile"><dt>${name}</dt><dd class="large">${figure}</dd><dd class="note">${note}</dd></div>\n`;
}

export function tilesMarkup(tiles: readonly Markup[]): Markup {
  return markup`<dl class="tiles">\n${tiles}</dl>\n`;
}

/** A plot with a caption that says what it shows. */
export function plotMarkup(caption: Content, plot: Content): Markup {
  return markup`<figure>\n${plot}\n<figcaption>${caption}</figcaption>\n</figure>\n`;
}

/** Where the page's script draws; `label` describes the drawing in words. */
export function canvasMarkup(id: string, label: string): Markup {
  return markup`<div class="canvas" id="${id}" role="img" aria-label="${label}"></div>`;
}
