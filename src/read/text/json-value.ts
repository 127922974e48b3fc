/** What `JSON.parse` makes of a line; undefined if it is not JSON. */
export function parseJsonLine(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return parseWithNonFinite(text);
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own field only: a name such as `constructor` is not found on the prototype. */
export function own(fields: JsonObject, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/**
 * Python and others write NaN and Infinity into JSON as bare words. Read as null and as a number too large to be one,
 * they count as missing and as a bad value, as in CSV.
 */
function parseWithNonFinite(text: string): unknown {
  if (!text.includes('NaN') && !text.includes('Infinity')) return undefined;
  let relaxed = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('"', at);
    const plainEnd = open < 0 ? text.length : open;
    relaxed += text
      .slice(at, plainEnd)
      .replace(/-?\bNaN\b/g, 'null')
      .replace(/\bInfinity\b/g, '1e999');
    at = open < 0 ? text.length : endOfString(text, open);
    relaxed += text.slice(plainEnd, at);
  }
  try {
    return JSON.parse(relaxed) as unknown;
  } catch {
    return undefined;
  }
}

/** Offset after the closing quote of the string that opens at `open`. */
export function endOfString(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
