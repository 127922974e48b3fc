/** Text that is HTML already. Only `markup` makes it, so that nothing gets into a page unescaped by mistake. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | null | readonly Content[];

/** A template whose values are escaped, for text and for attributes in double quotes; null is nothing. */
export function markup(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.reduce((text, part, i) => text + contentText(values[i - 1] ?? null) + part));
}

function contentText(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string' || typeof content === 'number') return escaped(String(content));
  return content.map(contentText).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Control characters, which HTML forbids even as entities, become their visible symbols; characters that reorder text
 * become their code.
 */
function escaped(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
      // eslint-disable-next-line no-control-regex -- the pattern is of control characters
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (char) =>
        String.fromCharCode(0x2400 + char.charCodeAt(0)),
      )
      .replace(/\p{Bidi_Control}/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  );
}

/** JSON for a script element: with `<` escaped, it can neither end the element nor open another. */
export function islandJson(value: unknown): Markup {
  return new Markup(
    JSON.stringify(value)
      .replaceAll('<', '\\u003c')
      .replaceAll('\u2028', '\\u2028')
      .replaceAll('\u2029', '\\u2029'),
  );
}
