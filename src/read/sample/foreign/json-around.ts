import { parseJsonLine } from '../../text/json-value.js';

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;
const PLAIN_KEY = /^[A-Za-z_]\w*$/;

/** An open object, with the key whose value comes (null: none read yet), or an open list. */
type Open = { key: string | null } | 'list';

/** Where the records are in JSON. */
export interface RecordsPath {
  /** The jq filter that gives them. */
  readonly filter: string;
  /** The same as keys of objects; null: all elements of a list. */
  readonly keys: readonly (string | null)[];
}

const WHOLE: RecordsPath = { filter: '.', keys: [] };

/**
 * Where the first list of objects is in a JSON text, of which this is the beginning; the whole of it if it is an object
 * without one, a minute-batch, or several objects; null: it begins with neither object nor list.
 */
export function recordsPath(text: string): RecordsPath | null {
  if (text.trimStart().startsWith('[')) return { filter: '.[]', keys: [null] };
  if (!text.trimStart().startsWith('{')) return null;
  const open: Open[] = [];
  let last = '';
  let path = WHOLE;
  for (const [token] of text.matchAll(TOKENS)) {
    const inner = open.at(-1);
    if (token === '{') {
      if (open.length === 0 && last !== '') return WHOLE; // one object after another
      if (inner === 'list' && path === WHOLE) path = pathOf(open);
      open.push({ key: null });
    } else if (token === '[') open.push('list');
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':' && typeof inner === 'object') inner.key = stringOf(last);
    else last = token;
  }
  return path;
}

/** Broken JSON has no path: objects in it may be open without a key. */
function pathOf(open: readonly Open[]): RecordsPath {
  const keys: (string | null)[] = [];
  let filter = '';
  for (const each of open) {
    if (each !== 'list' && each.key === null) return WHOLE;
    const key = each === 'list' ? null : each.key;
    keys.push(key);
    filter += key === null ? '[]' : PLAIN_KEY.test(key) ? `.${key}` : `.${JSON.stringify(key)}`;
  }
  return filter === '.items[]' ? WHOLE : { filter, keys };
}

/** The string that a token of JSON stands for; null: it is none. */
function stringOf(token: string): string | null {
  const value = parseJsonLine(token);
  return typeof value === 'string' ? value : null;
}
