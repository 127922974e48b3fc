/** The part of a pattern between two stars, with its failure table (Knuth, Morris and Pratt). */
interface Part {
  readonly text: string;
  /** For each prefix, the length of its longest proper prefix that is also its suffix. */
  readonly borders: Int32Array;
}

/**
 * Compiles a pattern, in which `*` matches any text, even none, to a test of whole texts. Each part is matched where it
 * first occurs, which never prevents a later match, so a test takes linear time and never backtracks.
 */
export function wildcard(pattern: string): (text: string) => boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return (text) => text === pattern;
  const parts = others
    .filter((part) => part !== '')
    .map((text): Part => ({ text, borders: bordersOf(text) }));
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const part of parts) {
      at = endOfMatch(text, at, end, part);
      if (at < 0) return false;
    }
    return true;
  };
}

/** End of the first occurrence of the part in `[from, end)`; negative if there is none. */
function endOfMatch(text: string, from: number, end: number, part: Part): number {
  let matched = 0;
  for (let at = from; at < end; at++) {
    matched = extended(matched, text.charCodeAt(at), part);
    if (matched === part.text.length) return at + 1;
  }
  return -1;
}

function bordersOf(text: string): Int32Array {
  const part = { text, borders: new Int32Array(text.length + 1) };
  for (let at = 1; at < text.length; at++) {
    part.borders[at + 1] = extended(part.borders[at] ?? 0, text.charCodeAt(at), part);
  }
  return part.borders;
}

/** Length of the match after one more code unit, given that the first `matched` units match. */
function extended(matched: number, unit: number, { text, borders }: Part): number {
  let length = matched;
  while (length > 0 && text.charCodeAt(length) !== unit) length = borders[length] ?? 0;
  return text.charCodeAt(length) === unit ? length + 1 : 0;
}
