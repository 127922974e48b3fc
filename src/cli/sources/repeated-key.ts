/**
 * The first key that occurs twice in an object of a JSON text (`JSON.parse` silently keeps the last value); null: none.
 *
 * @param text valid JSON
 */
export function repeatedKey(text: string): string | null {
  /** The keys of the enclosing objects and lists, the innermost last. */
  const around: Set<string>[] = [];
  for (const { 0: token, 1: isKey } of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') around.push(new Set());
    else if (token === '}' || token === ']') around.pop();
    else if (isKey !== undefined) {
      const key = JSON.parse(token.slice(0, -isKey.length)) as string;
      const keys = around.at(-1);
      if (keys?.has(key) === true) return key;
      keys?.add(key);
    }
  }
  return null;
}

/** A string, with the colon that makes it a key, or a bracket. */
const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|[[\]{}]/g;
