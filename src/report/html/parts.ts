import { markup, type Content, type Markup } from './markup.js';

/** A part of a page, with a heading of its own. */
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

export interface HtmlTable {
  readonly caption: string;
  readonly columns: readonly string[];
  /** `[rows][columns]`; the first cell heads its row. */
  readonly rows: readonly (readonly Content[])[];
  /** Titles of columns that hold words, not figures. */
  readonly words?: readonly string[];
}

/** A table that scrolls inside itself where the page is too narrow for it. */
export function tableMarkup({ caption, columns, rows, words = [] }: HtmlTable): Markup {
  const kind = columns.map((title) => (words.includes(title) ? markup` class="words"` : null));
  const head = columns.map((title, i) => markup`<th scope="col"${kind[i] ?? null}>${title}</th>`);
  const body = rows.map(([first = null, ...others]) => {
    const cells = others.map((cell, i) => markup`<td${kind[i + 1] ?? null}>${cell}</td>`);
    return markup`<tr><th scope="row">${first}</th>${cells}</tr>\n`;
  });
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>
`;
}

/** Facts as term and description. */
export function factsMarkup(facts: readonly (readonly [string, Content])[]): Markup {
  const rows = facts.map(([term, fact]) => markup`<div><dt>${term}</dt><dd>${fact}</dd></div>\n`);
  return markup`<dl class="facts">\n${rows}</dl>\n`;
}

/** A large figure with what it is. */
export interface Tile {
  readonly name: string;
  readonly figure: Content;
  readonly note: Content;
}

export function tilesMarkup(tiles: readonly Tile[]): Markup {
  const items = tiles.map(
    ({ name, figure, note }) =>
      markup`<div class="tile"><dt>${name}</dt><dd class="large">${figure}</dd><dd class="note">${note}</dd></div>\n`,
  );
  return markup`<dl class="tiles">\n${items}</dl>\n`;
}

/** A plot made here, with what it shows in words. */
export function figureMarkup(caption: Content, plot: Content): Markup {
  return markup`<figure>\n${plot}\n<figcaption>${caption}</figcaption>\n</figure>\n`;
}

/** Where the page's script draws; `label` says in words what can be seen. */
export function canvasMarkup(id: string, label: string): Markup {
  return markup`<div class="canvas" id="${id}" role="img" aria-label="${label}"></div>`;
}

export function noticesMarkup(notices: readonly { readonly level: string; readonly text: string }[]): Markup {
  const items = notices.map(
    ({ level, text }) => markup`<li class="${level}"><strong>${level}</strong> ${text}</li>\n`,
  );
  return markup`<ul class="notices">\n${items}</ul>\n`;
}
