import { AiopsError } from '../../core/errors.js';
import { shellPath, shellWord } from '../../core/shell-word.js';
import { STDIN_NAME } from '../bytes/raw-bytes.js';

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;
const PLAIN_KEY = /^"[A-Za-z_]\w*"$/;

/** An open object, with the key whose value comes, or an open list. */
type Open = { key: string } | 'list';

/**
 * The jq filter that gives the objects of the first list of objects in a JSON text, of which this is the beginning; `.`
 * if it is an object without one, a minute-batch, or several objects; null: it begins with no object.
 */
export function recordsFilter(text: string): string | null {
  if (!text.trimStart().startsWith('{')) return null;
  const open: Open[] = [];
  let last = '';
  let filter = '.';
  for (const [token] of text.matchAll(TOKENS)) {
    const inner = open.at(-1);
    if (token === '{') {
      if (open.length === 0 && last !== '') return '.'; // one object after another
      if (inner === 'list' && filter === '.') filter = filterOf(open);
      open.push({ key: '' });
    } else if (token === '[') open.push('list');
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':' && typeof inner === 'object') inner.key = last;
    else last = token;
  }
  return filter;
}

function filterOf(open: readonly Open[]): string {
  const steps = open.map((each) =>
    each === 'list' ? '[]' : PLAIN_KEY.test(each.key) ? `.${each.key.slice(1, -1)}` : `.${each.key}`,
  );
  const filter = steps.join('');
  return filter === '.items[]' ? '.' : filter;
}

export function filterHint(file: string, filter: string): string {
  const command = `jq -c ${shellWord(filter)}`;
  const how =
    file === STDIN_NAME ? `pipe them through ${command}` : `${command} ${shellPath(file)} > lines.jsonl`;
  return `take the records out of the JSON around them: ${how}`;
}

/** Makes a decision on a file with a single line; what it throws names the filter if that has its records in a list. */
export function orFilter<T>(file: string, filter: string | null, decide: () => T): T {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof AiopsError) || error.code !== 'input_unusable') throw error;
    if (filter === null || filter === '.') throw error;
    throw new AiopsError(error.code, error.message, { hint: filterHint(file, filter), cause: error });
  }
}
